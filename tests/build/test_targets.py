"""From configured pools to where attempts go."""

from __future__ import annotations

import pytest

from wrp_router.build.targets import targets_of
from wrp_router.config import Config, loads

POOLS = """\
version: 1
keys: {keys}
timeouts: {{idle: 7s}}
pools:
  - {{name: small, model: m, servers: [http://a:8000, {{url: 'http://b/base', name: two}}], {more}}}
"""
KEYS = "[{tenant: t, key: sk-0123456789abcdef}]"


def config(more: str = "", keys: str = "[]") -> Config:
    """One pool of two servers."""
    loaded = loads(POOLS.format(more=more, keys=keys))
    assert loaded.config is not None, loaded.problems
    return loaded.config


async def test_every_server_has_one():
    """By the names of its pool and its own."""
    targets = targets_of(config())
    assert set(targets) == {("small", "a:8000"), ("small", "two")}
    assert targets["small", "a:8000"].origin.host_header == "a:8000"
    assert targets["small", "two"].origin.base == "/base"


@pytest.mark.parametrize(
    ("more", "keys", "mode", "authorization", "api_key"),
    [
        ("", "[]", "client", None, None),
        ("", KEYS, "none", None, None),
        ("send_key: client", KEYS, "client", None, None),
        ("send_key: none", "[]", "none", None, None),
        ("api_key: sk-own", "[]", "own", "Bearer sk-own", None),
        ("api_key: sk-own, send_key: client", "[]", "client", None, None),
        ("api_key: sk-own, engine: anthropic", "[]", "own", None, "sk-own"),
        ("api_key: sk-own, engine: vllm", KEYS, "own", "Bearer sk-own", None),
    ],
)
async def test_keys(more: str, keys: str, mode: str, authorization: str | None, api_key: str | None):
    """The pool's own where it has one, else the caller's, unless that is one to us; Anthropic's in its own header."""
    target = targets_of(config(more, keys))["small", "two"]
    assert (target.key_mode, target.authorization, target.api_key) == (mode, authorization, api_key)


@pytest.mark.parametrize(
    ("engine", "vendor"), [("openai", True), ("anthropic", True), ("vllm", False), ("llama.cpp", False)]
)
async def test_vendors(engine: str, vendor: bool):
    """Get their own headers, others do not."""
    assert targets_of(config(f"engine: {engine}"))["small", "two"].vendor is vendor


async def test_ends_of_streams():
    """Whether `[DONE]` must come."""
    assert targets_of(config())["small", "two"].done_marker
    assert not targets_of(config("stream_end: finish"))["small", "two"].done_marker


async def test_timeouts():
    """Those of all, or what the pool says instead."""
    assert targets_of(config())["small", "two"].timeouts.idle == 7.0
    own = targets_of(config("timeouts: {ttft: 9s}"))["small", "two"].timeouts
    assert (own.idle, own.ttft) == (7.0, 9.0)
