"""One connection: what is read of it, in which pieces, what is answered, and how long it lasts."""

from __future__ import annotations

import asyncio

import pytest

from tests.live.lean.front import Act, Front, front, state, terms
from tests.live.raw import Raw, request
from tests.live.scene import until
from wrp_router.errors import BodyTimeout
from wrp_router.live.lean.connection import AHEAD_LIMIT
from wrp_router.live.lean.downstream import LeanDownstream


async def told(raw: Raw) -> tuple[int, bytes, str]:
    """Status and body of the next answer, and who read its request."""
    status, headers, body = await raw.answer()
    return status, body, headers.get("x-reader", "")


async def came(door: Front, size: int) -> None:
    """Until so many bytes have come on the last connection."""
    await until(lambda: door.door.made and door.door.made[-1].came == size)


async def test_one_after_the_other():
    """A client whose heads are the same but for the length has them read once; any change, and they are read anew."""
    async with front() as door:
        raw = await door.dial()
        for body, headers in (("a", {}), ("abc", {}), ("a" * 99, {}), ("b", {"x": "y"}), ("c", {"x": "z"}), ("d", {})):
            await raw.send(request(body, **headers))
            assert await told(raw) == (200, f'"{body}"'.encode(), "lean")
        preambles = [visit.preamble for visit in door.acts.visits]
        assert preambles[0] is preambles[1] is preambles[2]
        assert len(set(map(id, preambles))) == 4
        assert [preamble.headers.get("x") for preamble in preambles[2:]] == [None, "y", "z", None]
        assert preambles[3].headers["content-length"] == "3"


async def test_a_new_configuration():
    """What was remembered of a head under the old one counts no more."""
    async with front() as door:
        raw = await door.dial()
        for reader in ("lean", "lean", "aiohttp"):
            await raw.send(request("a"))
            assert await told(raw) == (200, b'"a"', reader)
            door.acts.state = state(terms("sk-known")) if len(door.bodies) == 2 else state()
        assert door.acts.visits[0].preamble is not door.acts.visits[1].preamble


async def test_two_in_one_packet():
    """They are answered one after the other, as are a hundred."""
    async with front() as door:
        raw = await door.dial()
        await raw.send(request("a") + request("bb"))
        assert [await told(raw) for _ in range(2)] == [(200, b'"a"', "lean"), (200, b'"bb"', "lean")]
        await raw.send(b"".join(request(at) for at in range(100)))
        assert [await told(raw) for _ in range(100)] == [(200, b"%d" % at, "lean") for at in range(100)]


@pytest.mark.parametrize("cut", [1, 30, -9, -1])
async def test_one_and_a_half_in_one_packet(cut: int):
    """The half waits for the rest of it."""
    async with front() as door:
        raw, first, second = await door.dial(), request("a"), request("b" * 9)
        await raw.send(first + second[:cut])
        assert await told(raw) == (200, b'"a"', "lean")
        await raw.send(second[cut:] + first)
        assert await told(raw) == (200, b'"bbbbbbbbb"', "lean")
        assert await told(raw) == (200, b'"a"', "lean")


async def test_in_two_pieces():
    """Cut anywhere, it is the same request."""
    async with front() as door:
        sent = request("abc", x="y")
        for cut in range(1, len(sent)):
            raw = await door.dial()
            await raw.send(sent[:cut])
            await came(door, cut)
            await raw.send(sent[cut:])
            assert await told(raw) == (200, b'"abc"', "lean")
            raw.close()
        assert door.door.given == 0


async def test_in_single_bytes():
    """Also the next on the same connection."""
    async with front() as door:
        raw, sent = await door.dial(), request("abc", x="y") + request("def")
        for at in range(len(sent)):
            await raw.send(sent[at : at + 1])
            await came(door, at + 1)
        assert [await told(raw) for _ in range(2)] == [(200, b'"abc"', "lean"), (200, b'"def"', "lean")]


async def test_a_large_body():
    """In as many pieces as it comes in, with the next request behind it."""
    async with front() as door:
        raw, body = await door.dial(), "ä" * 1_000_000
        sending = asyncio.create_task(raw.send(request(body) + request("next")))
        status, got, reader = await told(raw)
        assert (status, len(got), reader) == (200, 6_000_002, "lean")
        assert await told(raw) == (200, b'"next"', "lean")
        await asyncio.gather(sending)


async def test_no_body():
    """A length of zero is a length."""
    async with front() as door:
        raw = await door.dial()
        await raw.send(request(None) + request(None))
        assert [await told(raw) for _ in range(2)] == [(200, b"", "lean")] * 2


async def test_what_is_sent_ahead():
    """A little is taken in while an answer is under way; then the client waits. All of it is answered."""
    go = asyncio.Event()

    async def act(client: LeanDownstream, body: bytes) -> None:
        await client.start(200, [("x-reader", "lean")])
        await client.write(b"a")
        await go.wait()
        await client.end(b"b")

    async with front(act) as door:
        raw, count = await door.dial(), 200
        sending = asyncio.create_task(raw.send(request("a" * 40_000) * count))
        await raw.until(b"a\r\n")
        connection = door.door.made[-1]
        assert not sending.done()
        await until(lambda: connection._paused)
        taken = connection.came
        await asyncio.sleep(0.05)
        assert AHEAD_LIMIT < connection.came == taken < 40_000 * 20
        go.set()
        for _ in range(count):
            await raw.until(b"1\r\nb\r\n0\r\n\r\n")
        await asyncio.gather(sending)
        assert (len(door.bodies), door.door.given, connection._paused) == (count, 0, False)


async def test_a_body_that_does_not_come():
    """408 and the end of the connection; what comes of it later is dropped, so that the answer can be read."""
    async with front(first=state(body=0.05)) as door:
        raw = await door.dial()
        await raw.send(request("a") + request("a" * 100_000)[:-1000])
        assert await told(raw) == (200, b'"a"', "lean")
        status, headers, body = await raw.answer()
        assert (status, headers["connection"]) == (408, "close")
        assert body.endswith(b"or not all of it within 0.05 s.")
        await raw.send(b"a" * 999 + b'"' + request("b"))
        assert await raw.rest() == b""
        raw.leave("fin")
        await until(lambda: not door.door._open)
        assert door.ends == ["served", "refused 408"]


async def test_a_body_that_never_comes_and_a_client_that_stays():
    """It is not waited for: in the end the connection is closed."""
    async with front(first=state(body=0.01)) as door:
        raw = await door.dial()
        await raw.send(request("a")[:-1])
        assert (await raw.answer())[0] == 408
        await until(lambda: not door.door._open, within=10.0)


async def test_a_connection_that_brings_nothing():
    """Or half a head: it is closed, and nothing is answered; but who brought a head may be silent for longer."""
    async with front(head=0.1) as door:
        quiet, begun, half, good = [await door.dial() for _ in range(4)]
        await begun.send(request("a")[:40])
        await half.send(request("a") + request("b")[:40])
        await good.send(request("a"))
        assert await quiet.rest() == await begun.rest() == b""
        assert await told(half) == (200, b'"a"', "lean")
        assert await half.rest() == b""
        assert await told(good) == (200, b'"a"', "lean")
        await good.send(request("b"))
        assert await told(good) == (200, b'"b"', "lean")
        assert door.door.given == 0


async def forgets(client: LeanDownstream, body: bytes) -> None:
    """Answers nothing."""


async def begins(client: LeanDownstream, body: bytes) -> None:
    """Answers half."""
    await client.start(200, [])
    await client.write(b"half")


async def loses_it(client: LeanDownstream, body: bytes) -> None:
    """Takes the client for gone."""
    await begins(client, body)
    raise ConnectionResetError


@pytest.mark.parametrize(("act", "body"), [(forgets, b""), (begins, b"4\r\nhalf\r\n"), (loses_it, b"4\r\nhalf\r\n")])
async def test_half_an_answer(act: Act, body: bytes):
    """Ends the connection: what came next would be taken for a part of it."""
    async with front(act) as door:
        raw = await door.dial()
        await raw.send(request("a") + request("b"))
        assert (await raw.rest()).partition(b"\r\n\r\n")[2] in (body, body + b"RESET")
        assert len(door.acts.visits) == 1


async def test_the_last_answer():
    """The connection ends with it, whatever was sent behind it: that is read and dropped, so that no reset takes the
    answer along."""
    go = asyncio.Event()

    async def act(client: LeanDownstream, body: bytes) -> None:
        await go.wait()
        client.hang_up()
        await client.respond(200, [], body)

    async with front(act) as door:
        raw = await door.dial()
        sending = asyncio.create_task(raw.send(request("a") + request("b" * AHEAD_LIMIT) * 100))
        await until(lambda: door.door.made and door.door.made[0]._paused)
        go.set()
        status, headers, body = await raw.answer()
        assert (status, headers["connection"], body) == (200, "close", b'"a"')
        assert await raw.rest() == b""
        await asyncio.gather(sending)
        raw.leave("fin")
        await until(lambda: not door.door._open)
        assert len(door.acts.visits) == 1


async def test_a_refusal_that_cannot_be_told():
    """The client leaves at the moment at which it is given up: nothing is left of it."""
    async with front(first=state(body=60.0)) as door:
        raw = await door.dial()
        await raw.send(request("a")[:-1])
        await until(lambda: door.acts.visits)
        connection = door.door.made[0]
        connection._refuse(BodyTimeout("too slow"))
        connection.close()
        assert await raw.rest() == b""
        await until(lambda: not door.door._open)
        assert door.ends in (["refused 408"], ["abandoned"])
