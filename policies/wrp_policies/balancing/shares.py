"""How many of the last requests each server got, older ones counting less. It knows nothing of time."""

from __future__ import annotations

from collections.abc import Mapping

FADES = 0.998
"""Weight of a request after the next one: the last five hundred or so count."""

LARGE, GONE = 1e12, 1e-6
"""When what is kept is brought back to scale, and what is forgotten then: of servers that had nothing for long."""


class Shares:
    """Counts that fade with every request, by server. Two routers, or a router and a simulation, that saw the same
    requests in the same order have the same counts, however long each of them took."""

    __slots__ = ("_counts", "_gain", "_total")

    def __init__(self) -> None:
        self._gain = 1.0
        self._total = 0.0
        self._counts: dict[str, float] = {}

    def note(self, server: str) -> None:
        """It got one."""
        self._gain /= FADES
        self._counts[server] = self._counts.get(server, 0.0) + self._gain
        self._total += self._gain
        if self._gain > LARGE:
            self.counts()

    def over(self, server: str, servers: int, bound: float) -> bool:
        """Whether it got more than `bound` times its share of so many servers."""
        fair = self._total / servers
        return self._counts.get(server, 0.0) > bound * fair + self._gain

    def counts(self) -> dict[str, float]:
        """By server, the latest request counting one. What is kept is brought to that scale, too, so that a copy goes
        on as this does to the last digit."""
        counts = {name: count / self._gain for name, count in self._counts.items()}
        self.restore({name: count for name, count in counts.items() if count > GONE})
        return dict(self._counts)

    def restore(self, counts: Mapping[str, float]) -> None:
        """Takes up what `counts` gave."""
        self._counts = dict(counts)
        self._gain, self._total = 1.0, sum(self._counts.values())
