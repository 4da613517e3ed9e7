"""Two clocks: the one that entries are dated by in this process, and the one that files and other machines share."""

from __future__ import annotations

from collections.abc import Callable


class Times:
    """`clock` is what `Entry.created` is read from, `wall` the seconds since 1970. `ttl`: from a category to the
    seconds that an answer is good for."""

    __slots__ = ("_clock", "_ttl", "_wall")

    def __init__(self, clock: Callable[[], float], wall: Callable[[], float], ttl: Callable[[str], float]) -> None:
        self._clock, self._wall, self._ttl = clock, wall, ttl

    def wall(self) -> float:
        """Seconds since 1970."""
        return self._wall()

    def written(self, created: float) -> float:
        """The date of an entry as others read it. None is from the future."""
        return self._wall() - max(0.0, self._clock() - created)

    def created(self, written: float) -> float:
        """The date of an entry from elsewhere, as this process reads it."""
        return self._clock() - max(0.0, self._wall() - written)

    def until(self, category: str, written: float) -> float:
        """When it is too old, in seconds since 1970."""
        return written + self._ttl(category)
