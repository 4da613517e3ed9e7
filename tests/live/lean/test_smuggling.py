"""Whatever comes, in whatever pieces: no request is seen here that a parser of single bytes would not see there."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import Any

import pytest
from aiohttp.base_protocol import BaseProtocol
from aiohttp.http_exceptions import HttpProcessingError
from aiohttp.http_parser import HttpRequestParser
from hypothesis import event, given, settings
from hypothesis import strategies as st

from tests.live.lean.front import Front, front
from tests.live.lean.test_giving_away import OTHERS, plain
from tests.live.scene import until
from wrp_router.live.limits import FIELD_LIMIT, HEADERS_LIMIT, LINE_LIMIT

pytestmark = pytest.mark.fault("B5")

Request = tuple[str, str, bytes]

INSIDE = (plain("x") + OTHERS["GET"]).decode()
BITS = [b"\r\n", b"\n", b"\r", b"\r\n\r\n", b" ", b"\t", b":", b"\x00", b"\xff", b"3", b"+", b",", b"0\r\n\r\n"]
BITS += [
    b"content-length: 3\r\n",
    b"Content-Length: 4\r\n",
    b"transfer-encoding: chunked\r\n",
    b"x : y\r\n",
    b" fold\r\n",
]
BITS += [b"POST /v1/chat/completions HTTP/1.1\r\n", OTHERS["GET"], plain("b"), b"connection: close\r\n"]
good = st.sampled_from([plain(""), plain("a"), plain("a" * 40), plain(INSIDE)])
odd = st.sampled_from([raw for raw in OTHERS.values() if len(raw) < 1000])
changes = st.just([]) | st.lists(st.tuples(st.integers(20, 260), st.sampled_from(BITS), st.integers(0, 2)), max_size=2)


@st.composite
def traffic(draw: st.DrawFn) -> list[bytes]:
    """What is sent on one connection: some requests, good, odd or spoilt, cut anywhere."""
    raw = b""
    for one, how in draw(st.lists(st.tuples(good | good | odd, changes), min_size=1, max_size=4)):
        spoilt = one
        for at, new, lost in how:
            spoilt = spoilt[:at] + new + spoilt[at + lost :]
        raw += spoilt
    cuts = sorted(draw(st.sets(st.integers(1, len(raw)), max_size=4)))
    return [raw[start:end] for start, end in zip([0, *cuts], [*cuts, len(raw)], strict=True)]


def parsed(data: bytes) -> list[Request]:
    """What aiohttp's parser sees, fed with single bytes; only what is whole, up to the first mistake."""
    loop = asyncio.get_running_loop()
    parser = HttpRequestParser(
        BaseProtocol(loop),
        loop,
        1 << 20,
        max_line_size=LINE_LIMIT,
        max_field_size=FIELD_LIMIT,
        max_headers=HEADERS_LIMIT,
        auto_decompress=False,
    )
    found: list[Any] = []
    try:
        for at in range(len(data)):
            found += parser.feed_data(data[at : at + 1])[0]
    except HttpProcessingError:
        pass
    return [
        (message.method, message.path, b"" if not payload.total_bytes else payload.read_nowait(-1))
        for message, payload in found
        if payload.is_eof() or payload.total_bytes == 0
    ]


async def arrives(door: Front, pieces: list[bytes], count: int) -> None:
    """Sends them, and gives so many requests the time to be answered."""
    raw = await door.dial()
    with suppress(ConnectionError):
        for piece in pieces:
            await raw.send(piece)
            await asyncio.sleep(0)
    with suppress(TimeoutError):
        await until(lambda: len(door.acts.noted) >= count, within=0.02)


@settings(max_examples=150)
@given(traffic())
async def test_what_a_connection_brings(pieces: list[bytes]):
    """Requests that are there, in their order, each with its own body; where some are lost, all behind them are."""
    expected = parsed(b"".join(pieces))
    async with front() as door:
        await arrives(door, pieces, len(expected))
        got = door.acts.noted
    assert got == expected[: len(got)]
    event(f"seen: {len(got)} of {len(expected)}")
