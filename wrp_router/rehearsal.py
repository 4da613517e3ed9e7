"""Ask a configuration without running it: the same rooms and flow, before modelled engines that take no time.

`wrp test` and `wrp explain` are made of this. Nothing here listens or sends.
"""

from __future__ import annotations

import random
from dataclasses import replace
from time import perf_counter
from typing import Any

import msgspec

from wrp_router.build import Assembly, assemble
from wrp_router.build.rooms import name_of
from wrp_router.config.structs import Config, TestConfig
from wrp_router.errors import BadRequest
from wrp_router.fakes.model import INSTANT
from wrp_router.flow import Ask
from wrp_router.record import Row
from wrp_router.sim import Simulation
from wrp_router.sim.engine import SimEngine
from wrp_router.wire import scope
from wrp_router.wire.body import decode
from wrp_router.wire.session import session_of
from wrp_router.wire.view import view_of
from wrp_router.wire.words import Body
from wrp_signals import Embedder, Facts, Priority

PATIENCE = 3600.0
APART = 1.0
"""Seconds between two requests."""


class Rehearsal:
    """Requests are a virtual second apart, and see what the cache kept of those before. All servers are up and idle.

    `now` is the time of the first, in seconds since the epoch, for conditions that look at the clock; `seed` decides
    where policies draw lots. Signals have all the time they want, but the tier `auto` is what serving would take here.
    """

    def __init__(self, config: Config, *, now: float = 0.0, seed: int = 0, embedder: Embedder | None = None) -> None:
        timer = perf_counter if config.embedder.tier == "auto" and embedder is None else None
        hurried = assemble(config, rng=random.Random(seed), embedder=embedder, timer=timer)
        limits = replace(hurried.rooms.limits, routing=PATIENCE)
        accounts = hurried.rooms.accounts  # what a tenant may ask for, but no limit: nobody asks here but whoever tries
        free = accounts.without_limits() if accounts is not None else None
        self.parts: Assembly = replace(hurried, rooms=replace(hurried.rooms, limits=limits, accounts=free))
        engines = {(pool.name, name_of(server)): SimEngine(INSTANT) for pool in config.pools for server in pool.servers}
        self._sim = Simulation(
            self.parts.rooms,
            self.parts.fleet,
            engines,
            self.parts.signals,
            self.parts.materials.embedders(),
            reviewer=self.parts.reviewer,
        )
        self._epoch = now - APART
        self._asked = 0

    def ask(self, raw: bytes, tenant: str = "local", priority: Priority = "default") -> Row:
        """What would become of a chat completion request. Raises BadRequest where the gateway would refuse its body."""
        body = decode("chat", raw)
        ask = self._ask(body, tenant, priority)
        self._sim.arrive(ask, body.tree)
        row = self._sim.run()[-1].row
        assert row is not None, "a flow ended without its row"
        if row.cascade:
            return _unjudged(row)
        return _unasked(row) if row.inquiries else row

    def _ask(self, body: Body, tenant: str, priority: Priority) -> Ask:
        parts, at = self.parts, self._sim.world.now + APART
        session = session_of({}, body, tenant=tenant, secret=parts.secret)
        view = view_of(body, tenant=tenant, session=session, headers={}, time=self._epoch + at, priority=priority)
        embedder = parts.embedder.id if parts.embedder is not None else ""
        cached = parts.rooms.cache is not None and scope.cacheable(body)
        self._asked += 1
        return Ask(
            id=f"rehearsal-{self._asked}",
            request_id="",
            view=view,
            arrived=at,
            time=self._epoch + at,
            deadline=at + PATIENCE,
            prompt_tokens=parts.rooms.calibration.tokens(view),
            key=scope.exact_key(body, tenant, parts.secret) if cached else None,
            partition=scope.partition(body, tenant, "", embedder, parts.secret) if cached else None,
        )


def _unjudged(row: Row) -> Row:
    """Without what a verifier made of the answers: modelled ones say nothing of real ones. The plan has the bars."""
    outcomes = [msgspec.structs.replace(one, reason="", quality=1.0, evidence="") for one in row.outcomes]
    return msgspec.structs.replace(row, cascade="", outcomes=tuple(outcomes[:1]), inquiries=())


def _unasked(row: Row) -> Row:
    """Without what questions of the router's own took: modelled engines say nothing of real ones."""
    plan = row.plan
    if plan is not None:
        plan = msgspec.structs.replace(plan, why=f"{plan.why} (as modelled engines answer)")
    return msgspec.structs.replace(row, inquiries=(), plan=plan)


def chat(text: str, model: str = "auto", system: str | None = None) -> bytes:
    """A chat completion request of one user message."""
    messages = [{"role": "system", "content": system}] if system else []
    return msgspec.json.encode({"model": model, "messages": [*messages, {"role": "user", "content": text}]})


class Verdict(msgspec.Struct, frozen=True):
    """One test of a configuration: what it asked, what came of it, and what differed from what it expects."""

    ask: str
    row: Row
    differences: tuple[str, ...] = ()


def judge(rehearsal: Rehearsal, test: TestConfig) -> Verdict:
    """Runs one of a configuration's tests."""
    try:
        row = rehearsal.ask(chat(test.ask, test.model, test.system), test.tenant, test.priority)
    except BadRequest as error:
        refused = Row(0.0, Facts("", "chat", test.model, test.tenant), status=error.status, error=error.code)
        return Verdict(test.ask, refused, (f"refused: {error.message}",))
    expect = test.expect
    readings = {name: reading.value for name, reading in row.facts.readings.items()}
    pool = row.plan.attempts[0].pool if row.plan is not None and row.plan.attempts else ""
    pairs: list[tuple[str, Any, Any]] = [
        ("route", expect.route, row.route),
        ("pool", expect.pool, pool),
        ("category", expect.category, readings.get("category", "unknown")),
        ("cache", expect.cache, row.cache),
        *((f"signals.{name}", wanted, readings.get(name, "unknown")) for name, wanted in expect.signals.items()),
    ]
    wrong = [f"{what}: expected {want!r}, got {got!r}" for what, want, got in pairs if want is not None and want != got]
    return Verdict(test.ask, row, tuple(wrong))
