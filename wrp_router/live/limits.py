"""Bounds of HTTP/1.1 that hold for every connection of a client, whichever server reads it."""

from __future__ import annotations

KEEP_ALIVE = 75.0
"""Seconds that an idle connection is kept open."""

LINGER = 2.0
"""Seconds in which what a client still sends of a refused body is read and dropped."""

FIRST_HEAD = 10.0
"""Seconds in which a new connection has to bring a request's head."""

HEADERS_LIMIT = 128
FIELD_LIMIT = 16 * 1024
LINE_LIMIT = 8190
