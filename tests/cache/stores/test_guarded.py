"""Deadlines, and probes that no request pays for."""

from __future__ import annotations

import asyncio

import pytest

from tests.cache.stores.kit import Time, until
from wrp_cache.stores import StoreFailed
from wrp_cache.stores.breaker import Breaker
from wrp_cache.stores.guarded import Guarded


class Server:
    """Answers, hangs or fails."""

    def __init__(self) -> None:
        self.how = "well"
        self.calls = self.probes = 0

    async def call(self) -> int:
        self.calls += 1
        return await self._do()

    async def probe(self) -> None:
        self.probes += 1
        await self._do()

    async def _do(self) -> int:
        if self.how == "hangs":
            await asyncio.Event().wait()
        if self.how == "fails":
            raise OSError
        if self.how == "is wrong":
            raise KeyError
        return 42


@pytest.fixture
async def scene():
    server, time = Server(), Time()
    guarded = Guarded(0.01, Breaker(3, 5.0, 60.0), server.probe, (OSError,), time, time.pause)
    yield server, time, guarded
    await guarded.close()


async def refused(guarded: Guarded, server: Server, times: int) -> int:
    """How many of so many calls failed."""
    count = 0
    for _ in range(times):
        try:
            await guarded.call(server.call)
        except StoreFailed:
            count += 1
    return count


async def test_an_answer_is_passed_on(scene):
    """And a failure that is none of the store's is, too."""
    server, _, guarded = scene
    assert await guarded.call(server.call) == 42
    await guarded.well()
    server.how = "is wrong"
    with pytest.raises(KeyError):
        await guarded.call(server.call)


@pytest.mark.fault("C1")
async def test_one_late_answer_opens_it(scene):
    """From then on nobody waits."""
    server, _, guarded = scene
    server.how = "hangs"
    assert await refused(guarded, server, 10) == 10
    assert (server.calls, guarded.late, guarded.skipped) == (1, 1, 9)


@pytest.mark.fault("C1")
async def test_three_errors_open_it(scene):
    """They take no time."""
    server, _, guarded = scene
    server.how = "fails"
    assert await refused(guarded, server, 10) == 10
    assert (server.calls, guarded.failed, guarded.skipped) == (3, 3, 7)


@pytest.mark.fault("C1")
@pytest.mark.parametrize("how", ["hangs", "fails"])
async def test_it_closes_when_a_probe_is_answered(scene, how):
    """Probes come after 5 s, then after 10."""
    server, time, guarded = scene
    server.how = how
    await refused(guarded, server, 3)
    waiting = asyncio.create_task(guarded.well())
    await until(lambda: time.asked == [5.0])
    time.go(5.0)
    await until(lambda: time.asked == [5.0, 10.0])
    assert (server.probes, waiting.done()) == (1, False)
    server.how = "well"
    time.go(10.0)
    await waiting
    assert await refused(guarded, server, 3) == 0
    assert server.probes == 2


async def test_trouble_elsewhere_counts(scene):
    """Of somebody who writes."""
    server, _, guarded = scene
    guarded.trouble(grave=False)
    assert not guarded.breaker.open
    guarded.trouble(grave=True)
    guarded.trouble(grave=True)
    assert guarded.breaker.openings == 1
    assert await refused(guarded, server, 1) == 1


async def test_closing_ends_the_probes(scene):
    """Also where there are none."""
    _, time, guarded = scene
    await guarded.close()
    guarded.trouble(grave=True)
    await until(lambda: time.asked)
    await guarded.close()
    assert guarded.breaker.open
