"""Wrong keys, counted by who sends them: beyond a bound they are not told apart from too many requests any more.

A right key is never refused here, wherever it comes from: an address may be shared with whoever guesses.
"""

from __future__ import annotations

from collections.abc import Callable
from time import monotonic

from wrp_router.errors import RateLimited

MINUTE = 60.0
SOURCES = 4096
"""Sources that are told apart; all others count as one."""


class TooManyKeys(RateLimited):
    """So many were wrong that no more of them are answered one by one. It is the last answer of its connection."""

    code = "too_many_wrong_keys"


class Guesses:
    """At most `most` of one source in a minute (0: any number)."""

    def __init__(self, most: int, clock: Callable[[], float] = monotonic) -> None:
        self._most, self._clock = most, clock
        self._minute = -1
        self._sources: dict[str, int] = {}

    def wrong(self, source: str) -> None:
        """One more. Raises TooManyKeys beyond the bound."""
        now = self._clock()
        minute = int(now // MINUTE)
        if minute != self._minute:
            self._minute = minute
            self._sources.clear()
        if source not in self._sources and len(self._sources) >= SOURCES:
            source = ""
        count = self._sources[source] = self._sources.get(source, 0) + 1
        if self._most and count > self._most:
            left = (minute + 1) * MINUTE - now
            raise TooManyKeys("Too many unknown API keys came from this address.", retry_after=left)
