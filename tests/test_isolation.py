"""Nobody gets an answer that was given to somebody else, or to a request of another scope, however alike they are."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from typing import Any

import msgspec
import numpy as np
import pytest

from tests.sim.makers import config, pool
from wrp_router.config.caching import CacheConfig, CategoryConfig
from wrp_router.record import Row
from wrp_router.rehearsal import Rehearsal
from wrp_signals.facts import Vector
from wrp_signals.signal import Tier

PROBES = 10_000
ASKED = "How do I reset my password?"
BASE: dict[str, Any] = {"model": "auto", "messages": [{"role": "user", "content": ASKED}]}
Change = Callable[[dict[str, Any], int], dict[str, Any]]


class Blind:
    """Takes all texts for the same: whatever keeps answers apart, it is not the meaning."""

    id, dim = "blind", 4
    tier: Tier = "model"

    def embed(self, texts: Sequence[str]) -> Vector:
        return np.tile(np.array([1.0, 0.0, 0.0, 0.0], dtype=np.float32), (len(texts), 1))


def system(body: dict[str, Any], at: int) -> dict[str, Any]:
    """Another system prompt."""
    return body | {"messages": [{"role": "system", "content": f"You serve customer {at}."}, *body["messages"]]}


def turns(body: dict[str, Any], at: int) -> dict[str, Any]:
    """Another conversation before the question."""
    before = [{"role": "user", "content": f"My number is {at}."}, {"role": "assistant", "content": "Noted."}]
    return body | {"messages": [*before, *body["messages"]]}


def named(body: dict[str, Any], at: int) -> dict[str, Any]:
    """Another name of who asks."""
    return body | {"messages": [{"role": "user", "name": f"user{at}", "content": ASKED}]}


def shaped(body: dict[str, Any], at: int) -> dict[str, Any]:
    """Another shape of the answer."""
    schema = {"name": f"s{at}", "schema": {"type": "object", "properties": {f"p{at}": {"type": "string"}}}}
    return body | {"response_format": {"type": "json_schema", "json_schema": schema}}


def tools(body: dict[str, Any], at: int) -> dict[str, Any]:
    """Tools, with which nothing is cached."""
    return body | {"tools": [{"type": "function", "function": {"name": f"f{at}"}}]}


CHANGES: tuple[Change, ...] = (
    system,
    turns,
    named,
    shaped,
    tools,
    lambda body, at: body | {"temperature": at / PROBES + 1e-6},
    lambda body, at: body | {"max_tokens": at + 1},
    lambda body, at: body | {"seed": at},
    lambda body, at: body | {"stop": f"stop {at}"},
    lambda body, at: body | {"logit_bias": {str(at): 1}},
    lambda body, at: body | {f"unknown_{at}": True},
)


@pytest.fixture(scope="module")
def rehearsal() -> Rehearsal:
    """A router whose semantic cache takes anything for anything, and that has answered the question once."""
    cache = CacheConfig(categories={"default": CategoryConfig(threshold=0.01, ttl=1e9)}, max_bytes=1 << 30)
    made = Rehearsal(config(pool("small", 1), cache=cache), embedder=Blind())
    assert asked(made, BASE, "acme").cache == "miss"
    return made


def asked(rehearsal: Rehearsal, body: dict[str, Any], tenant: str) -> Row:
    """What becomes of the request."""
    return rehearsal.ask(msgspec.json.encode(body), tenant)


def test_the_cache_answers_at_all(rehearsal: Rehearsal) -> None:
    """The same request of the same tenant is a hit, and so is any other wording: the probes below have something to
    find."""
    assert asked(rehearsal, BASE, "acme").cache == "hit-exact"
    other = {"messages": [{"role": "user", "content": "How can I reset my password?"}]}
    assert asked(rehearsal, BASE | other, "acme").cache == "hit-semantic"


@pytest.mark.fault("C4", "C6")
def test_ten_thousand_probes_find_nothing(rehearsal: Rehearsal) -> None:
    """The very same question, under other keys and in other scopes."""
    rng = random.Random(7)
    found: list[tuple[int, str]] = []
    for at in range(PROBES):
        if rng.random() < 0.5:
            tenant, body = f"tenant-{at}", BASE
        else:
            tenant, body = "acme", rng.choice(CHANGES)(BASE, at)
        row = asked(rehearsal, body, tenant)
        if row.cache.startswith("hit"):
            found.append((at, row.cache))
    assert found == []
    assert asked(rehearsal, BASE, "acme").cache == "hit-exact"
