"""The APIs as bytes: bodies, event streams, headers and errors. No I/O; it refuses to know who calls it."""
