"""What accounts have used, by reservation: the most that a request may take is set aside before it, what it took takes
its place afterwards. `live/ledger.py` has the same rules as a script on a server that routers share.
"""

from __future__ import annotations

from collections.abc import Mapping
from math import inf

from .window import Window
from .words import COUNTED, Charge, Level, Quota, Refused, Reserved

_Held = tuple[tuple[int, int, int], tuple[int, int, int]]
"""What a request set aside: amounts, and the steps in which they were added."""


class Books:
    """One account for each name of `quotas`; a request has an id of its own among those of its account that are open.
    Time must not go backwards. What it remembers is bounded by the requests that are open."""

    def __init__(self, quotas: Mapping[str, Quota]) -> None:
        self._accounts = {name: _Account(quota) for name, quota in quotas.items()}

    def reserve(self, name: str, id: str, most: Charge, now: float, *, forced: bool = False) -> Reserved | Refused:
        """Set aside what a request may take at most, or nothing at all. `forced`: somebody else said that it may."""
        return self._accounts[name].reserve(id, most.amounts(), now, forced)

    def settle(self, name: str, id: str, took: Charge, now: float) -> None:
        """What it took. Less than was set aside is given back to when it was, more counts from now. Raises KeyError for
        what is settled already."""
        self._accounts[name].settle(id, took.amounts(), now)

    def open(self, name: str) -> int:
        """Requests that are not settled."""
        return len(self._accounts[name].held)

    def used(self, name: str, now: float) -> Charge:
        """What counts at the moment, where it is limited."""
        return Charge(*self._accounts[name].totals(now))


class _Account:
    __slots__ = ("_ceilings", "_concurrent", "_windows", "held")

    def __init__(self, quota: Quota) -> None:
        self._concurrent = quota.concurrent
        self._ceilings = quota.ceilings()
        self._windows = tuple([None if one is None else Window(one.seconds) for one in self._ceilings])
        self.held: dict[str, _Held] = {}

    def reserve(self, id: str, most: tuple[int, int, int], now: float, forced: bool) -> Reserved | Refused:
        steps = self._roll(now)
        if not forced:
            refused = self._refusal(most, now)
            if refused is not None:
                return refused
        for window, amount, step in zip(self._windows, most, steps, strict=True):
            if window is not None:
                window.add(amount, step)
        self.held[id] = (most, steps)
        return Reserved(self._levels(now))

    def settle(self, id: str, took: tuple[int, int, int], now: float) -> None:
        most, then = self.held.pop(id)
        steps = self._roll(now)
        for place, window in enumerate(self._windows):
            more = took[place] - most[place]
            if window is None or not more:
                continue
            if more > 0:
                window.add(more, steps[place])
            else:
                window.take_back(-more, then[place])

    def totals(self, now: float) -> tuple[int, int, int]:
        self._roll(now)
        first, second, third = [0 if window is None else window.total for window in self._windows]
        return first, second, third

    def _roll(self, now: float) -> tuple[int, int, int]:
        first, second, third = [0 if window is None else window.roll(now) for window in self._windows]
        return first, second, third

    def _refusal(self, most: tuple[int, int, int], now: float) -> Refused | None:
        if self._concurrent is not None and len(self.held) >= self._concurrent:
            return Refused("concurrent", inf if self._concurrent < 1 else 1.0, 1, self._levels(now))
        for kind, window, ceiling, amount in zip(COUNTED, self._windows, self._ceilings, most, strict=True):
            if window is None or ceiling is None or not amount or window.total + amount <= ceiling.most:
                continue  # what takes nothing harms nobody, also where more was taken than was to be
            wait = inf if amount > ceiling.most else window.wait(window.total + amount - ceiling.most, now)
            return Refused(kind, wait, amount, self._levels(now))
        return None

    def _levels(self, now: float) -> tuple[Level, ...]:
        return tuple(
            [
                Level(kind, ceiling.most, max(0, ceiling.most - window.total), window.reset(now))
                for kind, window, ceiling in zip(COUNTED, self._windows, self._ceilings, strict=True)
                if window is not None and ceiling is not None
            ]
        )
