"""Routers that learn together by a server: what they believe, and what they do while it is away."""

from __future__ import annotations

import asyncio
import signal
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from tests.cache.stores.kit import Time, redis_server, serve, until
from tests.cache.stores.test_redis import speaking
from tests.cache.stores.test_redis_outages import mended
from tests.policies.fellows import POOLS, Fellow, rows_of
from tests.policies.fellows import Server as Nowhere
from tests.policies.test_sharing import spec
from wrp_cache.stores.breaker import Breaker
from wrp_cache.stores.cell import Cells
from wrp_cache.stores.link import Server
from wrp_cache.stores.seal import Sealer
from wrp_policies.learning.ledger import Page
from wrp_router.live.telling import LARGEST, Telling, name_of

KEY = b"wrp:default:learned:x"
SECRET = b"a secret that all routers share"
GOOD = (0, 1, 1.0)


class Router:
    """A policy, and what tells of it."""

    def __init__(self, port: int, secret: bytes = SECRET, **more: Any) -> None:
        self.fellow = Fellow(spec("linucb"), Nowhere(), b"%d" % id(self))
        cells = Cells(Server("127.0.0.1", port), LARGEST)
        given = {"every": 60.0, "deadline": 10.0} | more
        self.telling = Telling(cells, {KEY: self.fellow.ledger}, Sealer(secret, b"p"), **given)

    async def learned(self, times: int) -> bool:
        """So many verdicts, told and heard."""
        self.fellow.judge([GOOD] * times)
        return await self.telling.exchange()

    @property
    def count(self) -> float:
        """Verdicts that it knows of."""
        return rows_of(self.fellow.policy)[POOLS[1]][0]


@pytest.fixture
def port(tmp_path: Path) -> Iterator[int]:
    with redis_server(tmp_path) as (port, _):
        yield port


async def test_two_routers_know_what_each_learned(port):
    """And a third, which comes when one of them is gone without a word."""
    one, two = Router(port), Router(port)
    assert await one.learned(3)
    assert await two.learned(4)
    assert await one.learned(0)
    assert (one.count, two.count) == (7.0, 7.0)
    third = Router(port)
    await third.learned(1)
    assert third.count == 8.0
    counts = one.telling.stats()
    assert (counts.written, counts.heard, counts.damaged) == (1, 1, 0)


async def test_who_has_learned_meanwhile_keeps_it(port):
    """Between reading a page and taking it up."""
    one = Router(port)
    await Router(port).learned(3)
    took = one.telling._took

    async def late(*args: Any) -> None:
        one.fellow.judge([GOOD] * 2)
        await took(*args)

    one.telling._took = late  # type: ignore[method-assign]
    await one.telling.exchange()
    assert one.count == 5.0
    one.telling._took = took  # type: ignore[method-assign]
    await one.telling.exchange()
    new = Router(port)
    await new.learned(0)
    assert new.count == 5.0


@pytest.mark.parametrize(
    "value",
    [
        b"x",
        b"x" * 100,
        b"x" * (LARGEST + 100),
        Sealer(SECRET, b"p").seal(b"?", KEY) + b"?",
        Sealer(SECRET, b"p").seal(msgspec.msgpack.encode(Page(b"", 99, {}, b"?")), b"another key")
        + msgspec.msgpack.encode(Page(b"", 99, {}, b"?")),
        Sealer(SECRET, b"p").seal(msgspec.msgpack.encode(Page(b"", 99, {}, b"?")), KEY)
        + msgspec.msgpack.encode(Page(b"", 99, {}, b"?")),
    ],
    ids=["short", "unsealed", "endless", "no page", "another's page", "no total"],
)
async def test_what_is_damaged_is_replaced(port, value, caplog):
    """By what the router knows; it is counted each time, and said once."""
    one = Router(port)
    await one.learned(3)
    async with speaking(port) as client:
        for _ in range(2):
            await client.set(KEY, value)
            assert await one.learned(1)
    assert one.telling.stats().damaged == 2
    assert ["not as it was written" in message for message in caplog.messages] == [True]
    new = Router(port)
    await new.learned(0)
    assert (one.count, new.count, new.telling.stats().damaged) == (5.0, 5.0, 0)


async def test_one_bit_is_enough(port):
    """To be noticed, wherever it is; and so is another secret."""
    await Router(port).learned(3)
    async with speaking(port) as client:
        value = await client.get(KEY)
        for at in range(0, len(value), len(value) // 40):
            await client.set(KEY, value[:at] + bytes([value[at] ^ 1]) + value[at + 1 :])
            new = Router(port)
            await new.learned(0)
            assert (new.count, new.telling.stats().damaged) == (0.0, 1)
        await client.set(KEY, value)
    stranger = Router(port, secret=b"guessed")
    await stranger.learned(0)
    assert (stranger.count, stranger.telling.stats().damaged) == (0.0, 1)


async def test_a_server_that_comes_back(tmp_path, caplog):
    """Empty, too: nothing was lost meanwhile, nobody asked it all the time, and it is said once that it was away, and
    once that it is back."""
    caplog.set_level("INFO")
    with redis_server(tmp_path) as (port, process):
        time = Time()
        one, two = (Router(port, breaker=Breaker(2, 5.0, 60.0), tick=time, pause=time.pause) for _ in range(2))
        for router in (one, two, one):
            await router.learned(3)
        process.kill()
        process.wait()
        time.go(100.0)
        for _ in range(5):
            assert not await one.learned(2)
            assert not await two.learned(2)
        stats = one.telling.stats()
        assert (stats.failed, stats.skipped, stats.age) == (2, 3, 100.0)
        again = serve("redis-server", port, tmp_path)
        try:
            for router in (one, two):
                await mended(router.telling, time)
            for router in (one, two, one):
                assert await router.learned(0)
            assert (one.count, two.count) == (29.0, 29.0)
            await one.telling.stop()
        finally:
            again.kill()
            again.wait()
    assert [message.partition(" (")[0] for message in caplog.messages] == [
        "what policies learn is not shared for now",
        "what policies learn is not shared for now",
        "what policies learn is shared again",
        "what policies learn is shared again",
    ]


async def test_a_server_that_hangs_costs_nobody_anything_but_time(tmp_path):
    """What was told and not acknowledged counts once."""
    with redis_server(tmp_path) as (port, process):
        time = Time()
        one = Router(port, deadline=0.3, tick=time, pause=time.pause)
        await one.learned(3)
        process.send_signal(signal.SIGSTOP)
        assert not await one.learned(1)
        assert one.telling.stats().late == 1
        process.send_signal(signal.SIGCONT)
        await mended(one.telling, time)
        assert await one.learned(1)
        assert await one.learned(0)
        new = Router(port)
        await new.learned(0)
        assert (one.count, new.count) == (5.0, 5.0)
        await one.telling.stop()


async def test_a_router_that_is_killed(port):
    """Has told all that it knew at its last exchange, and nothing twice."""
    root = str(Path(__file__).parents[2])
    command = [sys.executable, "-m", "tests.live.learning_victim", str(port)]
    process = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE, cwd=root)
    assert process.stdout is not None
    async for line in process.stdout:
        if int(line) >= 200:
            process.kill()
            break
    told = max([int(line), *[int(line) async for line in process.stdout]])
    await process.wait()
    new = Router(port)
    await new.learned(0)
    assert new.count in (told, told + 10)


async def test_from_start_to_stop(port):
    """At once, every so often, and at the end what is left; stopping twice, or without having started, does nothing."""
    one, two = Router(port, every=0.01), Router(port)
    await two.telling.stop()
    await one.telling.start()
    one.fellow.judge([GOOD] * 3)
    await until(lambda: one.telling.stats().written)
    await two.telling.start()
    await until(lambda: two.count == 3.0)
    two.fellow.judge([GOOD])
    await two.telling.stop()
    await until(lambda: one.count == 4.0)
    await one.telling.stop()


async def test_a_server_that_is_never_there(tmp_path):
    """Delays neither start nor end."""
    with redis_server(tmp_path) as (port, process):
        process.kill()
        process.wait()
        one = Router(port)
        await one.telling.start()
        await until(lambda: one.telling.stats().failed)
        await one.telling.stop()


def test_names():
    """Depend on all of it."""
    names = {name_of(SECRET, "a", "b"), name_of(SECRET, "ab"), name_of(SECRET, "", "ab"), name_of(b"", "a", "b")}
    assert len(names) == 4
    assert all(len(name) == 32 for name in names)
