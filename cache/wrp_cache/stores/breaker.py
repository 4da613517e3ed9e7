"""When to stop asking a store that does not answer. It asks nobody, and reads no clock."""

from __future__ import annotations


class Breaker:
    """Opens after `after` failures in a row, for `pause` seconds, then twice as long each time, up to `longest`.

    While it is open, one probe at a time says whether to close it; requests never pay for probes. What opened again
    within `longest` after it closed goes on where it was: a server that answers pings and nothing else is not asked
    every few seconds.
    """

    __slots__ = ("_after", "_closed_at", "_failures", "_level", "_longest", "_pause", "_until", "open", "openings")

    def __init__(self, after: int, pause: float, longest: float) -> None:
        self._after, self._pause, self._longest = after, pause, longest
        self._failures = self._level = 0
        self._until = self._closed_at = 0.0
        self.open = False
        self.openings = 0

    def failed(self, now: float, grave: bool = False) -> bool:
        """A call failed; `grave`: one is enough. True if this opened it."""
        self._failures += 1
        if self.open or not (grave or self._failures >= self._after):
            return False
        if self.openings and now - self._closed_at > self._longest:
            self._level = 0
        self.open = True
        self.openings += 1
        self._put_off(now)
        return True

    def succeeded(self) -> None:
        """A call was answered while it was closed."""
        if not self.open:
            self._failures = 0

    def wait(self, now: float) -> float:
        """Seconds until the next probe."""
        return max(0.0, self._until - now)

    def probed(self, well: bool, now: float) -> None:
        """What the probe found."""
        if well:
            self.open = False
            self._failures = 0
            self._closed_at = now
        else:
            self._put_off(now)

    def _put_off(self, now: float) -> None:
        self._until = now + min(self._longest, self._pause * 2.0**self._level)
        self._level = min(self._level + 1, 32)
