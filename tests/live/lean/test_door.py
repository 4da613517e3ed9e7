"""Which requests are for here, what is remembered of them, and how connections end together."""

from __future__ import annotations

import asyncio
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.live.lean.front import KEY, Acts, CountingDoor, Front, echo, front, state, terms
from tests.live.raw import request
from tests.live.scene import until
from wrp_router.config.bounds import Limits
from wrp_router.live.lean.connection import LeanConnection
from wrp_router.live.lean.door import MEMORY_LIMIT, Door
from wrp_router.live.lean.downstream import LeanDownstream
from wrp_router.live.preamble import Preamble
from wrp_router.live.server import StrictServer
from wrp_router.live.visit import CLIENTS
from wrp_router.wire.paths import ENDPOINTS, Endpoint

PLAIN = {"authorization": f"Bearer {KEY}"}
Found = tuple[Preamble, int] | None


def made(**options: Any) -> Door:
    """A door that wants a key. Needs a running loop."""
    acts = Acts(state(terms(KEY, **options), Limits(body=1024)), echo)
    return CountingDoor(acts, StrictServer(acts.handle))


def head(body: Any = "a", path: str = "/v1/chat/completions", **headers: str) -> bytes:
    """The head of a request with a known key."""
    return request(body, path, **{**PLAIN, **headers}).partition(b"\r\n\r\n")[0]


def recognised(door: Door, *heads: bytes) -> list[Found]:
    """What one connection makes of them, one after the other."""
    connection = LeanConnection(door)
    return [door.recognise(connection, one) for one in heads]


async def test_plain_requests():
    """Who asks, for what, and how long the body is."""
    ((preamble, length),) = recognised(made(), head("abc"))
    assert (preamble.path, preamble.caller.tenant, length) == ("/v1/chat/completions", f"tenant-{KEY}", 5)
    assert preamble.endpoint.operation == "chat"


async def test_the_same_again():
    """Is not read again, whatever the length; with any other difference it is."""
    door = made()
    found = recognised(door, head("a"), head("abc"), head("a" * 1020), head("a", x="y"), head("a"))
    preambles = [one[0] for one in found if one]
    assert [one[1] for one in found if one] == [3, 5, 1022, 3, 3]
    assert preambles[0] is preambles[1] is preambles[2]
    assert len({id(one) for one in preambles}) == 3


async def test_a_new_state():
    """What was remembered under the old one is forgotten."""
    door = made()
    connection = LeanConnection(door)
    assert door.recognise(connection, head()) is not None
    door.gateway.state = state(terms("sk-other"))
    assert door.recognise(connection, head()) is None
    door.gateway.state = state(terms(KEY))
    assert door.recognise(connection, head()) is not None


NOT_HERE = {
    "no key": request("a").partition(b"\r\n\r\n")[0],
    "a wrong key": head(authorization="Bearer sk-other"),
    "nowhere": head(path="/v1/nothing"),
    "what is only read": head(path="/v1/models"),
    "another host": head(host="a/b"),
    "too large": head("a" * 1023),
    "a length of ten digits": head(content_length="1" * 10),
    "a length in words": head(content_length="many"),
    "a header twice": head() + b"\r\nhost: b",
    "not plain": head(expect="100-continue"),
    "large headers": head(**{f"x{at}": "a" * 4000 for at in range(9)}),
}


@pytest.mark.parametrize("other", NOT_HERE.values(), ids=NOT_HERE)
async def test_what_is_not_for_here(other: bytes):
    """As a first one, and behind a plain one."""
    assert recognised(made(), other) == [None]
    assert recognised(made(), head(), other, head())[1] is None


async def test_what_is_answered_without_an_engine():
    """Is not for here, should there ever be such a path that takes POST."""
    ENDPOINTS["/v1/local"] = Endpoint("models", methods=("POST",))
    try:
        assert recognised(made(), head(path="/v1/local")) == [None]
    finally:
        del ENDPOINTS["/v1/local"]


@pytest.mark.parametrize(
    ("options", "headers"),
    [({}, {"x": "a" * MEMORY_LIMIT}), ({"visible": frozenset({"content-length"})}, {})],
    ids=["a long head", "a signal that sees the length"],
)
async def test_what_is_not_remembered(options: dict[str, Any], headers: dict[str, str]):
    """Long heads would fill the memory of many connections; where the length matters, it is told anew."""
    door = made(**options)
    connection = LeanConnection(door)
    first, second = [door.recognise(connection, head(body, **headers)) for body in ("a", "ab")]
    assert first is not None
    assert second is not None
    assert (first[1], second[1], connection.memory) == (3, 4, None)
    if options:
        assert (first[0].visible, second[0].visible) == ({"content-length": "3"}, {"content-length": "4"})


pieces = st.sampled_from([b"", b"\r\n", b"\r\nx: y", b"\r\nContent-Length: 7", b"\r\ncontent-length: 7", b"5", b"\x00"])


@given(st.lists(st.tuples(st.integers(0, 200), pieces, st.integers(0, 2)), max_size=5))
async def test_memory_changes_nothing(changes: list[tuple[int, bytes, int]]):
    """A connection that remembers says of every head what one that is new says."""
    door = made()
    connection = LeanConnection(door)
    heads = [head("a")]
    for at, new, lost in changes:
        heads += [heads[-1][:at] + new + heads[-1][at + lost :], head("ab")]
    for one in heads:
        remembered, (fresh,) = door.recognise(connection, one), recognised(door, one)
        assert (remembered is None) == (fresh is None)
        if remembered is not None and fresh is not None:
            assert remembered[1] == fresh[1]
            assert without_length(remembered[0]) == without_length(fresh[0])


def without_length(preamble: Preamble) -> list[Any]:
    """All that it says, but for the length."""
    pairs = [pair for pair in preamble.pairs if pair[0] != "content-length"]
    return [preamble.path, preamble.endpoint, preamble.caller, preamble.patience, pairs]


# Many connections -----------------------------------------------------------------------------------------------


async def test_idle_connections():
    """Are closed when they were idle for long; those that were not, stay."""
    async with front() as door:
        old, young = await door.dial(), await door.dial()
        for raw in (old, young):
            await raw.send(request("a"))
            await raw.answer()
        first, second = door.door.made
        await until(lambda: first.idle_since and second.idle_since)
        first.idle_since -= CLIENTS.keep_alive + 1
        door.door._sweep()
        assert await old.rest() == b""
        await young.send(request("b"))
        assert (await young.answer())[2] == b'"b"'
        assert door.door._open == {second}


async def test_closed_connections_that_are_not_read():
    """Would stay for ever; they are cut off."""

    async def act(client: LeanDownstream, body: bytes) -> None:
        await client.respond(200, [], b"a" * (12 << 20))
        client.closing = True

    async with front(act) as door:
        raw = await door.dial(receive_buffer=4096)
        await raw.send(request("a"))
        await until(lambda: door.door.made and door.door.made[0]._drain is not None)
        connection = door.door.made[0]
        connection.close()
        connection.idle_since -= CLIENTS.keep_alive + 1
        door.door._sweep()
        await until(lambda: not door.door._open)
        assert (await raw.rest()).endswith(b"RESET")


async def test_sweeping():
    """Goes on for as long as there is a connection, with one timer."""
    async with front() as door:
        assert door.door._sweeper is None
        raw, other = await door.dial(), await door.dial()
        await until(lambda: len(door.door._open) == 2)
        first = door.door._sweeper
        assert first is not None
        door.door._sweep()
        assert door.door._sweeper is not first
        raw.close()
        other.close()
        await until(lambda: not door.door._open)
        door.door._sweep()
        assert door.door._sweeper is None


class Waiting:
    """An act that waits until it may go on."""

    def __init__(self) -> None:
        self.go = asyncio.Event()

    async def __call__(self, client: LeanDownstream, body: bytes) -> None:
        await self.go.wait()
        await client.respond(200, [], body)


async def asked(door: Front, data: bytes) -> Any:
    """A connection on which this was sent and came."""
    raw = await door.dial()
    await raw.send(data)
    await until(lambda: len(door.door.made) == len(door.opened) and door.door.made[-1].came == len(data))
    return raw


async def test_the_end_of_all():
    """Who waits for nothing is closed at once; whoever is answered, or has begun to bring a body, has time."""
    async with front(act := Waiting()) as door:
        idle, begun = await asked(door, b""), await asked(door, request("a")[:30])
        busy, body = await asked(door, request("b") + request("next")), await asked(door, request("c")[:-1])
        await until(lambda: len(door.acts.visits) == 2)
        ending = asyncio.create_task(door.door.shutdown(5.0))
        assert await idle.rest() == await begun.rest() == b""
        await body.send(b'"')
        act.go.set()
        assert (await busy.answer())[2] == b'"b"'
        assert (await body.answer())[2] == b'"c"'
        assert await body.rest() == b""
        await asyncio.gather(ending)
        assert (door.door._open, door.door._sweeper) == (set(), None)


async def test_the_end_of_those_that_take_too_long():
    """They are cut off, and nothing of them runs any more."""
    async with front(Waiting()) as door:
        busy, body = await asked(door, request("b")), await asked(door, request("c")[:-1])
        await until(lambda: len(door.acts.visits) == 2)
        await door.door.shutdown(0.01)
        assert sorted(door.ends) == ["CancelledError", "abandoned"]
        assert [await raw.rest() for raw in (busy, body)] == [b"RESET"] * 2
        assert not door.door._open


async def test_the_end_of_an_answer_on_its_way():
    """What is written is still sent, as far as it is read in time."""

    async def act(client: LeanDownstream, body: bytes) -> None:
        await client.respond(200, [], b"a" * (5 << 20))

    async with front(act) as door:
        raw = await door.dial(receive_buffer=1 << 16)
        await raw.send(request("a"))
        await raw.until(b"\r\n\r\n")
        ending = asyncio.create_task(door.listener.close())
        got = await raw.rest()
        assert len(got) == 5 << 20
        await asyncio.gather(ending)
        assert msgspec.json.encode(door.ends) == b'["served"]'
