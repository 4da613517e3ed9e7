"""The live router and the simulator run the same flow: the same requests get the same plans, servers and answers."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from operator import attrgetter
from time import monotonic
from typing import Any

import aiohttp
import msgspec
import pytest

from tests.live.raw import CHAT, request
from tests.live.scene import until
from tests.sim.chats import chat, chats, text_of
from tests.sim.makers import Stage, config, pool, queueing
from wrp_policies import (
    BalancingSpec,
    CheapestCapable,
    LeastLoad,
    Planner,
    PowerOfTwo,
    RoundRobin,
    SelectionSpec,
    Static,
    Weighted,
)
from wrp_policies.cascading.verifiers import Schema, SelfConsistency
from wrp_policies.learning.reward import Objective
from wrp_policies.selection import Cascade, InContext
from wrp_policies.types import Attempt, Choice, Pools
from wrp_router.build import Router
from wrp_router.config.caching import CacheConfig, CategoryConfig
from wrp_router.config.pools import Health, Price, ServerConfig
from wrp_router.config.secret import Secret
from wrp_router.config.structs import Config, RouteConfig
from wrp_router.fakes.engine import FakeEngine
from wrp_router.fakes.model import Profile
from wrp_router.fleet import Report
from wrp_router.flow import Rooms
from wrp_router.record import Record, Row
from wrp_signals import DomainSpec, Embedder, Facts, HashingEmbedder, KeywordSpec

SEED = 11
PROFILES = {"small": Profile(base_ttft=1e-4), "large": Profile(base_ttft=2e-4, decode_tokens_per_s=1e5)}
SERVERS = {"small": 3, "large": 2}
NAMES = [(name, f"{name}{n}") for name, count in SERVERS.items() for n in range(count)]
BALANCING: tuple[BalancingSpec, ...] = (RoundRobin(), LeastLoad(), PowerOfTwo())
SELECTIONS: tuple[SelectionSpec, ...] = (
    Static(("small", "large")),
    Weighted({"small": 3, "large": 2}),
    CheapestCapable(("large", "small")),
    Cascade(("small", "large"), Schema()),
    InContext(small="small", large="large", tier="auto", floor=0.3, objective=Objective(cost=0.3)),
    Cascade(("small", "large"), SelfConsistency(samples=3)),
)

OF_OUTCOMES = attrgetter("pool", "server", "model", "ended", "status", "finish_reason", "reason", "quality", "evidence")


def house(balance: BalancingSpec, use: SelectionSpec) -> Config:
    """Two pools, two routes, signals and a cache; nothing that depends on how fast this machine is."""
    pools = (
        pool("small", 3, balance, price=Price(0.1, 0.2), context=2_000, abilities=("chat",)),
        pool("large", 2, balance, price=Price(1.0, 2.0), health=Health(every=0.01)),
    )
    return config(
        *pools,
        routes=(RouteConfig("code", use, 'code || category == "sea"'), RouteConfig("rest", use)),
        signals={
            "code": KeywordSpec(words=("python",)),
            "category": DomainSpec(categories={"sea": ("ships on the sea",), "sky": ("planes in the clouds",)}),
        },
        cache=CacheConfig(categories={"default": CategoryConfig(0.8), "sea": CategoryConfig(0.95)}),
        secret=Secret("salt"),
        routing_budget=60.0,
    )


def embedder() -> Embedder:
    return HashingEmbedder()


def loads(number: int) -> list[tuple[str, str, Report]]:
    """What the engines report before a request: all different, also without a request of ours, so that no measured time
    has to decide."""
    levels = random.Random(number).sample(range(len(NAMES)), len(NAMES))
    return [(*name, Report(2 * level)) for name, level in zip(NAMES, levels, strict=True)]


def nameless(attempt: Attempt) -> Attempt:
    """With examples whose ids are not told: those of decisions are of chance."""
    given = attempt.given
    if given is None:
        return attempt
    return msgspec.structs.replace(attempt, given=msgspec.structs.replace(given, ids=tuple([""] * len(given.ids))))


def told(row: Row, text: str) -> dict[str, Any]:
    """All of a row that does not depend on the clock, and the answer's text."""
    readings = {name: (reading.value, reading.score) for name, reading in row.facts.readings.items()}
    shape = msgspec.structs.replace(row.facts, id="", readings={}, shelf=row.facts.shelf and "some")
    counts = [] if row.facts.stream else [(one.tokens_in, one.tokens_out, one.tokens_cached) for one in row.outcomes]
    words_of = attrgetter(
        "pool", "server", "model", "ended", "status", "finish_reason", "reason", "quality", "evidence"
    )
    outcomes = [words_of(one) for one in row.outcomes]
    told = ("route", "why", "plan", "cache", "vetoes", "status", "error", "cascade")
    words = {name: getattr(row, name) for name in told}
    if row.plan is not None:
        words["plan"] = msgspec.structs.replace(row.plan, attempts=tuple([nameless(one) for one in row.plan.attempts]))
    return words | {
        "facts": shape,
        "readings": readings,
        "outcomes": outcomes,
        "inquiries": [words_of(one) for one in row.inquiries],
        "tokens": counts,
        "similarity": row.similarity,
        "text": text,
    }


@dataclass
class Live:
    """A router before fake engines, which is told of every row."""

    router: Router
    session: aiohttp.ClientSession
    rows: list[Row] = field(default_factory=list)

    async def ask(self, raw: bytes) -> tuple[Row, str]:
        """The row and the answer of one request, when all is over."""
        known = len(self.rows)
        headers = {"content-type": "application/json"}
        async with self.session.post(self.router.url + CHAT, data=raw, headers=headers) as answer:
            body = await answer.read()
        await until(lambda: len(self.rows) > known)
        return self.rows[-1], text_of(body)


@asynccontextmanager
async def live(made: Config, profiles: dict[str, Profile]) -> AsyncIterator[Live]:
    """The configuration on sockets, with an engine for every server."""
    async with AsyncExitStack() as stack:
        pools = []
        for one in made.pools:
            engines = [FakeEngine([one.model], profile=profiles[one.name]) for _ in one.servers]
            for engine in engines:
                await stack.enter_async_context(engine)
            urls = zip(engines, one.servers, strict=True)
            servers = tuple(ServerConfig(engine.url, server.name) for engine, server in urls)
            pools.append(msgspec.structs.replace(one, servers=servers))
        rows: list[Row] = []

        def watch(record: Record) -> None:
            if isinstance(record, Row):
                rows.append(record)

        made = msgspec.structs.replace(made, pools=tuple(pools))
        router = Router(made, rng=random.Random(SEED), embedder=embedder(), watchers=[watch])
        await stack.enter_async_context(router)
        state = router.gateway.state
        limits = replace(state.rooms.limits, routing=60.0, embedding=60.0)  # no embedding is late on a busy machine
        router.gateway.state = replace(state, rooms=replace(state.rooms, limits=limits))
        session = await stack.enter_async_context(aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(20)))
        yield Live(router, session, rows)
        assert (router.parts.fleet.in_flight(), router.parts.rooms.retries.in_flight) == (0, 0)


async def told_live(made: Config, trace: list[bytes]) -> list[dict[str, Any]]:
    """What becomes of the trace over HTTP, one request after the other."""
    said = []
    async with live(made, PROFILES) as there:
        for number, raw in enumerate(trace):
            for one in loads(number):
                there.router.parts.fleet.reported(*one, monotonic())
            said.append(told(*await there.ask(raw)))
    return said


def told_simulated(made: Config, trace: list[bytes]) -> list[dict[str, Any]]:
    """What becomes of it on virtual time."""
    stage, said = Stage(made, PROFILES, SEED, embedder()), []
    for number, raw in enumerate(trace):
        for one in loads(number):
            stage.parts.fleet.reported(*one, stage.sim.world.now)
        stage.send(stage.sim.world.now + 1.0, raw)
        reply = stage.run()[-1]
        assert reply.row is not None
        said.append(told(reply.row, text_of(reply.body)))
    return said


@pytest.mark.parametrize("use", SELECTIONS, ids=lambda use: type(use).__name__)
@pytest.mark.parametrize("balance", BALANCING, ids=lambda balance: type(balance).__name__)
async def test_the_same_requests_get_the_same_answers(balance: BalancingSpec, use: SelectionSpec) -> None:
    """Plans, propensities, routes, servers, cache results and texts agree, request by request."""
    trace = chats(120, SEED)
    there, here = await told_live(house(balance, use), trace), told_simulated(house(balance, use), trace)
    for number, (real, modelled) in enumerate(zip(there, here, strict=True)):
        assert real == modelled, f"request {number}: {trace[number]!r}"
    results = Counter(one["cache"] for one in here)
    assert set(results) == {"miss", "bypass", "hit-exact", "hit-semantic"}
    assert {one["status"] for one in here} == {200, 404}
    assert {one["route"] for one in here} >= {"code", "rest", "model:small-model"}


class Noting(Static, frozen=True, tag="noting"):
    """Remembers whom it chose for, by session: the order in which requests got out of the line."""

    started: list[str] = msgspec.field(default_factory=list)

    def select(self, facts: Facts, pools: Pools, now: float, rng: random.Random) -> Choice:
        self.started.append(facts.session)
        return super().select(facts, pools, now, rng)


def noting(rooms: Rooms) -> tuple[Rooms, list[str]]:
    """The rooms with a planner that remembers."""
    selection = Noting(("small",))
    planner = Planner(selection, {"small": RoundRobin()}, "static")
    return replace(rooms, ways=(replace(rooms.ways[0], planner=planner),)), selection.started


BURSTS, AT_ONCE = 4, 10
LINE = config(pool("small", 2, limit=1), timeouts=queueing(30.0))
STEADY = {"small": Profile(base_ttft=0.03)}
NUMBERS = [f"r{number:02}" for number in range(BURSTS * AT_ONCE)]


def burst(number: int) -> list[bytes]:
    """The requests of one burst, each with its number for a session."""
    return [chat("What is up?", user=name) for name in NUMBERS[number * AT_ONCE :][:AT_ONCE]]


def has_arrived(there: Live, count: int) -> bool:
    """Whether so many requests have come in, over or not."""
    return there.router.gateway.in_flight + len(there.rows) == count


async def queued_live(there: Live) -> int:
    """All bursts, each request on a connection of its own and each arriving after the one before it: how long the line
    was at its longest."""
    address, gateway = there.router.url.removeprefix("http://").split(":"), there.router.gateway
    longest = 0
    for number in range(BURSTS):
        opened = [await asyncio.open_connection(*address) for _ in range(AT_ONCE)]
        for place, ((_, writer), raw) in enumerate(zip(opened, burst(number), strict=True)):
            writer.write(request(msgspec.json.decode(raw)))
            arrived = number * AT_ONCE + place + 1
            await until(partial(has_arrived, there, arrived))
            longest = max(longest, there.router.parts.fleet.waiting())
        await until(lambda: not gateway.in_flight)
        for _, writer in opened:
            writer.close()
            await writer.wait_closed()
    return longest


def queued_simulated(arrivals: list[float]) -> tuple[list[Row], list[str]]:
    """The same requests on virtual time, arriving as they did."""
    stage = Stage(LINE, STEADY, SEED)
    stage.sim.rooms, started = noting(stage.sim.rooms)
    for number, at in enumerate(arrivals):
        stage.send(at, chat("What is up?", user=NUMBERS[number]))
    return stage.rows(), started


def server_of(rows: list[Row]) -> list[str]:
    return [row.outcomes[0].server for row in rows]


async def test_the_same_line_forms_in_both() -> None:
    """Bursts before servers with room for one: first come, first served, and the work is shared alike."""
    async with live(LINE, STEADY) as there:
        state = there.router.gateway.state
        rooms, started = noting(state.rooms)
        there.router.gateway.state = replace(state, rooms=rooms)
        assert await queued_live(there) > 0
    rows = sorted(there.rows, key=lambda row: row.facts.session)
    modelled, started_there = queued_simulated([row.time - rows[0].time for row in rows])
    assert [row.facts.session for row in rows] == NUMBERS
    assert started == started_there == NUMBERS
    assert Counter(server_of(rows)) == Counter(server_of(modelled)) == {"small0": 20, "small1": 20}
    assert {row.status for row in [*rows, *modelled]} == {200}
    waited = sum(row.duration > STEADY["small"].base_ttft * 1.1 for row in modelled)
    assert 0 < waited <= BURSTS * (AT_ONCE - 2)  # fewer where a busy machine spread the bursts
