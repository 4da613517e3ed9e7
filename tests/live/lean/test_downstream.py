"""Answers as bytes: the same as aiohttp's server would give, in as few writes as can be, and in their own lines."""

from __future__ import annotations

import asyncio
import json
from asyncio import StreamReader, StreamWriter
from typing import Any

import pytest

from tests.hostile.wire import Line, dial, read_reply
from tests.live.raw import request
from tests.live.scene import ASK, Scene
from tests.live.upstream.scripted import Scripted, scripted
from wrp_router.build import Router
from wrp_router.live.downstream import REASONS, fixed_of
from wrp_router.live.lean.downstream import LeanDownstream

HEADERS = [("content-type", "text/plain"), ("x-some", "größe"), ("connection", "close"), ("content-length", "1")]
HEADERS.append(("transfer-encoding", "gzip"))


class Wire:
    """What was written, write by write. `full` makes the client wait."""

    unsent = 7

    def __init__(self, full: bool = False) -> None:
        self.must_drain = full
        self.written: list[bytes] = []
        self.drains = self.resets = 0

    def write(self, data: bytes) -> None:
        self.written.append(data)

    async def drained(self) -> None:
        self.drains += 1

    def reset(self) -> None:
        self.resets += 1


def parsed(data: bytes) -> tuple[int, dict[str, str], bytes]:
    """One answer, and nothing behind it."""
    found = read_reply(data)
    assert found is not None
    reply, rest = found
    assert rest == b""
    assert {name: reply.headers.pop(name) for name in ("server",)} == {"server": "wrp"}
    assert reply.headers.pop("date").endswith("GMT")
    return reply.status, reply.headers, reply.body


@pytest.mark.parametrize("size", [0, 1, 100_000])
async def test_a_whole_answer(size: int):
    """Head and body in one write; how it is framed is said once, and not by who answers."""
    client = LeanDownstream(wire := Wire(), closing=False)
    assert not client.started
    await client.respond(200, HEADERS, b"a" * size)
    (data,) = wire.written
    status, headers, body = parsed(data)
    assert (status, body, client.started, client.ended, wire.drains) == (200, b"a" * size, True, True, 0)
    assert headers.pop("x-some").encode("latin-1").decode() == "größe"
    assert headers == {"content-type": "text/plain", "content-length": str(size)}


@pytest.mark.parametrize("streamed", [False, True])
async def test_headers_that_are_written_already(streamed: bool):
    """Stand among the others."""
    client, fixed = LeanDownstream(wire := Wire(), closing=False), fixed_of([("x-a", "1"), ("x-b", "2")])
    if streamed:
        await client.start(200, HEADERS[:1], (fixed,))
        await client.end()
    else:
        await client.respond(200, HEADERS[:1], b"", (fixed,))
    (data,) = wire.written
    headers = parsed(data)[1]
    assert (headers["x-a"], headers["x-b"], headers["content-type"]) == ("1", "2", "text/plain")


async def test_a_stream():
    """Its head waits for the first piece, the last piece takes the end along."""
    client = LeanDownstream(wire := Wire(), closing=False)
    await client.start(200, HEADERS[:1])
    assert (wire.written, client.started, client.ended) == ([], True, False)
    await client.write(b"a" * 26)
    await client.write(b"b")
    assert not client.ended
    await client.end(b"c")
    assert client.ended
    assert wire.written[1:] == [b"1\r\nb\r\n", b"1\r\nc\r\n0\r\n\r\n"]
    status, headers, body = parsed(b"".join(wire.written))
    assert (status, body) == (200, b"a" * 26 + b"bc")
    assert headers == {"content-type": "text/plain", "transfer-encoding": "chunked"}


@pytest.mark.parametrize("pieces", [(), (b"a",), (b"a", b"b")], ids=len)
async def test_a_stream_that_just_ends(pieces: tuple[bytes, ...]):
    """With or without anything in it."""
    client = LeanDownstream(wire := Wire(), closing=False)
    await client.start(200, [])
    for piece in pieces:
        await client.write(piece)
    await client.end()
    assert parsed(b"".join(wire.written))[2] == b"".join(pieces)


async def test_a_client_with_enough_to_read():
    """Is waited for after every write."""
    client = LeanDownstream(wire := Wire(full=True), closing=False)
    await client.start(200, [])
    assert wire.drains == 0
    await client.write(b"a")
    assert wire.drains == 1
    await client.end(b"b")
    assert wire.drains == 2
    await LeanDownstream(wire, closing=False).respond(200, [], b"")
    assert wire.drains == 3


@pytest.mark.parametrize("hang_up", [False, True])
async def test_the_last_answer_of_a_connection(hang_up: bool):
    """Says so, whole or as a stream."""
    for streamed in (False, True):
        client = LeanDownstream(wire := Wire(), closing=not hang_up)
        if hang_up:
            client.hang_up()
        if streamed:
            await client.start(200, HEADERS)
            await client.end(b"a")
        else:
            await client.respond(200, HEADERS, b"a")
        assert parsed(b"".join(wire.written))[1]["connection"] == "close"
        assert client.closing


async def test_an_answer_that_is_cut_off():
    """Ends its connection by a reset."""
    client = LeanDownstream(wire := Wire(), closing=False)
    await client.start(200, [])
    await client.write(b"a")
    client.abort()
    assert (wire.resets, client.closing) == (1, True)


@pytest.mark.parametrize("status", [*sorted(REASONS), 299, 529])
async def test_statuses(status: int):
    """Also those that have no name."""
    await LeanDownstream(wire := Wire(), closing=False).respond(status, [], b"")
    line = wire.written[0].split(b"\r\n")[0].decode()
    assert line == f"HTTP/1.1 {status} {REASONS.get(status, '')}"


# Through the whole router: nothing that somebody else says breaks out of its line ------------------------------

EVIL = "fake\r\nset-cookie: a=b\r\n\r\nHTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n"
SAID: dict[str, dict[str, Any]] = {
    "the model": {"model": EVIL},
    "a model with one end of a line": {"model": "fake\nx: y"},
    "a model with NUL": {"model": "fake\x00"},
    "a model with a line separator": {"model": "fake\u2028x\x85y"},
    "half a surrogate": {"model": "fake\ud800"},
    "the user": {"user": EVIL},
    "the prompt": {"messages": [{"role": "user", "content": EVIL}]},
    "a word that is none": {"stream": EVIL},
}


async def client_of(router: Router) -> Line:
    """A connection that reads to the letter."""
    assert router.listener is not None
    return await dial(router.listener.address)


@pytest.mark.parametrize("http", ["lean", "aiohttp"])
@pytest.mark.parametrize("change", SAID.values(), ids=SAID)
async def test_what_clients_say(scene: Scene, change: dict[str, Any], http: str):
    """One answer, then the next: no header of theirs, and no answer of theirs."""
    line = await client_of(await scene.open(await scene.engine(), http=http))
    for stream in (False, True):
        await line.send(request({"stream": stream, **ASK, **change}) + request({"model": "none"}))
        first, second = await line.reply(), await line.reply()
        assert first is not None
        assert "set-cookie" not in first.headers
        assert second is not None
        assert (second.status, json.loads(second.body)["error"]["code"]) == (400, "missing_required_parameter")
    line.close()


BODY = b'{"choices":[{"index":0,"message":{"content":"hi"},"finish_reason":"stop"}]}'


def engine_saying(line: bytes) -> Any:
    """An engine with this line among its headers."""

    async def answer(server: Scripted, reader: StreamReader, writer: StreamWriter) -> None:
        while await server.read_request(reader):
            lines = [b"HTTP/1.1 200 OK", b"content-type: application/json", b"content-length: %d" % len(BODY), line]
            writer.write(b"\r\n".join([*lines, b"", BODY]))

    return answer


LINES = {
    "a bare CR": b"x: a\rset-cookie: b",
    "a bare LF": b"x: a\nset-cookie: b",
    "a folded line": b"x: a\r\n set-cookie: b",
    "NUL": b"x: a\x00set-cookie: b",
    "latin-1": b"x: \xe4\x85\xa0",
    "UTF-8": "x: ä\u2028€".encode(),
    "a cookie": b"set-cookie: b",
    "another end": b"connection: close",
    "a name that is none": b"x y: a",
}


@pytest.mark.parametrize("said", LINES.values(), ids=LINES)
async def test_what_engines_say(scene: Scene, said: bytes):
    """The same for theirs: it is passed on in its line, or dropped, or the answer is refused."""
    async with scripted(engine_saying(said)) as server:
        line = await client_of(await scene.open(server.url))
        for _ in range(2):
            await line.send(request(ASK))
            reply = await line.reply()
            assert reply is not None
            assert reply.status in (200, 502)
            assert not {"set-cookie", "connection"} & set(reply.headers)
        line.close()
        await scene.close()


async def test_a_whole_answer_that_is_hardly_read():
    """It has a time for its whole length, however often a little of it is read; then its client is cut off."""

    class Slow(Wire):
        async def drained(self) -> None:
            await asyncio.Event().wait()

    client = LeanDownstream(wire := Slow(full=True), closing=False, unread=0.01)
    with pytest.raises(ConnectionResetError):
        await client.respond(200, [], b"a")
    assert wire.resets == 1
