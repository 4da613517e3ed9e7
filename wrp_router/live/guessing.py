"""Wrong keys, counted by who sends them: beyond a bound, another one is told to come back later, whatever it is.

Whoever sends the same wrong key again and again does not guess, and is told each time that it is wrong. A right key is
never refused here, wherever it comes from: an address may be shared with whoever guesses.
"""

from __future__ import annotations

from collections.abc import Callable
from time import monotonic

from wrp_router.errors import RateLimited

MINUTE = 60.0
SOURCES = 4096
"""Sources that are told apart; all others count as one."""


class TooManyKeys(RateLimited):
    """So many different ones were wrong that no other is looked at. It is the last answer of its connection."""

    code = "too_many_wrong_keys"


class Guesses:
    """At most `most` different ones of one source in a minute (0: any number)."""

    def __init__(self, most: int, clock: Callable[[], float] = monotonic) -> None:
        self._most, self._clock = most, clock
        self._minute = -1
        self._sources: dict[str, set[int]] = {}

    def wrong(self, source: str, key: int) -> None:
        """One more, by a hash of it. Raises TooManyKeys beyond the bound."""
        if not self._most:
            return
        now = self._clock()
        minute = int(now // MINUTE)
        if minute != self._minute:
            self._minute = minute
            self._sources.clear()
        if source not in self._sources and len(self._sources) >= SOURCES:
            source = ""
        tried = self._sources.setdefault(source, set())
        if key in tried:
            return
        if len(tried) < self._most:
            tried.add(key)
        else:
            left = (minute + 1) * MINUTE - now
            raise TooManyKeys("Too many unknown API keys came from this address.", retry_after=left)
