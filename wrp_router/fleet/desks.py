"""Who waits for which server, and whose turn is next. It knows neither sockets nor why somebody wants that server."""

from __future__ import annotations

import math
from collections.abc import Iterator
from itertools import count

from wrp_policies.queueing import Order, Waiting
from wrp_signals.facts import Facts

from .spec import QueueSpec
from .state import ServerState

NOBODY = Waiting(-1, 0.0, 0.0, "", 0.0)


class Place:
    """One request's place in the line before a server (`state`). `choices` are servers it may be moved to, best first.
    `uncached` prompt tokens are counted as pending there. `granted` turns True, once, when it is its turn; from then on
    a seat is kept for it until it takes it or leaves. `waiting` is its entry at a desk."""

    __slots__ = ("choices", "facts", "granted", "left", "pool", "since", "state", "uncached", "until", "waiting")

    def __init__(self, pool: str, choices: tuple[str, ...], facts: Facts, since: float, until: float) -> None:
        self.pool = pool
        self.choices = choices
        self.facts = facts
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
    """The line before one server, as its `spec` has it. At `spread_at` it may be looked through again."""

    __slots__ = ("_line", "_places", "_serial", "spec", "spread_at")

    def __init__(self, spec: QueueSpec) -> None:
        self.spec = spec
        self.spread_at = -math.inf
        self._line: Order = spec.order.build()
        self._places: dict[int, Place] = {}
        self._serial = count()

    def __len__(self) -> int:
        return len(self._places)

    def __iter__(self) -> Iterator[Place]:
        """All who wait, in the order in which they came here."""
        return iter(self._places.values())

    @property
    def full(self) -> bool:
        """Whether as many wait as may."""
        return len(self._places) >= self.spec.depth

    def join(self, place: Place, work: float) -> None:
        """At the place that the order gives it. Its prompt takes `work` seconds."""
        waiting = Waiting(next(self._serial), place.since, place.until, place.facts.tenant, work)
        place.waiting = waiting
        self._places[waiting.number] = place
        self._line.join(waiting)

    def leave(self, place: Place) -> None:
        """It gave up, or goes elsewhere. Raises KeyError where it is not in line."""
        del self._places[place.waiting.number]
        self._line.leave(place.waiting)

    def next(self) -> Place:
        """Takes out whose turn it is. Raises IndexError where nobody waits."""
        return self._places.pop(self._line.next().number)

    def under(self, spec: QueueSpec) -> Desk:
        """The same people in another line, even if it is shorter than they are many."""
        desk = Desk(spec)
        for place in self:
            desk.join(place, place.waiting.work)
        return desk
