"""A small configuration, its simulation, and requests for it."""

from __future__ import annotations

import random
from collections.abc import Mapping
from typing import Any

import msgspec

from wrp_policies import BalancingSpec, RoundRobin, SelectionSpec, Static
from wrp_router.build import Assembly, assemble
from wrp_router.config.bounds import Timeouts
from wrp_router.config.pools import PoolConfig, Price, ServerConfig
from wrp_router.config.structs import Config, RouteConfig
from wrp_router.fakes.model import INSTANT, Profile
from wrp_router.flow import AS_USUAL, Ask, CacheControl
from wrp_router.record import Row
from wrp_router.sim import Simulation
from wrp_router.sim.engine import SimEngine
from wrp_router.sim.reply import Reply
from wrp_router.wire import scope
from wrp_router.wire.body import decode
from wrp_router.wire.session import session_of
from wrp_router.wire.view import view_of
from wrp_signals import Embedder, Priority

SLOW = Profile(base_ttft=1.0)
"""One second for every request."""

PATIENCE = 600.0


def pool(name: str, servers: int = 2, balance: BalancingSpec | None = None, **changes: Any) -> PoolConfig:
    """A pool of the model NAME-model, of servers NAME0, NAME1, …"""
    made = tuple(ServerConfig(f"http://127.0.0.1:{9000 + n}", f"{name}{n}") for n in range(servers))
    changes.setdefault("abilities", ("chat", "tools"))
    return PoolConfig(name, made, f"{name}-model", balance=balance or RoundRobin(), **changes)


def config(*pools: PoolConfig, use: SelectionSpec | None = None, **changes: Any) -> Config:
    """One route over all pools, in the order given."""
    listed = pools or (pool("small", price=Price(1.0, 2.0)),)
    routes = (RouteConfig("all", use or Static(tuple(one.name for one in listed))),)
    changes = {"routes": routes, "listen": "127.0.0.1:0"} | changes
    return Config(1, listed, **changes)


def queueing(seconds: float) -> Timeouts:
    return Timeouts(queue=seconds)


class Stage:
    """A simulation of a configuration. `profiles` by pool; `engines` replaces single ones."""

    def __init__(
        self,
        made: Config,
        profiles: Mapping[str, Profile] | None = None,
        seed: int = 0,
        embedder: Embedder | None = None,
        engines: Mapping[tuple[str, str], SimEngine] | None = None,
    ) -> None:
        # the fleet wakes who waits in the simulation, which needs the fleet
        self.parts: Assembly = assemble(
            made, rng=random.Random(seed), wake=lambda ticket: self.sim.sleepers.wake(ticket), embedder=embedder
        )
        speeds = profiles or {}
        modelled = {
            (one.name, server.name or ""): SimEngine(speeds.get(one.name, INSTANT))
            for one in made.pools
            for server in one.servers
        }
        rooms, fleet = self.parts.rooms, self.parts.fleet
        self.sim = Simulation(
            rooms, fleet, {**modelled, **(engines or {})}, self.parts.signals, self.parts.materials.embedders()
        )
        self._salt = self.parts.secret if made.secret is not None else b"salt"  # else it is another one every time
        self._asked = 0

    def arrive(self, at: float, asked: str = "What is up?", **fields: Any) -> None:
        """A chat request of one user message; `control` holds directives for the cache, `priority` is its class."""
        control, priority = fields.pop("control", AS_USUAL), fields.pop("priority", "default")
        messages = [{"role": "user", "content": asked}]
        self.send(at, msgspec.json.encode({"model": "auto", "messages": messages} | fields), control, priority)

    def send(self, at: float, raw: bytes, control: CacheControl = AS_USUAL, priority: Priority = "default") -> None:
        """A chat request, as it would come over the wire."""
        body, parts = decode("chat", raw), self.parts
        session = session_of({}, body, tenant="local", secret=self._salt)
        view = view_of(body, tenant="local", session=session, headers={}, time=1e9 + at, priority=priority)
        embedder = parts.embedder.id if parts.embedder is not None else ""
        cached = parts.rooms.cache is not None and scope.cacheable(body)
        self._asked += 1
        ask = Ask(
            id=f"dec_{self._asked}",
            request_id=f"req_{self._asked}",
            view=view,
            arrived=at,
            time=1e9 + at,
            deadline=at + PATIENCE,
            prompt_tokens=parts.rooms.calibration.tokens(view),
            key=scope.exact_key(body, "local", b"secret") if cached else None,
            partition=scope.partition(body, "local", "", embedder, b"secret") if cached else None,
            control=control,
        )
        self.sim.arrive(ask, body.tree)

    def run(self) -> list[Reply]:
        """To the end. All leases are back, nobody waits, and every request has its row."""
        replies = self.sim.run()
        fleet, retries = self.parts.fleet, self.parts.rooms.retries
        assert (fleet.in_flight(), fleet.waiting(), retries.in_flight) == (0, 0, 0)
        assert len(replies) == self._asked
        return replies

    def rows(self) -> list[Row]:
        """The rows in the order of arrival."""
        replies = sorted(self.run(), key=lambda reply: int(reply.ask.id.removeprefix("dec_")))
        return [row for reply in replies if (row := reply.row) is not None]


def servers(rows: list[Row]) -> list[str]:
    """Who answered each request, or ""."""
    return [row.outcomes[-1].server if row.outcomes else "" for row in rows]
