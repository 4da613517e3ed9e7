"""Adapters (LoRA) of which each server holds a few: one that is cold is loaded first, which is work like any other."""

from __future__ import annotations

import math
import random
from collections.abc import Sequence
from typing import Annotated, ClassVar

import msgspec
from msgspec import Meta

from wrp_policies.filters import usable_servers
from wrp_policies.types import Fault, Outcome, Plan, Pool, Server
from wrp_signals.facts import Facts

from .adaptive import CROWD, KEPT, NEVER, too_late
from .costs import demand
from .hashing import Rendezvous, key_of
from .loads import loads_on
from .popularity import Popularity
from .ranking import cheapest_first, led_by, nearly_least
from .slots import Held, Slots
from .spec import Spec, Wants

HEADROOM = 1.25
"""Times its share of the requests: so many servers an adapter has for homes, rounded up."""

NEAR = 0.25
"""Costs that differ by no more than such a share of a load are taken for equal."""

PRICE = 3.0
"""Of a load at a home that is not known to hold the adapter, where other routers may have had it loaded elsewhere."""


class Lora(Spec, frozen=True, tag="lora"):
    """The least seconds first: prompts queued, loads scheduled, this prompt's own; and where its adapter is not
    loaded, its `load`, and that of the one that makes room for it, as far as that one is asked for sooner again.

    Each server is believed to hold the `slots` adapters that were last sent there. What costs about the same goes to
    the adapter's home, which is the same for all routers. Where most requests are other routers', whose loads we do
    not see, an adapter keeps to two homes, or to as many as its share of the requests needs. What no server can begin
    within `slo_ttft` seconds goes where it delays nobody who can be in time, as in `adaptive`. Warm prefixes count.
    """

    always: ClassVar[Wants] = "caches"

    slots: Annotated[
        int, Meta(ge=1, le=100_000, description="Adapters that a server holds (vLLM: max_loras, or max_cpu_loras).")
    ] = 8
    load: Annotated[float, Meta(gt=0, extra={"unit": "duration"}, description="What it takes to load another one.")] = (
        2.0
    )
    slo_ttft: Annotated[
        float, Meta(gt=0, extra={"unit": "duration"}, description="Within which a first token is wanted.")
    ] = 5.0
    window: Annotated[
        int, Meta(ge=20, le=100_000, description="Requests over which it is measured how often each is asked for.")
    ] = 2000

    def build(self) -> Adapters:
        return Adapters(self)


class Learned(msgspec.Struct, frozen=True):
    """What Adapters had learned: names by request, the oldest first; what servers hold, by name."""

    seen: list[str]
    held: dict[str, Held]


class Adapters:
    """Keeps how often each adapter is asked for, and what each server is believed to hold and to have to load.

    What engines measure says nothing of their loads here: a load makes a first token late by seconds, and so is in
    `base` and `overrun`, which would count it twice.
    """

    __slots__ = ("_looked", "_ring", "_seen", "_slots", "_spec")

    def __init__(self, spec: Lora) -> None:
        self._spec = spec
        self._ring = Rendezvous("adapter")
        self._seen = Popularity(spec.window)
        self._slots: dict[str, Slots] = {}
        self._looked: tuple[Pool, Sequence[Server], Sequence[float]] = Pool("", "", ()), (), ()  # at what, and waits

    def order(self, facts: Facts, pool: Pool, now: float, rng: random.Random) -> tuple[str, ...]:
        servers, wanted, spec = usable_servers(pool), demand(facts, pool), self._spec
        loads, waits, slots = loads_on(servers), wanted.waits(servers), [self._slots.get(s.name) for s in servers]
        self._looked = pool, servers, waits
        starts = [wait + (one.to_load(now) if one else 0.0) for wait, one in zip(waits, slots, strict=True)]
        adapter = facts.asked_model if facts.asked_model in pool.adapters else ""
        cold = [spec.load if adapter and not (one and adapter in one) else 0.0 for one in slots]
        works = [work + load for work, load in zip(wanted.works(servers), cold, strict=True)]
        barred = too_late(starts, works, spec.slo_ttft)
        if False not in barred:
            return cheapest_first(servers, [-start for start in starts], loads, pool.turn)
        each = zip(starts, works, loads, barred, strict=True)
        costs = [start + work + CROWD * load + (NEVER if late else 0.0) for start, work, load, late in each]
        if not adapter:
            return cheapest_first(servers, costs, loads, pool.turn)
        homes = self._ring.order(key_of(adapter), pool)
        costs = [
            cost + (self._evicting(adapter, one) if c else 0.0) for cost, c, one in zip(costs, cold, slots, strict=True)
        ]
        if sum([s.running for s in servers]) > sum([s.in_flight for s in servers]):
            costs = self._kept(adapter, homes, servers, costs, cold)
        return self._settled(cheapest_first(servers, costs, loads, pool.turn), homes, servers, costs)

    def _evicting(self, adapter: str, one: Slots | None) -> float:
        """Seconds of the load that will follow: of the one that makes room, if it is asked for sooner than this one."""
        victim = one.victim() if one else None
        return 0.0 if victim is None else self._spec.load * self._seen.sooner(victim, adapter)

    def _kept(
        self,
        adapter: str,
        homes: Sequence[str],
        servers: Sequence[Server],
        costs: Sequence[float],
        cold: Sequence[float],
    ) -> list[float]:
        """At its homes as they are, but that the later ones pay more for a load; elsewhere beyond all others."""
        needed = math.ceil(HEADROOM * self._seen.share(adapter) * len(servers))
        usual, allowed = homes[: max(1, needed)], homes[: max(KEPT, needed)]
        kept = []
        for server, cost, load in zip(servers, costs, cold, strict=True):
            more = 0.0 if server.name in usual else PRICE * load
            kept.append(cost + more + (0.0 if server.name in allowed else NEVER))
        return kept

    def _settled(
        self, order: tuple[str, ...], homes: tuple[str, ...], servers: Sequence[Server], costs: Sequence[float]
    ) -> tuple[str, ...]:
        """Of servers that cost about the same, the first home goes first: what differs by so little is noise, and would
        load the same adapter now here, now there."""
        close = nearly_least(servers, costs, NEAR * self._spec.load)
        return led_by(next(name for name in homes if name in close), order)

    def placed(self, facts: Facts, server: str, now: float) -> None:
        """It will be loaded there, if it is not; and it was asked for once more."""
        pool, servers, waits = self._looked
        adapter = facts.asked_model if facts.asked_model in pool.adapters else ""
        self._seen.note(adapter)
        if not adapter:
            return
        if server not in self._slots:
            there = {one.name for one in pool.servers}
            self._slots = {name: slots for name, slots in self._slots.items() if name in there}
            self._slots[server] = Slots(self._spec.slots, self._spec.load)
        wait = next((wait for one, wait in zip(servers, waits, strict=True) if one.name == server), 0.0)
        self._slots[server].use(adapter, now, wait)

    def learn(self, facts: Facts, plan: Plan, outcome: Outcome) -> None:
        """Where a server failed, what was asked of it may not be there."""
        if outcome.fault is Fault.HOST and outcome.server in self._slots:
            self._slots[outcome.server].drop(facts.asked_model)

    def state(self) -> bytes:
        return msgspec.json.encode(
            Learned(self._seen.seen(), {name: slots.held() for name, slots in self._slots.items()})
        )

    def restore(self, state: bytes) -> None:
        """Raises msgspec.DecodeError where the bytes are not what `state` gave; empty ones change nothing."""
        if state:
            learned = msgspec.json.decode(state, type=Learned)
            self._seen.restore(learned.seen)
            self._slots = {}
            for name, held in learned.held.items():
                self._slots[name] = Slots(self._spec.slots, self._spec.load)
                self._slots[name].restore(held.names, held.due)
