"""Small rooms, pools and asks for driving flows by hand, and what a hand-driven world answers."""

from __future__ import annotations

import random
from typing import Any

import msgspec
import numpy as np

from wrp_cache import Bar, Cache, MemoryStore
from wrp_cache.types import Entry
from wrp_policies import Planner, RoundRobin, Static
from wrp_policies.routes import Route, Routes
from wrp_policies.types import Attempt, Ended, Fault, Outcome, Pool, Pools, Server
from wrp_policies.when import compile as compile_when
from wrp_router.fakes.playbook import Playbook, Returned
from wrp_router.fleet import RetryBudget
from wrp_router.flow import Arrived, Ask, Delivered, Enter, Entered, Failed, Note, Now, Pause, Rooms, Way, serve
from wrp_router.record import Row
from wrp_signals.facts import Message, RequestView, Vector
from wrp_signals.signal import ValueType

ARRIVED = 100.0
BOTH = ("small", "large")
NORTH: Vector = np.array([1.0, 0.0], np.float32)
NEARLY_NORTH: Vector = np.array([0.99, 0.141], np.float32)
EAST: Vector = np.array([0.0, 1.0], np.float32)


def ask(asked: str = "What is up?", **changes: Any) -> Ask:
    """A chat request for `auto` that may be cached, arrived at 100.0. `view` changes what signals may look at."""
    view = RequestView("chat", "auto", (Message("user", asked),))
    fields: dict[str, Any] = {
        "id": "dec_1",
        "request_id": "req_1",
        "view": msgspec.structs.replace(view, **changes.pop("view", {})),
        "arrived": ARRIVED,
        "time": 1e9,
        "deadline": 700.0,
        "prompt_tokens": 7,
        "key": b"k",
        "partition": b"p",
    }
    return Ask(**(fields | changes))


def pool(name: str, **changes: Any) -> Pool:
    """Two idle servers, `name`-a and `name`-b, that chat at $1 and $2 per million tokens."""
    fields: dict[str, Any] = {
        "model": f"{name}-model",
        "servers": (Server(f"{name}-a"), Server(f"{name}-b")),
        "price_in": 1.0,
        "price_out": 2.0,
        "abilities": frozenset({"chat"}),
    }
    return Pool(name, **(fields | changes))


def pools(**changes: Any) -> Pools:
    """A small and a large one."""
    return (pool("small", **changes), pool("large", **changes))


def planner(*names: str) -> Planner:
    """The pools in this order, and servers in turn."""
    return Planner(Static(names), {name: RoundRobin() for name in names}, "static")


def way(name: str, *names: str, **changes: Any) -> Way:
    """A way to these pools; without any, to both."""
    names = names or BOTH
    return Way(name, changes.pop("planner", planner(*names)), names, **changes)


def rooms(*ways: tuple[str, Way], schema: dict[str, ValueType] | None = None, **changes: Any) -> Rooms:
    """Rooms whose routes are (condition, way); by default one that always holds. `small-model` may be asked for."""
    listed = ways or (("true", way("all")),)
    routes = Routes([Route(one.name, compile_when(when, schema or {})) for when, one in listed])
    fields: dict[str, Any] = {
        "routes": routes,
        "ways": tuple(one for _, one in listed),
        "named": {"small-model": way("model:small-model", "small")},
        "retries": RetryBudget(),
        "rng": random.Random(0),
        "costs": {name: 1e-6 for name in schema or {}},
    }
    return Rooms(**(fields | changes))


def cache(*entries: Entry, vector: Vector | None = None, **bars: Bar) -> Cache:
    """A cache that holds these entries, each under `vector`."""
    made = Cache({"default": Bar(), **bars}, MemoryStore(), 1 << 20, 1 << 16, random.Random(0))
    for one in entries:
        assert made.put(one, vector, one.created)
    return made


def entry(asked: str = "What is up?", **changes: Any) -> Entry:
    """What the cache kept ten seconds before the request came."""
    fields: dict[str, Any] = {
        "key": b"k",
        "partition": b"pall",
        "tenant": "local",
        "category": "default",
        "body": b"kept",
        "content_type": "application/json",
        "created": ARRIVED - 10.0,
        "model": "large-model",
        "served_by": "large",
        "cost": 0.5,
    }
    return Entry(asked=asked, **(fields | changes))


def attempt(server: str) -> Attempt:
    return Attempt(server.rpartition("-")[0], server)


def outcome(server: str = "small-a", **changes: Any) -> Outcome:
    """A good answer of 10 + 5 tokens."""
    name = server.rpartition("-")[0]
    fields: dict[str, Any] = {"ended": Ended.DONE, "status": 200, "tokens_in": 10, "tokens_out": 5}
    fields |= {"pool": name, "server": server, "model": f"{name}-model", "finish_reason": "stop"}
    return Outcome(**(fields | changes))


def failed(server: str = "small-a", **changes: Any) -> Failed:
    """An engine that died on us; `body` and `retry_after` are what it said before."""
    body, retry_after = changes.pop("body", None), changes.pop("retry_after", None)
    fields = {"ended": Ended.FAILED, "fault": Fault.HOST, "status": 0, "reason": "reset", "finish_reason": ""}
    return Failed(outcome(server, **(fields | {"tokens_in": 0, "tokens_out": 0} | changes)), body, retry_after)


def refused(status: int, fault: Fault, server: str = "small-a", **changes: Any) -> Failed:
    """An engine that says no, in its own words."""
    fields = {"status": status, "fault": fault, "reason": f"status {status}", "body": b"no"}
    return failed(server, **(fields | changes))


def arrived() -> Arrived:
    return Arrived(200, 0.1)


def delivered(server: str = "small-a", **changes: Any) -> Delivered:
    """The client has it all, and it was recorded. `outcome` changes how the attempt ended."""
    fields: dict[str, Any] = {
        "outcome": outcome(server, **changes.pop("outcome", {})),
        "body": b"answer",
        "content_type": "application/json",
        "first": 0.1,
        "last": 0.2,
    }
    return Delivered(**(fields | changes))


def play(ask: Ask, rooms: Rooms, now: float = ARRIVED, **stubs: Any) -> Playbook:
    """The flow, in a world where the clock stands still, there is room, and pauses take no time."""
    world: dict[type, Any] = {Now: now, Enter: Entered(stubs.pop("pools", pools()), now), Pause: None}
    return Playbook(serve(ask, rooms), world)


def row_of(book: Playbook) -> Row:
    """The row of a flow that has nothing left to do but to note it."""
    row: Row = (book << Note).command.record
    book >> None
    assert book.command == Returned()
    return row
