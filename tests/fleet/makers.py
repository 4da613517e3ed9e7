"""A fleet with a short cast, and outcomes of every sort."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable
from typing import Any

from wrp_policies.types import Ended, Fault, Outcome, Server
from wrp_router.fleet import Fleet, PoolSpec, ServerSpec, Ticket
from wrp_router.fleet.desks import Place
from wrp_router.fleet.health import Event
from wrp_router.fleet.pool import PoolState
from wrp_router.fleet.state import ServerState
from wrp_router.record import ServerChanged
from wrp_signals.facts import RANK, Facts, Priority


def pool(name: str = "p", servers: int = 2, limit: int = 0, **changes: Any) -> PoolSpec:
    """A pool of servers s0, s1, …"""
    specs = tuple(ServerSpec(f"s{i}", f"http://{name}{i}:8000", limit) for i in range(servers))
    return PoolSpec(**{"name": name, "model": "m", "servers": specs, **changes})


class Watched(Fleet):
    """A fleet that remembers what it told others, and hands on whom it woke."""

    hears: Callable[[Ticket | Place], None] | None = None

    def __init__(self, *pools: PoolSpec, queue: int = 8, seed: int = 1) -> None:
        self.changes: list[ServerChanged] = []
        self.woken: list[Ticket | Place] = []
        super().__init__(pools, random.Random(seed), self.changes.append, self.wake, queue)

    def wake(self, who: Ticket | Place) -> None:
        """It is told of a turn, or that none will come."""
        self.woken.append(who)
        if self.hears is not None:
            self.hears(who)

    def server(self, name: str, now: float, pool: str = "p") -> Server:
        """The server as a snapshot shows it."""
        return next(s for p in self.snapshot(now) if p.name == pool for s in p.servers if s.name == name)

    def up(self, now: float, pool: str = "p") -> str:
        """The servers of a pool that are up, by name."""
        return " ".join(s.name for p in self.snapshot(now) if p.name == pool for s in p.servers if s.up)

    def join(self, pools: Iterable[str], priority: Priority = "default") -> Ticket:
        """In line for any time, from the start."""
        return self.entrance.join(pools, RANK[priority], "", 0.0)

    def moves(self) -> list[tuple[str, str, str]]:
        """(server, before, after) of every breaker that moved."""
        return [(change.server, str(change.before), str(change.after)) for change in self.changes]

    def serve(self, server: str, now: float, outcome: Outcome, pool: str = "p") -> None:
        """One request from start to end."""
        self.lease(pool, server, now).end(outcome, now)

    def fail(self, server: str, now: float, times: int = 5, outcome: Outcome | None = None) -> None:
        """Host failures, one after the other."""
        for _ in range(times):
            self.serve(server, now, outcome or failed())


def done(**changes: Any) -> Outcome:
    """An answer of 11 tokens: the first after 0.5 s, the others 0.1 s apart."""
    fields = {"ended": Ended.DONE, "status": 200, "ttft": 0.5, "duration": 1.5, "tokens_out": 11, **changes}
    return Outcome("p", "s", "m", **fields)


def failed(**changes: Any) -> Outcome:
    """The host's fault, unless told otherwise."""
    return Outcome("p", "s", "m", **{"ended": Ended.FAILED, "fault": Fault.HOST, "status": 500, **changes})


def refused() -> Outcome:
    """Nobody accepted the connection."""
    return failed(status=0, reason="connect")


def asked(
    tokens: int = 1000,
    prefix: tuple[int, ...] = (),
    stream: bool = True,
    priority: Priority = "default",
    tenant: str = "local",
) -> Facts:
    """A request with a prompt of so many tokens, which begins so."""
    return Facts("r", "chat", "m", tenant, prompt_tokens=tokens, prefix=prefix, stream=stream, priority=priority)


def gone() -> Outcome:
    """The client left."""
    return Outcome("p", "s", "m", Ended.CLIENT_GONE)


def kept_of(fleet: Fleet, pool: str, server: str) -> ServerState:
    """What a fleet keeps of a server. Raises UnknownServer."""
    return fleet._roster.at(pool, server)


def pool_of(*limits: int) -> PoolState:
    """A pool with servers of these limits."""
    pool = PoolState(PoolSpec("p", "m", ()))
    for number, limit in enumerate(limits):
        pool.add(ServerState(ServerSpec(f"s{number}", f"http://s{number}", limit), pool))
    return pool


def broken(server: ServerState, now: float = 0.0) -> None:
    """Its breaker opens."""
    server.breaker.move(Event.FAILED_ENOUGH, now, random.Random(1))
