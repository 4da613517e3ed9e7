"""Who waits for which server, and whose turn is next. It knows neither sockets nor why somebody wants that server."""

from __future__ import annotations

import math
from collections.abc import Iterator
from itertools import count

from wrp_policies.queueing import Order, Waiting
from wrp_signals.facts import RANK, Facts

from .ranks import QueueFull, Ranked
from .spec import QueueSpec
from .state import ServerState

NOBODY = Waiting(-1, 0.0, 0.0, "", 0.0)


class Place:
    """One request's place in the line before a server (`state`). `choices` are servers it may be moved to, best first.
    `uncached` prompt tokens are counted as pending there. `granted` turns True, once, when it is its turn; from then on
    a seat is kept for it until it takes it or leaves. One that is `left` without that, though it did not leave, had to
    give way to a higher class, or to a tenant of which fewer wait. `waiting` is its entry at a desk."""

    __slots__ = (
        "choices",
        "facts",
        "granted",
        "left",
        "pool",
        "rank",
        "since",
        "state",
        "uncached",
        "until",
        "waiting",
    )

    def __init__(self, pool: str, choices: tuple[str, ...], facts: Facts, since: float, until: float) -> None:
        self.pool = pool
        self.choices = choices
        self.facts = facts
        self.rank = RANK[facts.priority]
        self.since = since
        self.until = until
        self.state: ServerState | None = None
        self.uncached = 0
        self.waiting = NOBODY
        self.granted = False
        self.left = False

    @property
    def server(self) -> str:
        """Before which it stands."""
        return self.state.spec.name if self.state is not None else ""


class Desk:
    """The line before one server: higher classes first, each in the order that its `spec` has. At `spread_at` it may be
    looked through again."""

    __slots__ = ("_lines", "_places", "_ranked", "_serial", "spec", "spread_at")

    def __init__(self, spec: QueueSpec) -> None:
        self.spec = spec
        self.spread_at = -math.inf
        self._lines: tuple[Order, ...] = tuple([spec.order.build() for _ in RANK])
        self._ranked: Ranked[Place] = Ranked()
        self._places: dict[int, Place] = {}
        self._serial = count()

    def __len__(self) -> int:
        return len(self._places)

    def __iter__(self) -> Iterator[Place]:
        """All who wait, in the order in which they came here."""
        return iter(self._places.values())

    @property
    def lowest(self) -> int:
        """The rank of the lowest class that waits; -1 where nobody does."""
        return self._ranked.lowest()

    def counts(self) -> tuple[int, ...]:
        """How many wait, by rank."""
        return self._ranked.counts()

    def full(self, rank: int) -> bool:
        """Whether as many wait as may, for one of this class."""
        return self._ranked.full(rank, self.spec.depth)

    def in_the_way(self, rank: int, tenant: str = "") -> Place | None:
        """Who gives way to a newcomer of this class, if somebody has to. Raises QueueFull where nobody does."""
        return self._ranked.in_the_way(rank, self.spec.depth, tenant)

    def takes(self, rank: int, tenant: str) -> bool:
        """Whether there is a place for such a newcomer, or somebody who gives way to it."""
        try:
            self.in_the_way(rank, tenant)
        except QueueFull:
            return False
        return True

    def join(self, place: Place, work: float) -> None:
        """At the place that the order gives it in its class. Its prompt takes `work` seconds."""
        waiting = Waiting(next(self._serial), place.since, place.until, place.facts.tenant, work)
        place.waiting = waiting
        self._places[waiting.number] = place
        self._ranked.add(place, place.rank, place.facts.tenant)
        self._lines[place.rank].join(waiting)

    def leave(self, place: Place) -> None:
        """It gave up, or goes elsewhere. Raises KeyError where it is not in line."""
        del self._places[place.waiting.number]
        self._ranked.remove(place, place.rank, place.facts.tenant)
        self._lines[place.rank].leave(place.waiting)

    def next(self) -> Place:
        """Takes out whose turn it is. Raises IndexError where nobody waits."""
        place = self._places.pop(self._lines[self._ranked.highest()].next().number)
        self._ranked.remove(place, place.rank, place.facts.tenant)
        return place

    def under(self, spec: QueueSpec) -> Desk:
        """The same people in another line, even if it is shorter than they are many."""
        desk = Desk(spec)
        for place in self:
            desk.join(place, place.waiting.work)
        return desk
