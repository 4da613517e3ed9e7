"""What is asked of servers now and then, by the configuration."""

from __future__ import annotations

import math

import pytest

from tests.build.written import config_of
from wrp_router.build.looks import probes_of, scrapes_of
from wrp_router.build.rooms import pool_spec
from wrp_router.build.targets import targets_of
from wrp_router.config import Config
from wrp_router.wire.engine_metrics import READERS

POOLS = """\
version: 1
pools:
  - {{name: small, model: m, servers: [http://a:8000, {{url: 'http://b/base', name: two}}], {more}}}
"""


def config(more: str = "") -> Config:
    """One pool of two servers."""
    return config_of(POOLS.format(more=more))


async def test_probes():
    """Where they are wanted, of every server."""
    made = config("health: {path: /up, every: 3s, timeout: 1s}")
    probes = probes_of(made, targets_of(made))
    assert [(one.pool, one.server, one.origin.base) for one in probes] == [
        ("small", "a:8000", ""),
        ("small", "two", "/base"),
    ]
    assert {(one.path, one.every, one.patience) for one in probes} == {("/up", 3.0, 1.0)}
    assert probes_of(config(), targets_of(config())) == []


@pytest.mark.parametrize(
    ("engine", "path"),
    [
        ("vllm", "/metrics"),
        ("sglang", "/metrics"),
        ("trtllm", "/prometheus/metrics"),
        ("llama.cpp", "/metrics"),
        ("tgi", "/metrics"),
        ("openai", None),
        ("anthropic", None),
    ],
)
async def test_engines_that_show_their_load_are_asked(engine: str, path: str | None):
    """Without a word on it, every second; the others are not, whatever is said."""
    made = config(f"engine: {engine}, api_key: sk-own")
    scrapes = scrapes_of(made, targets_of(made))
    assert [(one.look.server, one.look.path) for one in scrapes] == ([("a:8000", path), ("two", path)] if path else [])
    for one in scrapes:
        assert (one.reader, one.look.every, one.look.patience) == (READERS[engine], 1.0, 0.5)
        assert one.look.authorization == "Bearer sk-own"
    assert pool_spec(made.pools[0]).stale == (5.0 if path else math.inf)


@pytest.mark.parametrize(
    ("more", "asked"),
    [
        ("engine: vllm, metrics: auto", ("/metrics", 1.0, 0.5, 5.0)),
        ("engine: vllm, metrics: {}", ("/metrics", 1.0, 0.5, 5.0)),
        ("engine: vllm, metrics: {path: /m, every: 2s, timeout: 1s, stale: 9s}", ("/m", 2.0, 1.0, 9.0)),
        ("engine: vllm, metrics: off", None),
        ("metrics: auto", None),
    ],
)
async def test_pools_may_say_otherwise(more: str, asked: tuple[str, float, float, float] | None):
    """How, or not at all. Where nobody asks nothing grows stale."""
    made = config(more)
    scrapes = scrapes_of(made, targets_of(made))
    stale = pool_spec(made.pools[0]).stale
    assert {(one.look.path, one.look.every, one.look.patience, stale) for one in scrapes} == (
        {asked} if asked else set()
    )
    assert asked or stale == math.inf


async def test_a_callers_key_goes_nowhere_by_itself():
    """Where servers get the callers' keys nobody's is at hand for this."""
    made = config("engine: vllm, api_key: sk-own, send_key: client")
    assert {one.look.authorization for one in scrapes_of(made, targets_of(made))} == {None}
