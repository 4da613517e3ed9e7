"""Bounds of HTTP/1.1 that hold for every connection of a client, whichever server reads it, and that nobody need
change. The others are in `config/clients.py`."""

from __future__ import annotations

LINGER = 2.0
"""Seconds in which what a client still sends of a refused body is read and dropped."""

HEADERS_LIMIT = 128
FIELD_LIMIT = 16 * 1024
LINE_LIMIT = 8190
