"""Rounds over everything that is kept, in steps so short that requests can be answered between them; and until when
which answers were purged."""

from __future__ import annotations

from collections.abc import Iterator
from math import inf

from wrp_cache.holdings import Holdings
from wrp_cache.index import Index
from wrp_cache.shelf import Home
from wrp_cache.types import Entry
from wrp_signals.facts import Vector

_LOOKS = 1024
_REMOVAL = 16
_REMEMBERED = 1024

_Scope = tuple[str | None, bytes | None]
_ALL: _Scope = (None, None)


class Purges:
    """Orders to forget. Of those that are under way, what they concern is served no more, gone or not; of each, what
    was being made when it came is not kept."""

    __slots__ = ("_held", "_orders", "_until")

    def __init__(self, held: Holdings) -> None:
        self._held = held
        self._orders: list[_Scope] = []
        self._until: dict[_Scope, float] = {}

    def hides(self, home: Home) -> bool:
        """Whether an order concerns that place."""
        if not self._orders:
            return False
        tenant, partition, _ = home.key
        return any(whose in (None, tenant) and where in (None, partition) for whose, where in self._orders)

    def meant(self, entry: Entry) -> bool:
        """Whether an order concerns an answer whose request began before it."""
        until, tenant, partition = self._until, entry.tenant, entry.partition
        return bool(until) and any(
            [
                entry.begun <= until.get(each, -inf)
                for each in (_ALL, (tenant, None), (None, partition), (tenant, partition))
            ]
        )

    def begin(self, tenant: str | None, partition: bytes | None, now: float, failed: Exception | None) -> Iterator[int]:
        """An order, from this call on; its steps. `failed`: raised after the last."""
        scope = tenant, partition
        if len(self._until) >= _REMEMBERED:
            self._until = {_ALL: now}  # a few that are made now are not kept; nobody's is that was purged
        self._until[scope] = now
        self._orders.append(scope)
        return self._steps(scope, failed)

    def _steps(self, scope: _Scope, failed: Exception | None) -> Iterator[int]:
        yield from purge(self._held, *scope)
        self._orders.remove(scope)
        if failed is not None:
            raise failed


def purge(held: Holdings, tenant: str | None, partition: bytes | None) -> Iterator[int]:
    """Remove what belongs to a tenant, to a partition, to one in the other, or (with neither) all: how many at each
    step. A step looks at a thousand slots or removes sixty entries."""
    rows, slot = held.rows, 0
    while slot < rows.slots:
        gone = work = 0
        while work < _LOOKS and slot < rows.slots:
            if rows.held(slot):
                whose, where, _ = rows.home(slot).key
                if tenant in (None, whose) and partition in (None, where):
                    held.remove(slot)
                    gone, work = gone + 1, work + _REMOVAL
            slot, work = slot + 1, work + 1
        yield gone


def recall(index: Index | None, slot: int) -> Vector | None:
    """The unit vector in a slot, if it has one."""
    if index is None:
        return None
    try:
        return index.vector(slot)
    except KeyError:
        return None
