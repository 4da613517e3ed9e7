"""The router in front of LLM engines: HTTP in, a pure flow in the middle, HTTP out, and a simulator of it all."""

__version__ = "0.1.0"
