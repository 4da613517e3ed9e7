"""The head of a request to an engine."""

from __future__ import annotations

from typing import Any

import pytest

from wrp_router.live.target import Target
from wrp_router.live.upstream.origin import Origin

TRACE = "00-" + "a" * 32 + "-" + "b" * 16 + "-01"
INBOUND = [
    ("host", "router"),
    ("authorization", "Bearer client"),
    ("x-api-key", "client"),
    ("openai-organization", "org"),
    ("content-length", "9"),
    ("traceparent", "theirs"),
    ("user-agent", "größe\udcff"),
]


async def lines(trace: str = "", url: str = "http://engine:8000/base/", **options: Any) -> list[str]:
    """The lines of the head, without its end."""
    head = Target(Origin(url), **options).head("/v1/chat/completions", INBOUND, trace)
    assert head.endswith(b"\r\n")
    assert not head.endswith(b"\r\n\r\n")
    return head.decode("utf-8", "surrogateescape").split("\r\n")[:-1]


async def test_what_crosses():
    """The engine's own address; bytes that are no text as they came; nothing compressed."""
    assert await lines() == [
        "POST /base/v1/chat/completions HTTP/1.1",
        "host: engine:8000",
        "traceparent: theirs",
        "user-agent: größe\udcff",
        "accept-encoding: identity",
    ]


@pytest.mark.parametrize(
    ("options", "keys"),
    [
        ({}, []),
        ({"key_mode": "client"}, ["authorization: Bearer client", "x-api-key: client"]),
        ({"key_mode": "own", "authorization": "Bearer own"}, ["authorization: Bearer own"]),
        ({"key_mode": "own", "api_key": "own"}, ["x-api-key: own"]),
        ({"key_mode": "client", "api_key": "own"}, ["x-api-key: own"]),
    ],
)
async def test_keys(options: dict[str, Any], keys: list[str]):
    """None, the client's, or the pool's own; never two of them."""
    assert [line for line in await lines(**options) if "own" in line or "client" in line] == keys


async def test_vendors():
    """Their own headers are for them alone."""
    assert "openai-organization: org" in await lines(vendor=True)
    assert "openai-organization: org" not in await lines()


async def test_traces():
    """Ours takes the place of theirs."""
    found = [line for line in await lines(TRACE) if line.startswith("traceparent")]
    assert found == [f"traceparent: {TRACE}"]


async def test_what_an_engine_repeats():
    """The key that it was sent is taken out of it; where it was sent none, nothing is."""
    said = b'{"error": "own-key is wrong"}'
    assert Target(Origin("http://engine"), unspoken=b"own-key").redacted(said) == b'{"error": "[redacted] is wrong"}'
    assert Target(Origin("http://engine")).redacted(said) is said
