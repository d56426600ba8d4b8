"""The service: stores candidates and sets, evaluates, and answers over gRPC."""
