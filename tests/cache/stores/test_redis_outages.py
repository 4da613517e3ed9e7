"""A server that hangs, is slow, dies, or has no memory left."""

from __future__ import annotations

import signal
from asyncio import sleep
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.cache.stores.kit import Books, Time, fresh, named, redis, redis_server, running, same, serve, until
from tests.cache.stores.test_redis import speaking
from wrp_cache.stores import StoreFailed
from wrp_cache.stores.breaker import Breaker
from wrp_router.fakes.faultproxy import FaultProxy
from wrp_router.fakes.toxics import Latency

pytestmark = pytest.mark.fault("C1")


@pytest.fixture
def port(tmp_path: Path) -> Iterator[int]:
    with redis_server(tmp_path) as (port, _):
        yield port


async def mended(archive: Any, time: Time) -> None:
    """Until a probe is answered in time, however many it takes on a busy machine."""
    while archive._guarded.breaker.open:
        time.go(60.0)
        await sleep(0.01)


async def asked(archive: Any, times: int) -> int:
    """How many of so many fetches failed."""
    failed = 0
    for _ in range(times):
        try:
            assert await archive.fetch(b"?" * 16) is None
        except StoreFailed:
            failed += 1
    return failed


async def test_a_server_that_hangs_costs_one_deadline(tmp_path):
    """Then nobody asks, until a probe is answered."""
    with redis_server(tmp_path) as (port, process):
        time = Time()
        async with running(redis(port, deadline=0.5, tick=time, pause=time.pause)) as archive:
            await archive.loaded.wait()
            archive.put(named(fresh()), fresh(), None)
            await archive.flush()
            archive._front.desk.forget(named(fresh()))
            process.send_signal(signal.SIGSTOP)
            assert await asked(archive, 10) == 10
            assert (archive.stats().late, archive.stats().skipped) == (1, 9)
            await until(lambda: time.asked == [5.0])
            time.go(5.0)
            await until(lambda: time.asked == [5.0, 10.0])
            archive.put(named(fresh(b"2")), fresh(b"2"), None)
            process.send_signal(signal.SIGCONT)
            await mended(archive, time)
            await archive.flush()
            assert same(await archive.fetch(named(fresh())), fresh(created=archive.get(named(fresh())).created))
            assert (archive.stats().late, archive.stats().openings, archive.stats().lost) == (1, 1, 0)


async def test_a_slow_server_costs_one_deadline(port):
    """However fast it answers afterwards."""
    time = Time()
    async with FaultProxy(port) as proxy:
        archive = redis(proxy.port, deadline=0.5, tick=time, pause=time.pause)
        async with running(archive):
            await archive.loaded.wait()
            assert await asked(archive, 3) == 0
            slow = proxy.add(Latency(2.0))
            assert await asked(archive, 10) == 10
            assert (archive.stats().late, archive.stats().skipped) == (1, 9)
            proxy.remove(slow)
            await mended(archive, time)
            assert await asked(archive, 3) == 0


async def test_a_server_that_dies_and_comes_back_is_used_again(tmp_path):
    """What was put meanwhile is written then."""
    with redis_server(tmp_path) as (port, process):
        time = Time()
        breaker = Breaker(3, 5.0, 60.0)
        async with running(redis(port, breaker=breaker, tick=time, pause=time.pause)) as archive:
            await archive.loaded.wait()
            assert await asked(archive, 2) == 0
            process.kill()
            process.wait()
            assert await asked(archive, 20) == 20
            assert archive.stats().skipped == 17
            archive.put(named(fresh()), fresh(), None)
            assert archive.get(named(fresh())) is not None
            again = serve("redis-server", port, tmp_path)
            try:
                await mended(archive, time)
                await archive.flush()
                archive._front.desk.forget(named(fresh()))
                assert await archive.fetch(named(fresh())) is not None
            finally:
                again.kill()
                again.wait()


async def test_a_server_that_was_never_there_is_no_error(tmp_path):
    """What is put stays at hand."""
    with redis_server(tmp_path) as (port, process):
        process.kill()
        process.wait()
        async with running(redis(port)) as archive:
            archive.put(named(fresh()), fresh(), None)
            assert await asked(archive, 5) == 5
            assert await archive.fetch(named(fresh())) is not None


async def test_a_server_without_memory_takes_nothing_and_gives_what_it_has(tmp_path):
    """What is nowhere is forgotten."""
    books = Books()
    with redis_server(tmp_path) as (port, _):
        async with running(redis(port, hot=0), books) as archive, speaking(port) as client:
            archive.put(named(fresh(b"1")), fresh(b"1"), None)
            await archive.flush()
            await client.config_set("maxmemory", 1)
            archive.put(named(fresh(b"2")), fresh(b"2"), None)
            await archive.flush()
            assert books.forgotten == [named(fresh(b"2"))]
            assert await archive.fetch(named(fresh(b"1"))) is not None
            await client.config_set("maxmemory", 0)
            archive.put(named(fresh(b"3")), fresh(b"3"), None)
            await archive.flush()
            assert archive.stats().lost == 1
            assert archive.stats().openings == 0
