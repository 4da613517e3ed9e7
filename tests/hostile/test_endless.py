"""Engines that never come to an end: heads, bodies, lines. Each has a bound, and by it the engine is rid of no more."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from itertools import repeat

import pytest

from tests.hostile.engines import ASK, ASK_STREAM, EVENT, SSE, before
from tests.hostile.trial import assert_error
from tests.live.scene import Scene, until
from tests.live.upstream.scripted import Scripted

pytestmark = pytest.mark.fault("U4")

PIECE = b"a" * 262_144
GIGABYTE = 4096
"""Pieces."""

JSON_HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n"
CHUNKED = JSON_HEAD + b"transfer-encoding: chunked\r\n\r\n"
SSE_HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: " + SSE + b"\r\n\r\n"


class Talking:
    """Says `first`, and then the pieces; `said` counts bytes, `over` that its connection was closed."""

    def __init__(self, first: bytes, pieces: Iterator[bytes]) -> None:
        self._first, self._pieces = first, pieces
        self.said, self.over = 0, False

    async def __call__(self, server: Scripted, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await server.read_request(reader)
        writer.write(self._first)
        try:
            for piece in self._pieces:
                writer.write(piece)
                await writer.drain()
                self.said += len(piece)
        finally:
            self.over = True


WHOLES = {
    "a head": (b"HTTP/1.1 200 OK\r\n", b"x-more: " + b"a" * 100 + b"\r\n", 5_000_000),
    "a header": (b"HTTP/1.1 200 OK\r\nx-more: ", PIECE, 10_000_000),
    "interim answers": (b"", b"HTTP/1.1 100 Continue\r\n\r\n" * 100, 5_000_000),
    "ten gigabytes by length": (JSON_HEAD + b"content-length: 10737418240\r\n\r\n", PIECE, 100 << 20),
    "chunks": (JSON_HEAD + b"transfer-encoding: chunked\r\n\r\n", b"%x\r\n%b\r\n" % (len(PIECE), PIECE), 100 << 20),
    "a body up to its connection's end": (JSON_HEAD + b"\r\n", PIECE, 100 << 20),
    "a trailer": (CHUNKED + b"1\r\n{\r\n0\r\nx-more: ", PIECE, 10_000_000),
    "trailers": (CHUNKED + b"1\r\n{\r\n0\r\n", b"x-more: " + b"a" * 100 + b"\r\n", 5_000_000),
    "what a chunk extends": (CHUNKED + b"1;x=", PIECE, 10_000_000),
    "zeros before the length of a chunk": (CHUNKED, b"0" * len(PIECE), 10_000_000),
}


@pytest.mark.parametrize(("first", "piece", "most"), WHOLES.values(), ids=WHOLES)
async def test_answers_without_end(scene: Scene, first: bytes, piece: bytes, most: int):
    """502 in the API's shape, and the connection is closed; the engine was rid of no more than the bound and what
    kernels hold."""
    play = Talking(first, repeat(piece, 40 * GIGABYTE))
    async with before(scene, play) as behind:
        heard = await behind.ask(ASK)
        assert heard.statuses == [502]
        assert_error(heard.replies[0], "/v1/chat/completions")
        await until(lambda: play.over)
    assert play.said < most


@pytest.mark.parametrize("begun", [b"", EVENT], ids=["at once", "later"])
async def test_a_line_of_a_gigabyte(scene: Scene, begun: bytes):
    """It is given up at 16 MB, by an error event; what waits here is no more than that."""
    play = Talking(SSE_HEAD + begun + b"data: ", repeat(PIECE, GIGABYTE))
    async with before(scene, play) as behind:
        heard = await behind.ask(ASK_STREAM)
        await until(lambda: play.over)
    assert heard.replies[0].body.startswith(begun)
    assert b'"upstream_stream_interrupted"' in heard.replies[0].body
    assert play.said < 64 << 20
