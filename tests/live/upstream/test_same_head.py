"""Answers whose heads differ by their length alone: what the parser would make of them, without it."""

from __future__ import annotations

import asyncio

import pytest

from wrp_router.live.upstream.connection import Connection
from wrp_router.live.upstream.words import Broken, Head


class Transport(asyncio.Transport):
    """Takes what is written and says whether it was closed."""

    def __init__(self) -> None:
        super().__init__()
        self.closed = False
        self.reading = True

    def write(self, data: bytes | bytearray | memoryview) -> None: ...

    def pause_reading(self) -> None:
        self.reading = False

    def resume_reading(self) -> None:
        self.reading = True

    def is_closing(self) -> bool:
        return self.closed

    def abort(self) -> None:
        self.closed = True


def answer(body: bytes, length: int | None = None) -> bytes:
    """As uvicorn writes it."""
    size = len(body) if length is None else length
    head = f"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {size}\r\nx-a: b\r\n\r\n"
    return head.encode() + body


@pytest.fixture
async def connection() -> Connection:
    """One that has had such an answer, read by the parser."""
    made = Connection(asyncio.get_running_loop())
    made.connection_made(Transport())
    assert await ask(made, answer(b"first")) == b"first"
    return made


async def ask(connection: Connection, *pieces: bytes) -> bytes:
    """The body of an answer that comes in these pieces."""
    connection.begin(b"", 60.0, "total")
    for piece in filter(None, pieces):
        connection.data_received(piece)
    head = await connection.head()
    assert head.status == 200
    assert ("x-a", "b") in head.headers
    body = b""
    while data := await connection.chunk():
        body += data
    assert connection.reusable
    connection.relax()
    return body


async def test_the_head_is_the_last_ones(connection: Connection) -> None:
    """It is not parsed again, whatever its length; and tells no length, which was the last one's."""
    bodies = (b"2", b"", b"third", b"x" * 70_000)
    heads: list[Head] = []
    for body in bodies:
        assert await ask(connection, answer(body)) == body
        heads.append(await connection.head())
    assert heads[0] is heads[1] is heads[2] is heads[3]
    assert [name for name, _ in heads[0].headers] == ["content-type", "x-a"]


async def test_a_body_in_pieces(connection: Connection) -> None:
    """The rest of it comes later, in any sizes, the head's end alone included."""
    whole = answer(b"0123456789")
    for cut in range(len(whole) - 10, len(whole)):
        assert await ask(connection, whole[:cut], whole[cut : cut + 3], whole[cut + 3 :]) == b"0123456789"


async def test_a_head_in_pieces_goes_to_the_parser(connection: Connection) -> None:
    """And so does another head; afterwards the known one is known again."""
    whole = answer(b"abc")
    for cut in range(1, len(whole) - 4):
        assert await ask(connection, whole[:cut], whole[cut:]) == b"abc"
    assert await ask(connection, answer(b"abc").replace(b"x-a: b", b"x-a: b\r\nx-c: d")) == b"abc"
    assert await ask(connection, answer(b"abc")) == b"abc"


@pytest.mark.parametrize("at_once", [True, False])
async def test_a_surplus_breaks_the_connection(connection: Connection, at_once: bool) -> None:
    """Bytes beyond the length are nobody's answer."""
    connection.begin(b"", 60.0, "total")
    pieces = [answer(b"abc") + b"HTTP"] if at_once else [answer(b"abc", 6), b"defHTTP"]
    for piece in pieces:
        connection.data_received(piece)
    assert not connection.reusable
    assert not connection.open


async def test_the_end_of_the_connection_cuts_the_body(connection: Connection) -> None:
    """Fewer bytes than the length said are no answer."""
    connection.begin(b"", 60.0, "total")
    connection.data_received(answer(b"abc", 6))
    assert await connection.chunk() == b"abc"
    connection.connection_lost(None)
    with pytest.raises(Broken, match="truncated"):
        await connection.chunk()
