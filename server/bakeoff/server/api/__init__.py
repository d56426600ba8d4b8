"""The gRPC edge: it reads a request, calls the room that knows, and answers."""
