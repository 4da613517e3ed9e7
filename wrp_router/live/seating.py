"""Who gets a place at a listener, whichever server reads its requests. Who gets none is told so, and let go."""

from __future__ import annotations

import asyncio
import logging
from time import monotonic
from typing import NamedTuple, cast

from wrp_router.errors import Overloaded

from .lingering import linger
from .places import Places
from .refusing import last_words
from .sources import Sources

log = logging.getLogger(__name__)

QUIET = 60.0
"""Seconds between two lines in the log that say that connections are turned away."""

LEAVING = 64
"""Connections at once that have no place, and are let read why: each has a file for up to two seconds. Others are
closed without that, by which their answer may be lost."""

FULL = "The router has no place for another connection."


class TooManyConnections(Overloaded):
    """There is no place for one more."""

    code = "too_many_connections"


class Handed(NamedTuple):
    """A connection that another protocol had: its place, and the seconds it has left to bring a head."""

    seat: str
    left: float


class Reception:
    """`seat` and, for whoever got one, `left` when the connection is lost. `leaving`: who got none, and reads why."""

    __slots__ = ("_most_leaving", "_sources", "_told", "leaving", "places")

    def __init__(self, places: Places, sources: Sources | None = None, most_leaving: int = LEAVING) -> None:
        self.places = places
        self._sources = sources or Sources()
        self._told = -QUIET
        self._most_leaving = most_leaving
        self.leaving = 0

    def seat(self, transport: asyncio.BaseTransport) -> str | None:
        """The source that it is counted by. None: there is no place, it was told so, and is closing."""
        source = self._sources.of_connection(transport)
        if self.places.take(source):
            return source
        if monotonic() - self._told >= QUIET:
            self._told = monotonic()
            log.warning("no place for a connection of %s: %d are open", source or "a proxy", self.places.open)
        closing = cast(asyncio.Transport, transport)
        closing.write(last_words("chat", TooManyConnections(FULL, retry_after=1.0)))
        if self.leaving < self._most_leaving:
            _Leaving(self, closing)
        else:
            closing.close()
        return None

    def left(self, source: str) -> None:
        self.places.leave(source)


class _Leaving(asyncio.Protocol):
    """One that was told that there is no place for it."""

    def __init__(self, reception: Reception, transport: asyncio.Transport) -> None:
        self._reception = reception
        self._reception.leaving += 1
        self._timer = linger(transport, self)

    def connection_lost(self, exc: Exception | None) -> None:
        self._timer.cancel()
        self._reception.leaving -= 1
