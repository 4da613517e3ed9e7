"""What each of several processes has in flight, told to the others a few times a second: to whoever chooses a server by
its load, all count. Where engines are asked how loaded they are, they say it better."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Collection
from time import monotonic

import msgspec

from wrp_router.fleet import Fleet, Report

from .siblings import Siblings

EVERY = 0.25
"""Seconds between two words."""

STALE = 1.0
"""Seconds after which what a sibling said is not counted: it may be gone."""

Loads = dict[tuple[str, str], int]
"""Requests in flight, by pool and server."""


class Hinting:
    """Of `pools`; `run` until it is cancelled."""

    def __init__(self, fleet: Fleet, siblings: Siblings, pools: Collection[str]) -> None:
        self._fleet, self._siblings, self._pools = fleet, siblings, frozenset(pools)
        self._said: dict[int, tuple[float, Loads]] = {}
        siblings.hear("load", self._hear)

    async def run(self) -> None:
        """Tells and takes in, for ever."""
        while self._pools and self._siblings.several:
            await asyncio.sleep(EVERY)
            self.exchange(monotonic())

    def exchange(self, now: float) -> None:
        """Once."""
        ours = {
            (pool.name, server.name): server.in_flight
            for pool in self._fleet.snapshot(now)
            if pool.name in self._pools
            for server in pool.servers
        }
        self._siblings.tell("load", msgspec.msgpack.encode(ours))
        others = Counter[tuple[str, str]]()
        for said, loads in self._said.values():
            if said >= now - STALE:
                others.update(loads)
        for (pool_name, name), busy in ours.items():
            there = others[pool_name, name]
            self._fleet.reported(pool_name, name, Report(running=busy + there, others=there), now)

    def _hear(self, place: int, payload: bytes) -> None:
        self._said[place] = (monotonic(), _LOADS.decode(payload))


_LOADS = msgspec.msgpack.Decoder(Loads)
