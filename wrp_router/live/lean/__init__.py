"""The hot path without aiohttp: requests to an engine's API that are plainly well-formed are read here, and every other
connection is handed to aiohttp's server as it came, byte for byte."""

from .connection import LeanConnection
from .door import Door

__all__ = ["Door", "LeanConnection"]
