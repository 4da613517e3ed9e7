"""How often each name was asked for among the latest requests. It knows nothing of time, nor of who served them."""

from __future__ import annotations

from collections import deque


class Popularity:
    """Counts over the last `window` requests; those without a name count, too, as nobody's."""

    __slots__ = ("_counts", "_seen", "_window")

    def __init__(self, window: int) -> None:
        self._window = window
        self._seen: deque[str] = deque()
        self._counts: dict[str, int] = {}

    def note(self, name: str) -> None:
        """One was asked for."""
        seen, counts = self._seen, self._counts
        seen.append(name)
        counts[name] = counts.get(name, 0) + 1
        if len(seen) > self._window:
            oldest = seen.popleft()
            counts[oldest] -= 1
            if not counts[oldest]:
                del counts[oldest]

    def share(self, name: str) -> float:
        """Of the latest requests, in [0, 1]."""
        return self._counts.get(name, 0) / max(1, len(self._seen))

    def sooner(self, name: str, than: str) -> float:
        """How likely it is asked for again before the other one is, in (0, 1); a name that was not seen yet counts as
        one that was seen once."""
        one, two = max(1, self._counts.get(name, 0)), max(1, self._counts.get(than, 0))
        return one / (one + two)

    def seen(self) -> list[str]:
        """The window, oldest first."""
        return list(self._seen)

    def restore(self, seen: list[str]) -> None:
        """Takes up what `seen` gave."""
        self._seen.clear()
        self._counts.clear()
        for name in seen:
            self.note(name)
