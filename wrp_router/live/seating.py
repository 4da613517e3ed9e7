"""Who gets a place at a listener, whichever server reads its requests. Who gets none is told so, and let go."""

from __future__ import annotations

import asyncio
import logging
from time import monotonic
from typing import NamedTuple, cast

from wrp_router.errors import Overloaded
from wrp_router.wire import errors as wire_errors

from .places import Places
from .sources import Sources

log = logging.getLogger(__name__)

QUIET = 60.0
"""Seconds between two lines in the log that say that connections are turned away."""


class TooManyConnections(Overloaded):
    """There is no place for one more."""

    code = "too_many_connections"


class Handed(NamedTuple):
    """A connection that another protocol had: its place, and the seconds it has left to bring a head."""

    seat: str
    left: float


class Reception:
    """`seat` and, for whoever got one, `left` when the connection is lost."""

    __slots__ = ("_sources", "_told", "places")

    def __init__(self, places: Places, sources: Sources | None = None) -> None:
        self.places = places
        self._sources = sources or Sources()
        self._told = -QUIET

    def seat(self, transport: asyncio.BaseTransport) -> str | None:
        """The source that it is counted by. None: there is no place, it was told so, and is closing."""
        source = self._sources.of_connection(transport)
        if self.places.take(source):
            return source
        if monotonic() - self._told >= QUIET:
            self._told = monotonic()
            log.warning("no place for a connection of %s: %d are open", source or "a proxy", self.places.open)
        closing = cast(asyncio.Transport, transport)
        closing.write(_FULL)
        closing.close()
        return None

    def left(self, source: str) -> None:
        self.places.leave(source)


def _full() -> bytes:
    error = TooManyConnections("The router has no place for another connection.", retry_after=1.0)
    body = wire_errors.body_of("chat", error, "")
    lines = ["HTTP/1.1 503 Service Unavailable", "content-type: application/json", "connection: close"]
    lines += [f"{name}: {value}" for name, value in wire_errors.headers_of(error)]
    return "\r\n".join([*lines, f"content-length: {len(body)}", "", ""]).encode() + body


_FULL = _full()
