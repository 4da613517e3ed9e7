"""What accounts have used, by reservation: the most that a request may take is set aside before it, what it took takes
its place afterwards. `live/ledger.py` has the same rules as a script on a server that routers share.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping
from math import inf

from .window import Window
from .words import COUNTED, OTHERS, Charge, Level, Quota, Refused, Reserved

_Amounts = tuple[int, int, int]

_Held = tuple[_Amounts, list[int]]
"""What a request set aside: amounts, and the steps in which those were added that are limited."""


MOST_OTHERS = 10_000
"""Accounts of tenants that are not named, of which nothing is open: of more, who was away for longest begins anew."""

AT_ONCE = 4
"""Of how many it is seen, with every newcomer, whether they may be forgotten: more than one, or what has grown while
others had something open would never shrink."""


class Books:
    """One account for each name of `quotas`, and for each other name if OTHERS is among them; a request has an id of
    its own among those of its account that are open. Time must not go backwards. What it remembers is bounded by the
    requests that are open, and by MOST_OTHERS, which it exceeds while more than that have something open."""

    def __init__(self, quotas: Mapping[str, Quota]) -> None:
        self._accounts = {name: _Account(quota) for name, quota in quotas.items() if name != OTHERS}
        self._others = quotas.get(OTHERS)
        self._met: OrderedDict[str, _Account] = OrderedDict()

    def reserve(self, name: str, id: str, most: Charge, now: float, *, forced: bool = False) -> Reserved | Refused:
        """Set aside what a request may take at most, or nothing at all. `forced`: somebody else said that it may."""
        return self._account(name).reserve(id, most.amounts(), now, forced)

    def settle(self, name: str, id: str, took: Charge, now: float) -> None:
        """What it took. Less than was set aside is given back to when it was, more counts from now. Raises KeyError for
        what is settled already."""
        self._account(name).settle(id, took.amounts(), now)

    def open(self, name: str) -> int:
        """Requests that are not settled."""
        return len(self._account(name).held)

    def unsettled(self) -> int:
        """The same of all accounts together: none, where nobody is served."""
        return sum([len(account.held) for account in (*self._accounts.values(), *self._met.values())])

    def used(self, name: str, now: float) -> Charge:
        """What counts at the moment, where it is limited."""
        return Charge(*self._account(name).totals(now))

    def _account(self, name: str) -> _Account:
        account = self._accounts.get(name) or self._met.get(name)
        if account is None:
            if self._others is None:
                raise KeyError(name)
            account = self._met[name] = _Account(self._others)
            for _ in range(AT_ONCE):
                if len(self._met) > MOST_OTHERS:
                    self._forget()
        elif name in self._met:
            self._met.move_to_end(name)
        return account

    def _forget(self) -> None:
        """Whoever was away for longest, unless something of it is open: then it is as if it came just now."""
        name = next(iter(self._met))
        if self._met[name].held:
            self._met.move_to_end(name)
        else:
            del self._met[name]


class _Account:
    """`_counted` are those amounts that are limited: place, kind, limit, and what counts of it."""

    __slots__ = ("_concurrent", "_counted", "held")

    def __init__(self, quota: Quota) -> None:
        self._concurrent = quota.concurrent
        self._counted = [
            (place, kind, ceiling.most, Window(ceiling.seconds))
            for place, (kind, ceiling) in enumerate(zip(COUNTED, quota.ceilings(), strict=True))
            if ceiling is not None
        ]
        self.held: dict[str, _Held] = {}

    def reserve(self, id: str, most: _Amounts, now: float, forced: bool) -> Reserved | Refused:
        if not forced:
            refused = self._refusal(most, now)
            if refused is not None:
                return refused
        steps = []
        for place, _, _, window in self._counted:
            step = window.roll(now)
            window.add(most[place], step)
            steps.append(step)
        self.held[id] = (most, steps)
        return Reserved(self._levels(now))

    def settle(self, id: str, took: _Amounts, now: float) -> None:
        most, steps = self.held.pop(id)
        for (place, _, _, window), then in zip(self._counted, steps, strict=True):
            more = took[place] - most[place]
            if more > 0:
                window.add(more, window.roll(now))
            elif more:
                window.take_back(-more, then)

    def totals(self, now: float) -> list[int]:
        found = [0] * len(COUNTED)
        for place, _, _, window in self._counted:
            window.roll(now)
            found[place] = window.total
        return found

    def _refusal(self, most: _Amounts, now: float) -> Refused | None:
        for _, _, _, window in self._counted:
            window.roll(now)
        if self._concurrent is not None and len(self.held) >= self._concurrent:
            return Refused("concurrent", inf if self._concurrent < 1 else 1.0, 1, self._levels(now))
        for place, kind, limit, window in self._counted:
            amount = most[place]
            if not amount or window.total + amount <= limit:
                continue  # what takes nothing harms nobody, also where more was taken than was to be
            wait = inf if amount > limit else window.wait(window.total + amount - limit, now)
            return Refused(kind, wait, amount, self._levels(now))
        return None

    def _levels(self, now: float) -> tuple[Level, ...]:
        return tuple(
            [
                Level(kind, limit, max(0, limit - window.total), window.reset(now))
                for _, kind, limit, window in self._counted
            ]
        )
