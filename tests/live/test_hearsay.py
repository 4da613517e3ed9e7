"""Two routers before the same engines hear of each other's requests from the engines, and only while these tell."""

from __future__ import annotations

from contextlib import AsyncExitStack

import aiohttp
import pytest

from tests.live.raw import CHAT
from tests.live.scene import MODEL, Scene, until
from wrp_policies.balancing import BalancingSpec, LeastLoad, PowerOfTwo
from wrp_policies.types import Server
from wrp_router.build import Router
from wrp_router.config.pools import MetricsConfig
from wrp_router.config.structs import Log
from wrp_router.fakes.engine import FakeEngine

LOOKS = MetricsConfig(every=0.02, timeout=5.0, stale=2.0)
LONG = {"model": MODEL, "messages": [{"role": "user", "content": "tell"}], "stream": True, "x_fake": "stall_after=1"}
THEIRS = 4


def servers_of(router: Router) -> tuple[Server, Server]:
    """The first engine as the router sees it, and the second."""
    first, second = router.pools()[0].servers
    return first, second


async def begin(http: aiohttp.ClientSession, stack: AsyncExitStack, router: Router) -> str:
    """A request that goes on until the stack is closed; which server it is on."""
    answer = await http.post(router.url + CHAT, json=LONG)
    stack.callback(answer.close)
    assert answer.status == 200
    assert await answer.content.readany()
    return answer.headers["x-wrp-server"]


async def routers(scene: Scene, balance: BalancingSpec) -> tuple[Router, Router, list[FakeEngine]]:
    """Two of them, before the same two engines."""
    engines = [await scene.engine(), await scene.engine()]
    pool = {"engine": "vllm", "metrics": LOOKS, "balance": balance}
    one, two = [await scene.open(*engines, pool=pool, cache=None, log=Log()) for _ in range(2)]
    return one, two, engines


@pytest.mark.parametrize("balance", [LeastLoad(), PowerOfTwo()], ids=lambda balance: type(balance).__name__)
async def test_the_others_requests_are_heard_of_and_forgotten(
    scene: Scene, http: aiohttp.ClientSession, balance: BalancingSpec
):
    """Long requests of one router keep another's away from that engine; once the engines have said nothing for a while
    it goes by its own again."""
    one, two, engines = await routers(scene, balance)
    first, second = [server.name for server in servers_of(one)]
    one.parts.fleet.drain(MODEL, second)
    async with AsyncExitStack() as theirs, AsyncExitStack() as ours:
        assert {await begin(http, theirs, one) for _ in range(THEIRS)} == {first}
        await until(lambda: [server.running for server in servers_of(two)] == [THEIRS, 0])
        async with AsyncExitStack() as early:
            assert [await begin(http, early, two) for _ in range(2)] == [second] * 2
            await until(lambda: servers_of(one)[1].running == 2)  # it hears of these in turn, and of its own as its own
            assert (servers_of(one)[0].running, servers_of(one)[0].in_flight) == (0, THEIRS)
        await until(lambda: not two.parts.fleet.in_flight())
        for engine in engines:
            engine.mishaps.probes = "status=500"
        await until(lambda: not two.heard(), within=20.0)
        assert [server.running for server in servers_of(two)] == [0, 0]
        assert {await begin(http, ours, two) for _ in range(2)} == {first, second}
    for router in (one, two):
        await until(lambda router=router: not router.parts.fleet.in_flight())


async def test_engines_that_tell_again_are_heard_again(scene: Scene, http: aiohttp.ClientSession):
    """No breaker moved meanwhile: it was never a matter of health."""
    one, two, engines = await routers(scene, LeastLoad())
    one.parts.fleet.drain(MODEL, servers_of(one)[1].name)
    for engine in engines:
        engine.mishaps.probes = "status=503"
    async with AsyncExitStack() as theirs:
        await begin(http, theirs, one)
        await until(lambda: two._scraping.counts()[MODEL, servers_of(two)[0].name, "failed"] > 10)
        assert two.heard() == {}
        engines[0].mishaps.probes = ""
        await until(lambda: servers_of(two)[0].running == 1)
        assert all(server.up for server in servers_of(two))
    await until(lambda: not one.parts.fleet.in_flight())
