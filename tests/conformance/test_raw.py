"""Without any SDK: the bytes of an answer are the engine's own."""

from __future__ import annotations

import asyncio
import json
import shutil
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest

from tests.conformance import anthropic_calls, openai_calls
from tests.conformance.pairs import Pair
from tests.live.scene import Scene

CHAT: dict[str, Any] = {"model": "fake", "messages": openai_calls.ASK}
BODIES: dict[str, tuple[str, dict[str, Any]]] = {
    "chat": ("/v1/chat/completions", CHAT),
    "chat, tools": ("/v1/chat/completions", {**CHAT, "tools": openai_calls.TOOLS}),
    "chat, n, usage": ("/v1/chat/completions", {**CHAT, "n": 2, "stream_options": {"include_usage": True}}),
    "completions": ("/v1/completions", {"model": "fake", "prompt": "one", "max_tokens": 5}),
    "responses": ("/v1/responses", {"model": "fake", "input": "Hello"}),
    "messages": ("/v1/messages", anthropic_calls.ASKED),
    "messages, thinking": ("/v1/messages", {**anthropic_calls.ASKED, "thinking": {"type": "enabled"}}),
}
WHOLE_ONLY: dict[str, tuple[str, dict[str, Any]]] = {
    "embeddings": ("/v1/embeddings", {"model": "fake", "input": ["a", "b"], "encoding_format": "base64"}),
    "count_tokens": ("/v1/messages/count_tokens", {"model": "fake", "messages": openai_calls.ASK}),
}
CASES = {
    **{name: (path, body, stream) for name, (path, body) in WHOLE_ONLY.items() for stream in (False,)},
    **{
        f"{name}{', streamed' if stream else ''}": (path, {**body, "stream": stream}, stream)
        for name, (path, body) in BODIES.items()
        for stream in (False, True)
    },
}
FAULTS = {
    "as it comes": "",
    "in single bytes": "split, chunks=3",
    "with crlf and comments": "crlf, comments, ping",
    "closing each time": "close",
    "framed by the end of the connection": "no_length",
    "with cookies and two hundred bytes of headers": "set_cookie, long_header=200",
}


@pytest.fixture
async def http(scene: Scene) -> AsyncIterator[aiohttp.ClientSession]:
    """A plain HTTP client."""
    async with aiohttp.ClientSession() as session:
        yield session


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS)
@pytest.mark.parametrize(("path", "body", "stream"), CASES.values(), ids=CASES)
async def test_the_same_bytes(
    http: aiohttp.ClientSession, bases: Pair[str], path: str, body: dict[str, Any], stream: bool, fault: str
):
    """Status, content type and body, however the engine frames them."""

    async def call(base: str) -> tuple[int, str, bytes]:
        async with http.post(base + path, json=body, headers={"x-fake": fault}) as answer:
            return answer.status, answer.headers["content-type"], await answer.read()

    direct, routed = await bases.both(call)
    assert routed == direct
    assert direct[1].startswith("text/event-stream") == stream


async def test_what_an_engine_says_of_itself_stays_inside(http: aiohttp.ClientSession, scene: Scene):
    """Its cookies, its name and its rate limits are none of the client's business."""
    engine = await scene.engine(dialect="openai", fault="set_cookie")
    router = await scene.open(engine)
    async with http.post(f"{router.url}/v1/chat/completions", json=CHAT) as answer:
        names = {name.lower() for name in answer.headers}
        assert answer.headers["server"] != "cloudflare"
    assert not names & {"set-cookie", "openai-version", "openai-processing-ms"}


async def _curl(url: str, body: dict[str, Any], *more: str) -> tuple[str, str]:
    """What the binary prints, and its exit status and the answer's."""
    command = ["curl", "-sS", "-N", url, "-H", "content-type: application/json", "-d", json.dumps(body), *more]
    process = await asyncio.create_subprocess_exec(*command, "-w", "\n%{http_code}", stdout=PIPE, stderr=PIPE)
    out, complaints = await process.communicate()
    text, _, status = out.decode().rpartition("\n")
    return text, f"{process.returncode} {status} {complaints.decode()}"


@pytest.mark.skipif(shutil.which("curl") is None, reason="there is no curl here")
@pytest.mark.parametrize("version", ["--http1.1", "--http1.0"])
async def test_curl_prints_the_same(bases: Pair[str], version: str):
    """Streamed, whole and refused, over HTTP/1.1 and 1.0."""
    asked = [({**CHAT, "stream": True}, ()), (CHAT, ()), (CHAT, ("-H", "x-fake: status=400, error_shape=openai"))]
    for body, more in asked:
        direct, routed = await bases.both(
            lambda base, body=body, more=more: _curl(f"{base}/v1/chat/completions", body, version, *more)
        )
        assert routed == direct
        assert routed[1].startswith("0 ")


@pytest.mark.skipif(shutil.which("curl") is None, reason="there is no curl here")
async def test_curl_hears_of_a_cut_off_stream(bases: Pair[str]):
    """The last thing it prints is an error, and no `[DONE]`."""
    body = {**CHAT, "stream": True}
    text, status = await _curl(f"{bases.routed}/v1/chat/completions", body, "-H", "x-fake: die_after=3:clean, gap=3ms")
    events = text.strip().split("\n\n")
    assert json.loads(events[-1].removeprefix("data: "))["error"]["code"] == "upstream_stream_interrupted"
    assert status == "0 200 "
    assert "[DONE]" not in text
