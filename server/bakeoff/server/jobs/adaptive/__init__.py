"""Adaptive bake-offs: candidates that are surely out are measured no further."""
