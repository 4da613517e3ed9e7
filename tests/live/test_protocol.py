"""Where HTTP itself is old, odd or broken, and what clients are told about trying again."""

from __future__ import annotations

import json
import logging

import aiohttp
import pytest

from tests.live.conftest import Connect
from tests.live.raw import CHAT, request
from tests.live.scene import ASK, Scene
from wrp_router.build import Router
from wrp_router.config.structs import Retries
from wrp_router.fakes.engine import FakeEngine

Http = aiohttp.ClientSession


@pytest.mark.parametrize("stream", [False, True], ids=["whole", "stream"])
async def test_http_1_0(router: Router, connect: Connect, stream: bool):
    """No chunks: the end of the connection ends a stream."""
    raw = await connect(router)
    await raw.send(request({**ASK, "stream": stream}, version="1.0"))
    head, _, body = (await raw.rest()).partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.0 200 OK\r\n")
    assert b"transfer-encoding" not in head.lower()
    assert body.endswith(b"data: [DONE]\n\n") if stream else json.loads(body)["choices"]


async def test_a_connection_that_is_kept_in_http_1_0(router: Router, connect: Connect):
    """Who asked for that is told that it is so, or waits for the end (RFC 9112 C.2.2)."""
    raw = await connect(router)
    for _ in range(2):
        await raw.send(request(ASK, version="1.0", connection="keep-alive"))
        head = await raw.until(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.0 200 OK\r\n")
        assert b"connection: keep-alive\r\n" in head.lower()
        length = int(head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0])
        assert len(await raw.until(b"}}}")) == length


async def test_several_requests_on_one_connection(router: Router, connect: Connect):
    """One after the other, even if they were sent at once; a refused one does not end the connection."""
    raw = await connect(router)
    await raw.send(request(ASK) + request({"model": "fake"}) + request(ASK))
    assert [(await raw.answer())[0] for _ in range(3)] == [200, 400, 200]


async def test_an_expected_100_continue(router: Router, connect: Connect):
    """The body is asked for, then read."""
    raw = await connect(router)
    whole = request(ASK, expect="100-continue")
    head, _, body = whole.partition(b"\r\n\r\n")
    await raw.send(head + b"\r\n\r\n")
    assert (await raw.until(b"\r\n\r\n")).startswith(b"HTTP/1.1 100 ")
    await raw.send(body)
    assert (await raw.answer())[0] == 200


BROKEN = {
    "two lengths": b"POST /v1/models HTTP/1.1\r\nhost: a\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\n",
    "length and chunks": b"POST /x HTTP/1.1\r\nhost: a\r\ncontent-length: 1\r\ntransfer-encoding: chunked\r\n\r\n",
    "no HTTP": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n",
    "a control character": b"GET /v1/models HTTP/1.1\r\nhost: a\r\nauthorization: Bearer sk-SECRET123\x00\r\n\r\n",
    "a header over 16 kB": b"GET / HTTP/1.1\r\nhost: a\r\nx: sk-SECRET123" + b"x" * 20_000 + b"\r\n\r\n",
}


@pytest.mark.parametrize("sent", BROKEN.values(), ids=BROKEN)
async def test_what_is_no_http(router: Router, connect: Connect, caplog: pytest.LogCaptureFixture, sent: bytes):
    """400 or 431 in JSON, then the end; nothing that was sent comes back or is logged."""
    raw = await connect(router)
    with caplog.at_level(logging.DEBUG):
        await raw.send(sent)
        status, _, body = await raw.answer()
        rest = await raw.rest()
    assert (status in (400, 431), rest) == (True, b"")
    assert json.loads(body)["error"]["code"] in ("malformed_http", "headers_too_large")
    assert b"SECRET" not in body
    assert "SECRET" not in caplog.text


async def test_broken_chunks(router: Router, engine: FakeEngine, connect: Connect):
    """A body whose framing breaks is refused, and never half sent on."""
    raw = await connect(router)
    head = request(None, CHAT).replace(b"content-length: 0", b"transfer-encoding: chunked")
    await raw.send(head + b'5\r\n{"mod\r\nzz\r\n')
    status, _, body = await raw.answer()
    assert (status, "error" in json.loads(body)) == (400, True)
    assert not engine.seen


async def test_retries_that_were_spent_are_not_the_clients_to_add(scene: Scene, http: Http):
    """`x-should-retry: false` after our own; without any, the client is left to its own rules."""
    engines = [await scene.engine(fault="status=500, error_shape=openai") for _ in range(3)]
    many, single = await scene.open(*engines, retries=Retries(budget=1.0)), await scene.open(engines[0])
    async with http.post(many.url + CHAT, json=ASK) as answer:
        assert (answer.status, answer.headers.get("x-should-retry")) == (500, "false")
    assert sum(engine.counters.requests for engine in engines) == 3
    async with http.post(single.url + CHAT, json=ASK) as answer:
        assert (answer.status, answer.headers.get("x-should-retry")) == (500, None)


COME_BACK = {
    "seconds": ("retry_after=7", "7", "7000"),
    "milliseconds": ("retry_after_ms=250", "1", "250"),
    "too long": ("retry_after=200", "120", "120000"),
    "not said": ("", "1", "1000"),
    "garbage": ("retry_after=soon", "1", "1000"),
    "negative": ("retry_after=-1", "1", "1000"),
}


@pytest.mark.parametrize("status", [429, 503])
@pytest.mark.parametrize(("knob", "seconds", "milliseconds"), COME_BACK.values(), ids=COME_BACK)
async def test_when_to_come_back(router: Router, http: Http, status: int, knob: str, seconds: str, milliseconds: str):
    """In both spellings, on every 429 and 503: as the engine said, within two minutes, or a second."""
    headers = {"x-fake": f"status={status}, error_shape=openai, {knob}"}
    async with http.post(router.url + CHAT, json=ASK, headers=headers) as answer:
        assert answer.status == status
        assert (answer.headers["retry-after"], answer.headers["retry-after-ms"]) == (seconds, milliseconds)


async def test_an_engine_that_asks_for_a_rest_gets_it(scene: Scene, http: Http):
    """The other one answers meanwhile, and the tired one is not asked."""
    tired, fresh = await scene.engine(), await scene.engine()
    tired.fault = "status=429, retry_after=60"
    router = await scene.open(tired, fresh, retries=Retries(budget=1.0))
    for _ in range(10):
        async with http.post(router.url + CHAT, json=ASK) as answer:
            assert answer.status == 200
    assert tired.counters.requests <= 1


ODD_ANSWERS = {
    "bad status line": "bad_status_line",
    "two lengths": "dup_content_length",
    "length and chunks": "cl_and_te",
    "two hundred headers": "many_headers",
    "a chunk that is none": "bad_chunk=0",
    "another content type": "wrong_type=html",
    "a body cut short": "short_body",
}


@pytest.mark.parametrize("fault", ODD_ANSWERS.values(), ids=ODD_ANSWERS)
async def test_engines_that_do_not_speak_http(router: Router, engine: FakeEngine, http: Http, fault: str):
    """502 in the API's shape, never 400; the connection is given up, and the next request is well."""
    stream = fault.startswith("bad_chunk")
    async with http.post(router.url + CHAT, json={**ASK, "stream": stream}, headers={"x-fake": fault}) as answer:
        body = await answer.json()
    assert (answer.status, set(body["error"])) == (502, {"message", "type", "param", "code"})
    async with http.post(router.url + CHAT, json=ASK) as answer:
        assert answer.status == 200
