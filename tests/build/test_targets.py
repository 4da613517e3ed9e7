"""From configured pools to where attempts go."""

from __future__ import annotations

import pytest

from tests.build.written import config_of
from wrp_router.build.rooms import pool_spec
from wrp_router.build.targets import targets_of
from wrp_router.config import Config

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
    return config_of(POOLS.format(more=more, keys=keys))


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
    ("more", "unspoken"),
    [
        ("api_key: sk-own-0123456789", b"sk-own-0123456789"),
        ("api_key: sk-own-0123456789, engine: anthropic", b"sk-own-0123456789"),
        ("api_key: EMPTY", b""),
        ("api_key: sk-own-0123456789, send_key: none", b""),
        ("send_key: none", b""),
    ],
)
async def test_what_no_answer_may_have(more: str, unspoken: bytes):
    """The key that is sent, unless it is a word that an answer may have."""
    assert targets_of(config(more))["small", "two"].unspoken == unspoken


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


DIVIDED = """\
version: 1
pools:
  - name: split
    engine: {engine}
    abilities: [chat, embedding, tools]
    balance: {{kind: {kind}, alone: {alone}}}
    servers:
      - {{url: 'http://[::1]:8000', name: p, role: prefill}}
      - {{url: 'http://b:8000', name: d, role: decode}}
"""


@pytest.mark.parametrize(("engine", "beside"), [("vllm", False), ("sglang", True)])
async def test_servers_with_roles(engine: str, beside: bool):
    """By the dialect of their engine; a prefill server is found where its URL says."""
    targets = targets_of(config_of(DIVIDED.format(engine=engine, kind="disaggregated", alone="false")))
    for target in targets.values():
        assert target.handing is not None
        assert (target.handing.meet is not None) is beside
    place = targets["split", "p"].place
    assert place is not None
    assert (place.host, place.port) == ("::1", None)


async def test_servers_without_roles():
    """Nobody tells them of each other."""
    assert targets_of(config("engine: vllm"))["small", "two"].handing is None


def test_pools_with_roles():
    """The fleet knows the halves, whether one can do without the other, and what they cannot do."""
    spec = pool_spec(config_of(DIVIDED.format(engine="vllm", kind="disaggregated", alone="true")).pools[0])
    assert [server.role for server in spec.servers] == ["prefill", "decode"]
    assert (spec.alone, spec.abilities) == (True, {"chat", "tools"})


@pytest.mark.parametrize(
    ("more", "says"),
    [
        ("engine: vllm", True),
        ("engine: sglang", True),
        ("engine: openai", False),
        ("engine: anthropic", False),
        ("abilities: [chat, logprobs]", True),
    ],
)
async def test_who_may_be_asked_for_logprobs(more: str, says: bool):
    """Engines that give them to whoever asks, and pools that say that they do: others may refuse the request."""
    assert targets_of(config(more))["small", "two"].logprobs is says


async def test_prompts_of_tenants_apart():
    """Only where the pool says so."""
    assert targets_of(config(), b"s")["small", "two"].salts is None
    assert targets_of(config("kv_isolation: tenant"), b"s")["small", "two"].salts == b"s"
