"""The upstream side: HTTP/1.1 to engines, with our own pool rules. It knows bytes, not models."""
