"""Each tenant its share of prefill, however much one of them asks (start-time fair queueing, Goyal et al. 1996)."""

from __future__ import annotations

import heapq

import msgspec

from .fifo import InTurn
from .types import STALE, Waiting

MOST_TENANTS = 4096
"""Tenants of which is remembered what they had though none of theirs waits; one that is forgotten begins anew."""


class Fair(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="kind", tag="fair"):
    """By each tenant's own virtual time, which goes on by the seconds that its prompts take; in order of arrival among
    one tenant's."""

    def build(self) -> InShares:
        return InShares()


class InShares:
    """A tenant's next request starts, virtually, where its previous one that was served ended, and not before the one
    in service. Only tenants are in the heap: those of their requests that give up cost them nothing."""

    __slots__ = ("_ends", "_lanes", "_size", "_time", "_turns")

    def __init__(self) -> None:
        self._time = 0.0
        self._size = 0
        self._lanes: dict[str, InTurn] = {}
        self._turns: list[tuple[float, int, str]] = []  # one for each lane, never before `_time`
        self._ends: dict[str, float] = {}  # of tenants without a lane

    def __len__(self) -> int:
        return self._size

    def kept(self) -> int:
        """Tenants and entries in memory."""
        return len(self._turns) + len(self._ends) + sum([lane.kept() for lane in self._lanes.values()])

    def join(self, waiting: Waiting) -> None:
        tenant = waiting.tenant
        lane = self._lanes.get(tenant)
        if lane is None:
            lane = self._lanes[tenant] = InTurn()
            start = max(self._time, self._ends.pop(tenant, 0.0))
            heapq.heappush(self._turns, (start, waiting.number, tenant))
        lane.join(waiting)
        self._size += 1

    def leave(self, waiting: Waiting) -> None:
        self._lanes[waiting.tenant].leave(waiting)
        self._size -= 1
        if len(self._lanes) > 2 * self._size + STALE:
            self._sweep()

    def next(self) -> Waiting:
        while True:
            start, _, tenant = heapq.heappop(self._turns)
            lane = self._lanes[tenant]
            if lane:
                break
            del self._lanes[tenant]  # its end is not after what comes next
        waiting = lane.next()
        self._size -= 1
        self._time = start
        end = start + waiting.work
        if lane:
            heapq.heappush(self._turns, (end, waiting.number, tenant))
        else:
            del self._lanes[tenant]
            self._remember(tenant, end)
        return waiting

    def _sweep(self) -> None:
        """Lanes of which all have left."""
        for end, _, tenant in self._turns:
            if not self._lanes[tenant]:
                del self._lanes[tenant]
                if end > self._time:
                    self._remember(tenant, end)
        self._turns = [turn for turn in self._turns if turn[2] in self._lanes]
        heapq.heapify(self._turns)

    def _remember(self, tenant: str, end: float) -> None:
        if len(self._ends) >= MOST_TENANTS:
            del self._ends[next(iter(self._ends))]
        self._ends[tenant] = end
