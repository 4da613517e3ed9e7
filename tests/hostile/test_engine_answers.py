"""Answers that are HTTP, and odd: what crosses the router, and what stays behind."""

from __future__ import annotations

import gzip
import json
import zlib

import pytest

from tests.hostile.engines import (
    ASK,
    ASK_STREAM,
    DONE,
    EVENT,
    LAST,
    SSE,
    STREAM,
    WHOLE,
    answer,
    at_first,
    before,
    events,
)
from tests.hostile.trial import assert_error
from tests.hostile.wire import CANARY
from tests.live.scene import Scene

KEPT = {
    "plain": (b"x-kept: yes", "yes"),
    "empty": (b"x-kept:", ""),
    "with spaces": (b"x-kept: \t a b \t", "a b"),
    "with a tab": (b"x-kept: a\tb", "a\tb"),
    "in UTF-8": ("x-kept: größe".encode(), "größe"),
    "in Latin-1": (b"x-kept: gr\xf6\xdfe", "größe"),
    "of 8 kB": (b"x-kept: " + b"a" * 8000, "a" * 8000),
    "with a name in capitals": (b"X-KEPT: yes", "yes"),
}


@pytest.mark.fault("U5")
@pytest.mark.parametrize(("line", "value"), KEPT.values(), ids=KEPT)
@pytest.mark.parametrize("stream", [False, True], ids=["whole", "stream"])
async def test_headers_that_cross(scene: Scene, line: bytes, value: str, stream: bool):
    """An engine's own headers reach the client; text is UTF-8 from here on."""
    async with before(scene, at_first(events(STREAM, line) if stream else answer(WHOLE, line))) as behind:
        (reply,) = (await behind.ask(ASK_STREAM if stream else ASK)).replies
    assert (reply.status, reply.body) == (200, STREAM if stream else WHOLE)
    assert reply.headers["x-kept"].encode("latin-1").decode() == value


DROPPED = [
    *(b"set-cookie: a=b; Path=/", b"set-cookie2: a=b", b"server: evil/1.0", b"via: 1.1 evil", b"alt-svc: h2=evil"),
    *(b"date: Thu, 01 Jan 1970 00:00:00 GMT", b"x-powered-by: evil", b"strict-transport-security: max-age=1"),
    *(b"connection: keep-alive, x-hop", b"x-hop: 1", b"keep-alive: timeout=1", b"proxy-authenticate: Basic", b"te: x"),
    *(b"trailer: x-late", b"upgrade: h2c", b"proxy-connection: close", b"proxy-authorization: Basic evil"),
    *(b"x-wrp-model: evil", b"x-wrp-cache: hit-exact", b"x-wrp-decision: dec_evil", b"x-wrp-anything: evil"),
    *(b"x-request-id: evil", b"request-id: evil", b"x-forwarded-for: evil", b"x-envoy-upstream: evil"),
    *(b"access-control-allow-origin: *", b"access-control-allow-credentials: true", b"openai-organization: evil"),
    *("x-wide: €".encode(),),
]


@pytest.mark.fault("U5")
@pytest.mark.parametrize("stream", [False, True], ids=["whole", "stream"])
async def test_headers_that_do_not_cross(scene: Scene, stream: bool):
    """Cookies, hop-by-hop headers, CORS, and whatever pretends to be the router's own word."""
    reply = events(STREAM, *DROPPED) if stream else answer(WHOLE, *DROPPED)
    async with before(scene, at_first(reply)) as behind:
        heard = await behind.ask(ASK_STREAM if stream else ASK)
    (got,) = heard.replies
    assert (got.status, got.body) == (200, STREAM if stream else WHOLE)
    assert b"evil" not in heard.raw
    assert not {"set-cookie", "x-hop", "keep-alive", "trailer", "upgrade", "x-wide"} & set(got.headers)
    assert not [name for name in got.headers if name.startswith("access-control")]
    assert (got.headers["x-wrp-model"], got.headers["x-wrp-decision"][:4]) == ("fake", "dec_")


CODED = {
    "gzip": (b"gzip", gzip.compress(WHOLE)),
    "GZIP": (b"GZIP", gzip.compress(WHOLE)),
    "deflate": (b"deflate", zlib.compress(WHOLE)),
    "identity": (b"identity", WHOLE),
}


@pytest.mark.fault("U5")
@pytest.mark.parametrize(("coding", "body"), CODED.values(), ids=CODED)
async def test_answers_that_are_compressed(scene: Scene, coding: bytes, body: bytes):
    """Although nobody asked for it: the client gets what is in it, and no word of a coding; its tokens are counted."""
    async with before(scene, at_first(answer(body, b"content-encoding: " + coding))) as behind:
        (reply,) = (await behind.ask()).replies
        assert b"accept-encoding: identity\r\n" in behind.server.requests[0]
        (row,) = await scene.rows()
    assert (reply.status, reply.body, "content-encoding" in reply.headers) == (200, WHOLE, False)
    assert (row.outcomes[0].tokens_in, row.outcomes[0].tokens_out) == (1, 1)


ERRORS = {
    "markup": (b"502 Bad Gateway", b"<html><script>alert(1)</script></html>", b"text/html"),
    "markup that says it is JSON": (b"500 Oops", b"<!DOCTYPE html><html>", b"application/json"),
    "nothing": (b"500 Oops", b"", b"application/json"),
    "bytes": (b"500 Oops", bytes(range(256)), b"application/octet-stream"),
    "no UTF-8": (b"400 Bad Request", b'{"error":{"message":"\xff\xfe"}}', b"application/json"),
    "100000 levels": (b"400 Bad Request", b"[" * 100_000, b"application/json"),
    "a megabyte of text": (b"400 Bad Request", b"a" * 1_000_000, b"text/plain"),
    "gzip": (b"429 Slow Down", gzip.compress(b'{"detail":"slow down"}'), b"application/json"),
    "a traceback": (b"500 Oops", b'Traceback (most recent call last):\n  File "/srv/x.py"', b"text/plain"),
    "a key": (b"401 Unauthorized", b'{"error":{"message":"Incorrect key: %b"}}' % CANARY.encode(), b"application/json"),
    "a key in plain text": (b"401 Unauthorized", b"who is %b?" % CANARY.encode(), b"text/plain"),
    "a key in OpenAI's shape": (
        b"403 Forbidden",
        b'{"error":{"message":"no %b","type":"x","param":null,"code":null}}' % CANARY.encode(),
        b"application/json",
    ),
    "numbers for words": (b"422 No", b'{"error":{"message":1,"type":[],"param":{},"code":422}}', b"application/json"),
    "garbage in a list": (b"422 No", b'{"detail":[null,1,{"loc":{},"msg":[]},{"loc":[1,[],{}]}]}', b"application/json"),
}


@pytest.mark.fault("U6", "S13")
@pytest.mark.parametrize(("status", "body", "kind"), ERRORS.values(), ids=ERRORS)
@pytest.mark.parametrize("path", ["/v1/chat/completions", "/v1/messages"])
async def test_error_pages(scene: Scene, status: bytes, body: bytes, kind: bytes, path: str):
    """They come in the client's dialect, without markup, and never with a key: also not the caller's own."""
    coding = [b"content-encoding: gzip"] if body.startswith(b"\x1f\x8b") else []
    async with before(scene, at_first(answer(body, *coding, status=status, kind=kind))) as behind:
        heard = await behind.ask(ASK[:-1] + b',"max_tokens":9}', path.encode())
    (reply,) = heard.replies
    assert reply.status == int(status[:3])
    assert_error(reply, path)
    assert b"CANARY" not in heard.raw
    assert b"<" not in reply.body
    assert len(reply.body) < 10_000


@pytest.mark.fault("U4")
async def test_an_error_of_two_megabytes(scene: Scene):
    """Nobody reads as much: 502."""
    async with before(scene, at_first(answer(b"a" * 2_000_000, status=b"400 Bad Request"))) as behind:
        assert (await behind.ask()).statuses == [502]


@pytest.mark.fault("U6")
async def test_a_whole_answer_to_a_stream(scene: Scene):
    """An engine that does not stream is not at fault: its answer is passed on as what it is."""
    async with before(scene, at_first(answer())) as behind:
        (reply,) = (await behind.ask(ASK_STREAM)).replies
    assert (reply.status, reply.headers["content-type"], reply.body) == (200, "application/json", WHOLE)


@pytest.mark.fault("U6")
@pytest.mark.parametrize("kind", [b"Text/Event-Stream", b"TEXT/EVENT-STREAM;charset=UTF-8", b"text/event-stream ; x=y"])
async def test_a_content_type_in_capitals(scene: Scene, kind: bytes):
    """Media types ignore case: it is a stream."""
    async with before(scene, at_first(answer(STREAM, kind=kind))) as behind:
        (reply,) = (await behind.ask(ASK_STREAM)).replies
        (row,) = await scene.rows()
    assert (reply.status, reply.body) == (200, STREAM)
    assert row.outcomes[0].finish_reason == "stop"


async def test_an_answer_of_10_megabytes(scene: Scene):
    """A large answer is an answer."""
    large = json.loads(WHOLE)
    large["choices"][0]["message"]["content"] = "a" * 10_000_000
    async with before(scene, at_first(answer(json.dumps(large).encode()))) as behind:
        (reply,) = (await behind.ask()).replies
    assert (reply.status, len(json.loads(reply.body)["choices"][0]["message"]["content"])) == (200, 10_000_000)


async def test_interim_answers(scene: Scene):
    """They are the router's to hear, and nobody else's."""
    hints = b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nlink: </evil>\r\n\r\n"
    async with before(scene, at_first(hints + answer(STREAM, kind=SSE))) as behind:
        heard = await behind.ask(ASK_STREAM)
    assert (heard.statuses, b"evil" in heard.raw) == ([200], False)
    assert heard.replies[0].body == EVENT + EVENT + LAST + DONE
