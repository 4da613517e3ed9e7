"""Who holds which evidence: a desk for each tenant of a category that was checked lately, and one for all others.

It decides nothing. Desks are bounded in number, per category and in all; who loses one leaves little to the crowd.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

from wrp_cache.bars.evidence import BINS, Counts, Floats

TENANTS, CATEGORIES, DESKS = 64, 1024, 4096
"""How many tenants of a category, categories, and tenants of all categories together have desks (3 KB each)."""

CLOSED = BINS
PART = 16.0
"""The most findings that a tenant leaves to the crowd when it loses its desk: it takes many tenants to make one."""

_OTHERS = 16


class Desk:
    """One tenant in one category: its counts, and the bar that follows from them and from those of others. `bar` is
    the lowest bin that is served, `eased` the same under relief, `limit` the upper limit of wrong answers,
    `chances` how likely a hit is checked, by bin, `table` what all this rests on; it holds until the findings of the
    category come to `due`."""

    __slots__ = ("bar", "chances", "counts", "due", "eased", "limit", "table")

    def __init__(self, now: float) -> None:
        self.counts = Counts(now)
        self.table: Floats = self.counts.table
        self.chances = (1.0,) * BINS
        self.bar = self.eased = CLOSED
        self.limit = 1.0
        self.due = -math.inf


class Hall:
    """One category. Desks stand in the order in which they were last asked at; who has none is answered by the
    crowd's. `findings`: how many there were, wrong ones counting more."""

    __slots__ = ("crowd", "desks", "findings")

    def __init__(self, now: float) -> None:
        self.desks: dict[str, Desk] = {}
        self.crowd = Desk(now)
        self.findings = 0

    def ask(self, tenant: str, now: float) -> Desk:
        """The desk that answers it: its own, or the crowd's."""
        desk = self.desks.pop(tenant, None)
        if desk is None:
            desk = self.crowd
        else:
            self.desks[tenant] = desk
        desk.counts.touched = now
        return desk

    def close(self, memory: float) -> None:
        """The desk that was last asked at before all others goes."""
        desk = self.desks.pop(next(iter(self.desks)))
        self.crowd.counts.take_in(desk.counts, PART, memory)

    def everybody(self) -> list[Counts]:
        return [self.crowd.counts, *(desk.counts for desk in self.desks.values())]


class House:
    """All categories."""

    __slots__ = ("_desks", "_halls", "_memory")

    def __init__(self, memory: float) -> None:
        """`memory`: of the crowd, in findings by bin."""
        self._halls: dict[str, Hall] = {}
        self._desks = 0
        self._memory = memory

    def hall(self, category: str, now: float) -> Hall:
        hall = self._halls.get(category)
        if hall is None:
            if len(self._halls) >= CATEGORIES:
                self._desks -= len(self._halls.pop(next(iter(self._halls))).desks)
            hall = self._halls[category] = Hall(now)
        return hall

    def open(self, hall: Hall, tenant: str, now: float) -> Desk:
        """A desk for a tenant that has none. Another's goes where there are too many."""
        if len(hall.desks) >= TENANTS or self._desks >= DESKS:
            full = hall if hall.desks else max(self._halls.values(), key=lambda one: len(one.desks))
            full.close(self._memory)
            self._desks -= 1
        self._desks += 1
        desk = hall.desks[tenant] = Desk(now)
        return desk

    def elsewhere(self, hall: Hall, tenant: str | None) -> list[Floats]:
        """What is known of the tenant (None: the crowd) in some other categories."""
        found: list[Floats] = []
        for other in self._halls.values():
            desk = other.crowd if tenant is None else other.desks.get(tenant)
            if desk is not None and other is not hall:
                found.append(desk.table)
                if len(found) == _OTHERS:
                    break
        return found

    def __iter__(self) -> Iterator[tuple[str, Hall]]:
        return iter(self._halls.items())

    def __len__(self) -> int:
        """The desks, those of crowds not counted."""
        return self._desks
