"""Engines that do not keep to HTTP: the client sees 502 in its API's shape, and the connection is never used again."""

from __future__ import annotations

import gzip
import zlib

import pytest

from tests.hostile.engines import ASK, ASK_STREAM, STREAM, WHOLE, Behind, answer, at_first, before, events, unsized
from tests.hostile.trial import assert_error
from tests.live.scene import Scene
from wrp_router.config.bounds import Timeouts

pytestmark = pytest.mark.fault("U1")

MANY = [b"x-%d: y" % at for at in range(200)]
HEADS = {
    "no status": b"HTTP/1.1 OK\r\n\r\n",
    "a status of two digits": answer(status=b"99 Odd"),
    "a status of four digits": answer(status=b"2000 OK"),
    "a status beyond 599": answer(status=b"999 Denied"),
    "a negative status": answer(status=b"-20 OK"),
    "no HTTP": b"SSH-2.0-OpenSSH_9.6\r\n",
    "TLS": bytes.fromhex("1503010002020a"),
    "HTTP/2": b"\x00\x00\x12\x04\x00\x00\x00\x00\x00",
    "HTTP/9.9": answer().replace(b"HTTP/1.1", b"HTTP/9.9"),
    "bytes": bytes(range(256)),
    "a request": b"GET / HTTP/1.1\r\nhost: router\r\n\r\n",
    "200 headers": answer(WHOLE, *MANY),
    "a header of 9 kB": answer(WHOLE, b"x: " + b"a" * 9000),
    "a header of 100 kB": answer(WHOLE, b"x: " + b"a" * 100_000),
    "a name of 9 kB": answer(WHOLE, b"x" * 9000 + b": a"),
    "72 kB of headers": answer(WHOLE, *[b"x-%d: " % at + b"a" * 8000 for at in range(9)]),
    "headers without end": b"HTTP/1.1 200 OK\r\n" + b"x: y\r\n" * 100_000,
    "a status line without end": b"HTTP/1.1 200 " + b"a" * 1_000_000,
    "interim answers without end": b"HTTP/1.1 103 Early Hints\r\nlink: x\r\n\r\n" * 10_000,
    "a switch of protocols": b"HTTP/1.1 101 Switching\r\nupgrade: websocket\r\nconnection: upgrade\r\n\r\n",
    "NUL in a header": answer(WHOLE, b"x: a\x00b"),
    "a control character in a header": answer(WHOLE, b"x: a\x01b"),
    "a bare CR in a header": answer(WHOLE, b"x: a\rset-cookie: b"),
    "a folded header": answer(WHOLE, b"x: a\r\n b"),
    "a space in a name": answer(WHOLE, b"x y: a"),
    "space before a colon": answer(WHOLE, b"x : a"),
    "lines that end in LF": answer().replace(b"\r\n", b"\n"),
}
CHUNKED = b"transfer-encoding: chunked"
LENGTHS = {
    "two lengths": answer(WHOLE, b"content-length: 5"),
    "the same length twice": answer(WHOLE, b"content-length: %d" % len(WHOLE)),
    "length and chunks": answer(WHOLE, CHUNKED),
    "a negative length": unsized(WHOLE, b"content-length: -1"),
    "a length beyond 64 bits": unsized(WHOLE, b"content-length: " + b"9" * 30),
    "a length that is none": unsized(WHOLE, b"content-length: many"),
    "a chunk that is none": unsized(b"zz\r\n" + WHOLE, CHUNKED),
    "a negative chunk": unsized(b"-1\r\n" + WHOLE, CHUNKED),
    "a chunk beyond 64 bits": unsized(b"f" * 17 + b"\r\n" + WHOLE, CHUNKED),
}
BODIES = {
    "a redirect": answer(b"", b"location: http://169.254.169.254/", status=b"302 Found"),
    "a permanent redirect": answer(b"", b"location: /v1/other", status=b"308 Permanent Redirect"),
    "nothing new": b"HTTP/1.1 304 Not Modified\r\n\r\n",
    "no content": b"HTTP/1.1 204 No Content\r\n\r\n",
    "nothing": answer(b""),
    "markup": answer(b"<html>hi</html>", kind=b"text/html"),
    "half of it": answer(WHOLE[:-9]),
    "no UTF-8": answer(WHOLE.replace(b"hi", b"\xff\xfe")),
    "an error that says 200": answer(b'{"error":{"message":"no","type":"x","param":null,"code":null}}'),
    "a list": answer(b"[" + WHOLE + b"]"),
    "100000 levels": answer(b"[" * 100_000),
    "no choices": answer(b'{"object":"chat.completion","choices":[]}'),
    "choices of garbage": answer(b'{"choices":[null,1,"x",[],{"message":1,"finish_reason":{}}]}'),
    "events": events(),
    "br": answer(WHOLE, b"content-encoding: br"),
    "gzip that is none": answer(WHOLE, b"content-encoding: gzip"),
    "gzip cut short": answer(gzip.compress(WHOLE)[:-9], b"content-encoding: gzip"),
    "gzip twice": answer(gzip.compress(gzip.compress(WHOLE)), b"content-encoding: gzip, gzip"),
    "a gzip bomb": answer(gzip.compress(b" " * (80 << 20), 9), b"content-encoding: gzip"),
}


async def assert_fails_once(behind: Behind) -> None:
    """502 in the API's shape, on a connection of the client's that stays; then a sound answer."""
    heard = await behind.ask()
    assert (heard.statuses, heard.closed) == ([502], False)
    assert_error(heard.replies[0], "/v1/chat/completions")
    assert b"169.254" not in heard.raw
    again = await behind.ask()
    assert (again.statuses, again.replies[0].body) == ([200], WHOLE)
    assert len(behind.server.requests) == 2


@pytest.mark.parametrize("reply", {**HEADS, **LENGTHS}.values(), ids={**HEADS, **LENGTHS})
async def test_what_is_no_http(scene: Scene, reply: bytes):
    """The next request goes over a new connection."""
    async with before(scene, at_first(reply)) as behind:
        await assert_fails_once(behind)
        assert behind.server.accepted == 2


@pytest.mark.fault("S12")
@pytest.mark.parametrize("reply", BODIES.values(), ids=BODIES)
async def test_what_is_no_answer(scene: Scene, reply: bytes):
    """Nothing of it is passed on as one; no redirect is followed."""
    async with before(scene, at_first(reply)) as behind:
        await assert_fails_once(behind)


STREAMED = {
    "a header of 9 kB": events(STREAM, b"x: " + b"a" * 9000),
    "two lengths": events(STREAM, b"content-length: 5"),
    "no status": b"HTTP/1.1 OK\r\n\r\n",
    "no events": events(b""),
    "half an event": events(b'data: {"choices":[{"del'),
    "only the end": events(b"data: [DONE]\n\n"),
    "only comments": events(b": ping\n\n" * 10),
    "markup": answer(b"<html>hi</html>", kind=b"text/html"),
    "gzip": events(gzip.compress(STREAM), b"content-encoding: gzip"),
    "deflate": events(zlib.compress(STREAM * 2000), b"content-encoding: deflate"),
    "br": events(STREAM, b"content-encoding: br"),
    "an error first": events(b'data: {"error":{"message":"no","type":"x"}}\n\n'),
}


@pytest.mark.parametrize("reply", STREAMED.values(), ids=STREAMED)
async def test_broken_streams(scene: Scene, reply: bytes):
    """The same where a stream was asked for and nothing of it had come."""
    async with before(scene, at_first(reply, sound=events())) as behind:
        heard = await behind.ask(ASK_STREAM)
        assert heard.statuses == [502]
        assert_error(heard.replies[0], "/v1/chat/completions")
        again = await behind.ask(ASK_STREAM)
        assert (again.statuses, again.replies[0].body) == ([200], STREAM)


@pytest.mark.parametrize("reply", [HEADS["no status"], LENGTHS["two lengths"], HEADS["200 headers"]])
async def test_in_the_other_dialect(scene: Scene, reply: bytes):
    """Anthropic's clients hear of it in Anthropic's shape."""
    async with before(scene, at_first(reply)) as behind:
        heard = await behind.ask(ASK[:-1] + b',"max_tokens":9}', b"/v1/messages")
        assert heard.statuses == [502]
        assert_error(heard.replies[0], "/v1/messages")
        assert b'"api_error"' in heard.raw


@pytest.mark.parametrize("surplus", [answer(b'{"evil":1}'), b"\x00", b"HTTP/1.1 100 Continue\r\n\r\n", WHOLE])
async def test_more_than_was_asked_for(scene: Scene, surplus: bytes):
    """What comes behind an answer is nobody's answer; the connection is closed."""
    async with before(scene, at_first(answer() + surplus)) as behind:
        for _ in range(3):
            heard = await behind.ask()
            assert (heard.statuses, heard.replies[0].body) == ([200], WHOLE)
        assert behind.server.accepted == 2


async def test_a_coding_that_no_length_ends(scene: Scene):
    """Only the end of the connection ends such a body: it is waited for, no longer than for any other."""
    reply = unsized(WHOLE, b"transfer-encoding: xchunked")
    async with before(scene, at_first(reply), timeouts=Timeouts(total=0.3)) as behind:
        heard = await behind.ask()
        assert heard.statuses == [504]
        assert_error(heard.replies[0], "/v1/chat/completions")
