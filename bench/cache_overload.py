"""A model that loses a third of its servers, in the simulator: its traffic with bars that fall under load, and without.

Everything is the router's own (routes, queue, leases, the measured load, relief, probes and their comparison) but the
engines and the clock, which are modelled, and the guard, for the questions are vectors.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import msgspec
import numpy as np
import numpy.typing as npt

from bench.cache_truth import DIMENSION, MIXED, Asked, World
from wrp_cache import Cache, Entry, MemoryStore
from wrp_cache.against import Unguarded
from wrp_cache.bars.budget import Budget, BudgetState
from wrp_cache.index import FlatIndex
from wrp_policies import RoundRobin, Static
from wrp_router.build import assemble
from wrp_router.build.caching import acceptance_of, bars_of
from wrp_router.config.adapting import BudgetedBars, ReliefConfig
from wrp_router.config.caching import CacheConfig, CategoryConfig
from wrp_router.config.pools import PoolConfig, ServerConfig
from wrp_router.config.structs import Config, RouteConfig
from wrp_router.fakes.model import Profile
from wrp_router.flow import Ask
from wrp_router.sim import Simulation
from wrp_router.sim.engine import Said, SimEngine
from wrp_router.sim.reply import Reply
from wrp_router.wire import scope
from wrp_router.wire.body import decode
from wrp_router.wire.session import session_of
from wrp_router.wire.view import view_of
from wrp_router.wire.words import Body
from wrp_signals import DomainSpec, Reading, RequestView
from wrp_signals.facts import Vector

BUSY = ("code", "stem")
"""Categories that the model answers that loses servers."""

SERVERS, LOST = 6, 2
SPEED = Profile(decode_tokens_per_s=60.0, base_ttft=0.3, slots=10)
MEMORY = 24 << 20
SECRET, ROUTER, PATIENCE = b"secret", "router", 60.0
TTLS = {"code": 86400.0, "stem": 86400.0, "conversation": 7200.0, "finance": 90.0}


class Directions:
    """The embedder: every text has the vector that it was asked with."""

    id, dim = "known", DIMENSION

    def __init__(self) -> None:
        self.known: dict[str, Vector] = {}

    def embed(self, texts: Sequence[str]) -> npt.NDArray[np.float32]:
        return np.stack([self.known[text] if text in self.known else _elsewhere(text) for text in texts])


class Named:
    """The signal `category`: a question's first word."""

    value_type, tier, expected_cost = "string", "none", 0.0

    def read(self, view: RequestView, vector: Vector | None) -> Reading:
        return Reading(view.asked().split()[0])


class Knowing(SimEngine):
    """Answers with the question and with which of its answers is right by now."""

    __slots__ = ("_words", "_world")

    def __init__(self, profile: Profile, world: World) -> None:
        super().__init__(profile)
        self._world = world
        self._words = {kind.name: kind.words for kind in MIXED}

    def answer(self, tree: dict[str, Any], model: str, now: float, handed: bool = False) -> Said:
        asked = str(tree["messages"][-1]["content"])
        category, question, _ = asked.split()
        text = f"{question} {self._world.version(category, int(question), now)}"
        tokens = self._words[category] // 4
        timing = self._model.admit(asked, tokens, now)
        return Said(timing, text, body_of(text, model, tokens), 8, tokens, 0, "stop")


def body_of(text: str, model: str, tokens: int) -> bytes:
    message = {"role": "assistant", "content": text}
    return msgspec.json.encode(
        {
            "id": "chatcmpl-sim", "object": "chat.completion", "created": 0, "model": model,
            "choices": [{"index": 0, "message": message, "finish_reason": "stop"}],
            "usage": {"prompt_tokens": 8, "completion_tokens": tokens, "total_tokens": 8 + tokens},
        }
    )  # fmt: skip


@dataclass(frozen=True)
class Bars:
    """By category: the usual threshold, and how low relief may go (to be let down by the budget's evidence, if any)."""

    usual: dict[str, float]
    floors: dict[str, float]
    budget: BudgetedBars | None = None


@dataclass(frozen=True)
class Found:
    """While servers were missing, of the requests to their model: those that went upstream, hits by likeness and how
    many of these were wrong or stale, requests that nobody answered, and the 95th percentile of the time they took."""

    asked: int
    upstream: int
    hits: int
    wrong: int
    failed: int
    p95: float


@dataclass(frozen=True)
class Before:
    """What came before: the requests, whose answers are in the cache, and what the budget has learnt from them."""

    asked: Sequence[Asked]
    learnt: BudgetState


def simulated(asked: Sequence[Asked], world: World, bars: Bars, relief: bool, seed: int, before: Before) -> Found:
    """The overload lasts for half of the requests, from the first third on."""
    run = _Run(asked, world, config(bars, relief), seed, before)
    since, until = asked[len(asked) // 3].now, asked[5 * len(asked) // 6].now
    for server in range(LOST):
        run.sim.world.at(since, lambda name=f"big{server}": run.sim.fleet.drain("big", name))
        run.sim.world.at(until, lambda name=f"big{server}": run.sim.fleet.undrain("big", name))
    return run.found(since, until)


def config(bars: Bars, relief: bool) -> Config:
    categories = {
        kind.name: CategoryConfig(bars.usual[kind.name], TTLS[kind.name], floor=bars.floors[kind.name])
        for kind in MIXED
    }
    busy = " || ".join(f'category == "{kind}"' for kind in BUSY)
    return Config(
        version=1,
        pools=(pool("big", SERVERS), pool("small", SERVERS)),
        signals={"category": DomainSpec(categories={kind.name: (f"about {kind.name}",) for kind in MIXED})},
        routes=(RouteConfig("busy", Static(("big",)), busy), RouteConfig("rest", Static(("small",)))),
        cache=CacheConfig(
            max_bytes=MEMORY, categories=categories, adapt=bars.budget, relief=ReliefConfig() if relief else None
        ),
    )


def pool(name: str, servers: int) -> PoolConfig:
    made = tuple(ServerConfig(f"http://127.0.0.1:{9000 + n}", f"{name}{n}") for n in range(servers))
    return PoolConfig(name, made, name, balance=RoundRobin(), limit=SPEED.slots)


class _Run:
    """One configuration before one stream of requests."""

    def __init__(self, asked: Sequence[Asked], world: World, of: Config, seed: int, before: Before) -> None:
        assert of.cache is not None
        self._asked = {text_of(one): one for one in asked}
        self._world, directions = world, Directions()
        directions.known = {text: one.vector for text, one in self._asked.items()}
        parts = assemble(
            of, rng=random.Random(seed), wake=lambda ticket: self.sim.sleepers.wake(ticket), embedder=directions
        )
        acceptance = acceptance_of(of.cache)
        if isinstance(acceptance, Budget):
            acceptance.restore(before.learnt, asked[0].now)
        cache = Cache(
            bars_of(of.cache), MemoryStore(), MEMORY, 1 << 20, random.Random(seed), Unguarded(),
            acceptance, index=FlatIndex,
        )  # fmt: skip
        rooms = replace(parts.rooms, cache=cache)
        engines = {(one.name, server.name or ""): Knowing(SPEED, world) for one in of.pools for server in one.servers}
        self.sim = Simulation(rooms, parts.fleet, engines, {"category": Named()}, parts.materials.embedders())
        for one in before.asked:
            cache.put(self._entry(one), one.vector, one.now)
        for number, one in enumerate(asked):
            self._send(number, one)

    def _entry(self, one: Asked) -> Entry:
        body, words, way = body_in(one), text_of(one), b"busy" if one.category in BUSY else b"rest"
        scoped = scope.partition(body, one.tenant, "", Directions.id, SECRET)
        assert scoped is not None
        return Entry(
            key=scope.exact_key(body, one.tenant, SECRET), partition=scoped + way,
            tenant=one.tenant, category=one.category, asked=words, content_type="application/json", created=one.now,
            body=body_of(f"{one.question} {one.version}", "big", 8), embedder=Directions.id, cost=one.cost,
        )  # fmt: skip

    def _send(self, number: int, one: Asked) -> None:
        body = body_in(one)
        session = session_of({}, body, tenant=one.tenant, secret=SECRET)
        view = view_of(body, tenant=one.tenant, session=session, headers={}, time=1e9 + one.now)
        ask = Ask(
            id=f"dec_{number}", request_id=f"req_{number}", view=view, arrived=one.now, time=1e9 + one.now,
            deadline=one.now + PATIENCE, prompt_tokens=8, key=scope.exact_key(body, one.tenant, SECRET),
            partition=scope.partition(body, one.tenant, "", Directions.id, SECRET),
        )  # fmt: skip
        self.sim.arrive(ask, body.tree)

    def found(self, since: float, until: float) -> Found:
        busy = [one for one in self.sim.run() if since <= one.ask.arrived < until and self._category(one) in BUSY]
        rows = [one.row for one in busy if one.row is not None]
        hits = [one for one in busy if one.row is not None and one.row.cache == "hit-semantic"]
        took = sorted(row.duration for row in rows if row.status == 200)
        return Found(
            asked=len(busy),
            upstream=sum(not row.cache.startswith("hit") for row in rows),
            hits=len(hits),
            wrong=sum(not self._right(one) for one in hits),
            failed=sum(row.status != 200 for row in rows),
            p95=took[len(took) * 95 // 100] if took else 0.0,
        )

    def _category(self, reply: Reply) -> str:
        return self._asked[reply.ask.view.asked()].category

    def _right(self, reply: Reply) -> bool:
        one = self._asked[reply.ask.view.asked()]
        said = msgspec.json.decode(reply.body)["choices"][0]["message"]["content"]
        return bool(said == f"{one.question} {self._world.version(one.category, one.question, reply.ask.arrived)}")


def body_in(one: Asked) -> Body:
    raw = {"model": "auto", "messages": [{"role": "user", "content": text_of(one)}]}
    return decode("chat", msgspec.json.encode(raw))


def text_of(one: Asked) -> str:
    return f"{one.category} {one.question} {one.wording}"


def _elsewhere(text: str) -> Vector:
    """Of what is no question (what assembling tries, what an engine says): a direction of its own."""
    made = np.random.default_rng(abs(hash(text)) % 2**32).standard_normal(DIMENSION, dtype=np.float32)
    return made / np.linalg.norm(made)
