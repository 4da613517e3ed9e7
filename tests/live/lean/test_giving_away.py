"""Connections that bring anything but plain requests are given to aiohttp's server, byte for byte, at any point."""

from __future__ import annotations

import pytest

from tests.live.lean.front import KEY, Front, front, state, terms
from tests.live.raw import Raw, request
from tests.live.scene import until
from wrp_router.config.bounds import Limits
from wrp_router.live.lean.head import HEAD_LIMIT

GUARDED = {"authorization": f"Bearer {KEY}"}
LARGE = 4000


def plain(body: str = "a", **headers: str) -> bytes:
    """A request that is read at the door."""
    return request(body, **{**GUARDED, **headers})


def lined(line: bytes) -> bytes:
    """A plain request with one more line."""
    return plain().replace(b"\r\n", b"\r\n" + line + b"\r\n", 1)


OTHERS = {
    "GET": request(None, "/v1/models", "GET", **GUARDED),
    "HEAD": request(None, "/v1/models", "HEAD", **GUARDED),
    "POST to nowhere": request("a", "/v1/nothing", **GUARDED),
    "POST to what is only read": request("a", "/v1/models", **GUARDED),
    "POST elsewhere": request("a", "/nothing", **GUARDED),
    "an absolute target": request("a", "http://router/v1/chat/completions", **GUARDED),
    "chunks": plain(transfer_encoding="chunked").replace(b"content-length: 3\r\n", b"")[:-3] + b'3\r\n"a"\r\n0\r\n\r\n',
    "an expectation": plain(expect="100-continue"),
    "HTTP/1.0": request("a", version="1.0", connection="keep-alive", **GUARDED),
    "the end of the connection": plain(connection="close"),
    "an upgrade": plain(connection="upgrade", upgrade="h2c"),
    "an encoded body": plain(content_encoding="identity"),
    "a header twice": lined(b"x: a\r\nx: a"),
    "no ASCII": lined("x: ä".encode()),
    "a tab": lined(b"x: a\tb"),
    "no key": request("a"),
    "a wrong key": plain(authorization="Bearer sk-other"),
    "two keys": lined(f"x-api-key: {KEY}x".encode()),
    "a host that is none": plain(host="a/b"),
    "no length": plain().replace(b"content-length: 3\r\n", b"")[:-3],
    "a length that is spelt in an odd way": plain().replace(b"content-length: 3", b"CONTENT-LENGTH:3"),
    "a length after two spaces": plain().replace(b"content-length: 3", b"content-length:  3"),
    "a length before a space": plain().replace(b"content-length: 3", b"content-length: 3 "),
    "a body that is too large": request("a" * LARGE, **GUARDED),
    "too many headers": plain(**{f"x{at}": "y" for at in range(130)}),
    "a long head": lined(b"x: " + b"a" * (HEAD_LIMIT // 2) + b"\r\ny: " + b"a" * (HEAD_LIMIT // 2)),
    "headers that are too large": lined(b"\r\n".join(b"x%d: " % at + b"a" * 1000 for at in range(9))),
    "lines that end in LF": plain().replace(b"\r\n", b"\n"),
    "an empty line before it": b"\r\n" + plain(),
    "a folded header": lined(b"x: a\r\n b"),
    "a space before the colon": lined(b"x : a"),
    "NUL": lined(b"x: a\x00"),
    "a signed length": plain().replace(b"content-length: 3", b"content-length: +3"),
    "two lengths in one": plain().replace(b"content-length: 3", b"content-length: 3, 3"),
    "a long name": lined(b"x" * 20_000 + b": a"),
    "garbage": b"\x00\x01\x02\r\n\r\n",
    "TLS": bytes.fromhex("16030100c6010000c203034b1f") + b"\x00" * 100,
}
REFUSED = {"garbage", "TLS", "lines that end in LF", "a folded header", "a space before the colon", "NUL"}
REFUSED |= {"a signed length", "two lengths in one", "too many headers", "a long name"}
LAST = REFUSED | {"the end of the connection"}


def guarded() -> dict:
    """A door that wants a key, and bodies of a kilobyte."""
    return {"first": state(terms(KEY, headers=8000), Limits(body=1024))}


async def answered_elsewhere(door: Front, raw: Raw, name: str) -> None:
    """The one that is not plain is answered by aiohttp, and so is whatever comes next."""
    if name == "HEAD":
        assert b"x-reader: aiohttp" in await raw.until(b"\r\n\r\n")
    else:
        status, headers, _ = await raw.answer()
        assert headers.get("x-reader") == (None if name in REFUSED else "aiohttp")
        assert status in ((400, 431) if name in REFUSED else (200,))
    assert door.door.given == 1
    if name in LAST:
        assert await raw.rest() in (b"", b"RESET")
        return
    await raw.send(plain("b"))
    assert ((await raw.answer())[1])["x-reader"] == "aiohttp"


@pytest.mark.parametrize("name", OTHERS)
async def test_as_the_first(name: str):
    """On a new connection."""
    async with front(**guarded()) as door:
        raw = await door.dial()
        await raw.send(OTHERS[name])
        await answered_elsewhere(door, raw, name)
        assert not door.bodies


@pytest.mark.parametrize("name", OTHERS)
async def test_as_a_later_one(name: str):
    """Behind plain ones, of which the last is remembered."""
    async with front(**guarded()) as door:
        raw = await door.dial()
        for body in ("a", "ab"):
            await raw.send(plain(body))
            assert (await raw.answer())[1]["x-reader"] == "lean"
        await raw.send(OTHERS[name])
        await answered_elsewhere(door, raw, name)
        assert len(door.bodies) == 2


@pytest.mark.parametrize("name", OTHERS)
async def test_behind_one_that_is_being_read(name: str):
    """In the packet that ends its body: the plain one is answered first."""
    async with front(**guarded()) as door:
        raw, sent = await door.dial(), plain("abc")
        await raw.send(sent[:-2])
        await until(lambda: door.acts.visits)
        await raw.send(sent[-2:] + OTHERS[name])
        assert (await raw.answer())[1]["x-reader"] == "lean"
        await answered_elsewhere(door, raw, name)
        assert door.bodies == [b'"abc"']


@pytest.mark.parametrize("name", [name for name, raw in OTHERS.items() if len(raw) < 1000])
async def test_in_single_bytes(name: str):
    """Not one of them is lost or read twice."""
    async with front(**guarded()) as door:
        raw = await door.dial()
        for byte in OTHERS[name]:
            try:
                await raw.send(bytes([byte]))
            except ConnectionError:
                assert name in REFUSED
        await answered_elsewhere(door, raw, name)
        assert not door.bodies


async def test_one_packet_with_both():
    """What is not plain takes the plain one before it along: its server answers both, in order."""
    async with front() as door:
        raw = await door.dial()
        await raw.send(request("a") + request(None, "/v1/models", "GET") + request("b"))
        told = [(await raw.answer())[1:] for _ in range(3)]
        assert [(headers["x-method"], body) for headers, body in told] == [
            ("POST", b'"a"'),
            ("GET", b""),
            ("POST", b'"b"'),
        ]
        assert door.door.given == 1


async def test_a_body_that_looks_like_requests():
    """It is a body: what its length spans is not looked at."""
    async with front() as door:
        raw = await door.dial()
        inside = (request("x") + request(None, "/v1/models", "GET")).decode()
        for _ in range(2):
            await raw.send(request(inside) + request("b"))
            status, headers, body = await raw.answer()
            assert (status, headers["x-reader"], body.count(b"POST"), body.count(b"GET")) == (200, "lean", 1, 1)
            assert (await raw.answer())[2] == b'"b"'
        assert door.bodies[1] == b'"b"'
        assert len(door.bodies) == 4


async def test_a_length_that_is_too_short():
    """What is over is no next request: with it, all of the packet is refused, and the connection ends."""
    async with front() as door:
        raw, sent = await door.dial(), request("abc")
        await raw.send(sent.replace(b"content-length: 5", b"content-length: 3"))
        assert (await raw.answer())[0] == 400
        assert await raw.rest() == b""
        assert not door.bodies


async def test_draining():
    """Says goodbye with every answer, of the plain ones too."""
    async with front() as door:
        old, raw = await door.dial(), await door.dial()
        await old.send(request("a"))
        assert "connection" not in (await old.answer())[1]
        door.acts.draining = True
        for one in (old, raw):
            await one.send(request("a"))
            assert (await one.answer())[1]["connection"] == "close"
            assert await one.rest() == b""
