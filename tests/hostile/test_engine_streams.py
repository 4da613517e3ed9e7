"""Streams that come in odd pieces, odd lines and odd sizes: they pass byte for byte, or end with an error."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import pytest

from tests.hostile.engines import ASK_STREAM, DONE, EVENT, LAST, SSE, STREAM, Play, at_first, before, events
from tests.hostile.wire import Line, chunked, post
from tests.live.scene import Scene, until
from tests.live.upstream.scripted import Scripted
from wrp_router.config.bounds import Timeouts

HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: " + SSE + b"\r\ntransfer-encoding: chunked\r\n\r\n"


def saying(text: str | bytes) -> bytes:
    """An ordinary event with this for its text, as it stands in JSON."""
    return EVENT.replace(b"hi", text.encode() if isinstance(text, str) else text)


def in_lines(end: bytes) -> bytes:
    """A stream whose lines end so."""
    return STREAM.replace(b"\n", end)


EXACT = {
    "lines that end in CRLF": in_lines(b"\r\n"),
    "lines that end in CR": in_lines(b"\r"),
    "lines that end in all three ways": EVENT
    + EVENT.replace(b"\n", b"\r\n")
    + EVENT.replace(b"\n", b"\r")
    + LAST
    + DONE,
    "comments and retries": b": hello\n\nretry: 1\n\nid: 7\n" + EVENT + b":\n\n" + LAST + DONE,
    "empty lines": b"\n\n\n" + EVENT + b"\n\n" + LAST + DONE,
    "a byte order mark": b"\xef\xbb\xbf" + STREAM,
    "no space after the colon": STREAM.replace(b"data: ", b"data:"),
    "data in two lines": b'data: {"choices":[{"index":0,"delta":\ndata: {"content":"hi"},"finish_reason":null}]}\n\n'
    + LAST
    + DONE,
    "letters of four bytes": saying("🎉日本語 größe") * 3 + LAST + DONE,
    "a line of 600 kB": saying("a" * 600_000) + LAST + DONE,
    "a line of 5 MB": saying("a" * 5_000_000) + LAST + DONE,
    "10000 events": EVENT * 10_000 + LAST + DONE,
    "NUL in an event": EVENT + saying(b"a\x00b") + LAST + DONE,
    "no UTF-8 in an event": EVENT + saying(b"\xff\xfe") + LAST + DONE,
    "half of JSON in an event": EVENT + b'data: {"choices":[{"ind\n\n' + LAST + DONE,
    "JSON of 1000 levels": EVENT + b"data: " + b"[" * 1000 + b"\n\n" + LAST + DONE,
    "words for an event": EVENT + b"data: hello\n\n" + LAST + DONE,
    "fields that nobody knows": EVENT + b"nobody: knows\n\n" + LAST + DONE,
    "CR and LF in JSON": EVENT + saying(r"a\r\n\r\nHTTP/1.1 200 OK\r\nx-injected: 1") + LAST + DONE,
}


def in_pieces(pieces: Sequence[bytes]) -> Play:
    """Writes a chunk for each of them, without waiting; the pieces are what the router reads only in part."""

    async def play(server: Scripted, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while await server.read_request(reader):
            writer.write(HEAD)
            for piece in pieces:
                writer.write(b"%x\r\n%b\r\n" % (len(piece), piece))
                if len(pieces) < 2000:
                    await writer.drain()
                    await asyncio.sleep(0)
            writer.write(b"0\r\n\r\n")
            await writer.drain()

    return play


async def assert_exact(scene: Scene, play: Play, sent: bytes) -> None:
    """The client gets what was sent, and the answer counts as whole."""
    async with before(scene, play) as behind:
        heard = await behind.ask(ASK_STREAM)
        (row,) = await scene.rows()
    assert heard.statuses == [200]
    assert heard.replies[0].body == sent
    assert (row.outcomes[0].ok, row.outcomes[0].finish_reason) == (True, "stop")


@pytest.mark.fault("U2")
@pytest.mark.parametrize("sent", EXACT.values(), ids=EXACT)
async def test_odd_streams_in_one_piece(scene: Scene, sent: bytes):
    """Byte for byte."""
    await assert_exact(scene, at_first(events(sent)), sent)


@pytest.mark.fault("U2")
@pytest.mark.parametrize("size", [1, 2, 3, 7])
@pytest.mark.parametrize("sent", [sent for sent in EXACT.values() if len(sent) < 2000], ids=len)
async def test_odd_streams_in_small_pieces(scene: Scene, sent: bytes, size: int):
    """The same where letters, line ends and events are cut in two."""
    await assert_exact(scene, in_pieces([sent[at : at + size] for at in range(0, len(sent), size)]), sent)


@pytest.mark.fault("U2")
async def test_a_megabyte_in_single_bytes(scene: Scene):
    """Many thousand chunks of one byte cost time, and nothing else."""
    sent = saying("a" * 50_000) + LAST + DONE
    await assert_exact(scene, in_pieces([sent[at : at + 1] for at in range(len(sent))]), sent)


@pytest.mark.fault("U2")
async def test_a_last_event_without_its_blank_line(scene: Scene):
    """Some engines never send it: the answer is whole."""
    sent = EVENT + LAST + DONE.rstrip()
    await assert_exact(scene, at_first(events(sent)), sent)


BROKEN = {
    "a line over 16 MB": saying("a" * (17 << 20)) + LAST + DONE,
    "an error in the middle": b'data: {"error":{"message":"no","type":"x","code":1}}\n\n' + LAST + DONE,
    "an end before its answer": DONE,
    "no end": LAST,
    "nothing more": b"",
    "half of a last event": LAST + b"data: [DO",
    "more after the end of half an answer": DONE + LAST + DONE,
}


class InTwo:
    """One event; and the rest when `go` is set."""

    def __init__(self, rest: bytes) -> None:
        self.go = asyncio.Event()
        self._rest = rest

    async def __call__(self, server: Scripted, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await server.read_request(reader)
        writer.write(HEAD + chunked(EVENT)[:-5])
        await self.go.wait()
        writer.write(chunked(self._rest) if self._rest else b"0\r\n\r\n")
        await writer.drain()
        await reader.read()


@pytest.mark.fault("U3")
@pytest.mark.parametrize("rest", BROKEN.values(), ids=BROKEN)
async def test_streams_that_break(scene: Scene, rest: bytes):
    """What came is passed on, then an error event at which SDKs raise; never an end that looks complete."""
    play = InTwo(rest)
    async with before(scene, play) as behind:
        line = await behind.dial()
        await line.send(post(body=ASK_STREAM))
        while b"\n\n" not in line.heard.raw:
            await line.read()
        play.go.set()
        (reply,) = (await line.converse()).replies
    body = reply.body
    assert body.startswith(EVENT)
    assert b'"upstream_stream_interrupted"' in body.split(b"\n\n")[-2]
    assert not body.endswith(DONE)


@pytest.mark.fault("U3")
async def test_more_after_the_end(scene: Scene):
    """It is dropped."""
    async with before(scene, at_first(events(STREAM + EVENT + b'data: {"evil":1}\n\n'))) as behind:
        assert (await behind.ask(ASK_STREAM)).replies[0].body == STREAM


class Endless:
    """Event after event, for ever; `over` once its connection is."""

    def __init__(self) -> None:
        self.over = False

    async def __call__(self, server: Scripted, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await server.read_request(reader)
        writer.write(HEAD)
        try:
            while True:
                writer.write(b"%x\r\n%b\r\n" % (len(EVENT), EVENT))
                await writer.drain()
        finally:
            self.over = True


async def _some(line: Line) -> None:
    while len(line.heard.raw) < 100_000:
        await line.read()


@pytest.mark.fault("U4")
async def test_an_endless_stream_ends_with_its_client(scene: Scene):
    """As soon as the client is gone, so is the engine's connection."""
    endless = Endless()
    async with before(scene, endless) as behind:
        line = await behind.dial()
        await line.send(post(body=ASK_STREAM))
        await _some(line)
        line.close()
        await until(lambda: endless.over)
        (row,) = await scene.rows()
    assert (row.gone, row.status) == ("stream", 499)


@pytest.mark.fault("U4")
async def test_an_endless_stream_ends_at_the_wall(scene: Scene):
    """The hard wall cuts off whatever goes on and on, and says so."""
    endless = Endless()
    async with before(scene, endless, timeouts=Timeouts(stream=0.3)) as behind:
        heard = await behind.ask(ASK_STREAM)
        await until(lambda: endless.over)
    assert b'"upstream_stream_interrupted"' in heard.replies[0].body[-300:]
