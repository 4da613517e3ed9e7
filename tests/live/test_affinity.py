"""Prompts go where their beginning is warm, on real sockets: the engines themselves say how much of each they had."""

from __future__ import annotations

import asyncio

import aiohttp
import pytest

from tests.live.raw import CHAT
from tests.live.scene import MODEL, Scene
from wrp_policies.balancing import Adaptive, BalancingSpec, DualMap, MinTtft, Preble, Prefix, RoundRobin
from wrp_router.build import Router
from wrp_router.config.pools import ServerConfig
from wrp_router.fakes.engine import FakeEngine
from wrp_router.fakes.model import Profile

TALKS, TURNS, SIZE = 8, 4, 3000
PROFILE = Profile(prefill_tokens_per_s=200_000)


def turn(talk: int, number: int) -> list[dict[str, str]]:
    """The messages of a conversation up to this turn: each one says three thousand characters of its own."""
    said = [f"{talk}.{n} " + f"word{talk}{n} " * (SIZE // 8) for n in range(number + 1)]
    return [{"role": "user", "content": text} for text in said]


async def converse(http: aiohttp.ClientSession, router: Router) -> None:
    """All conversations, one turn of each after the other; turns of different ones at the same time."""

    async def ask(talk: int, number: int) -> None:
        body = {"model": MODEL, "messages": turn(talk, number), "stream": talk % 2 == 0}
        async with http.post(router.url + CHAT, json=body) as answer:
            assert answer.status == 200, await answer.text()
            await answer.read()

    for number in range(TURNS):
        await asyncio.gather(*(ask(talk, number) for talk in range(TALKS)))


def reused(engines: list[FakeEngine]) -> float:
    """The share of prompt tokens that the engines had already."""
    tokens = sum(engine.counters.prompt_tokens for engine in engines)
    return sum(engine.counters.cached_tokens for engine in engines) / tokens


async def played(scene: Scene, http: aiohttp.ClientSession, balance: BalancingSpec) -> tuple[float, list[FakeEngine]]:
    """Servers have names, for homes follow from them: those of ports would be others every time."""
    engines = [await scene.engine(profile=PROFILE) for _ in range(4)]
    servers = tuple(ServerConfig(engine.url, f"s{number}") for number, engine in enumerate(engines))
    router = await scene.open(*engines, pool={"balance": balance, "servers": servers}, cache=None)
    await converse(http, router)
    return reused(engines), engines


@pytest.mark.parametrize(
    "balance", [Adaptive(), DualMap(), MinTtft(), Preble(), Prefix()], ids=lambda b: type(b).__name__
)
async def test_a_conversation_stays_where_it_is_warm(scene: Scene, http: aiohttp.ClientSession, balance: BalancingSpec):
    """Of the second turn half is warm, of the third two thirds, of the fourth three quarters: six tenths of all."""
    share, engines = await played(scene, http, balance)
    assert share == pytest.approx(0.6, abs=0.06)
    assert sum(engine.counters.requests > 0 for engine in engines) >= 3  # and they are spread


async def test_in_turn_conversations_are_warm_nowhere(scene: Scene, http: aiohttp.ClientSession):
    """What the others are measured by: with eight conversations and four servers in turn, every one stays where it was,
    so an odd number is asked first."""
    engines = [await scene.engine(profile=PROFILE) for _ in range(4)]
    router = await scene.open(*engines, pool={"balance": RoundRobin()}, cache=None)
    for number in range(TURNS):
        for talk in range(TALKS + 1):
            async with http.post(router.url + CHAT, json={"model": MODEL, "messages": turn(talk, number)}) as answer:
                await answer.read()
    assert reused(engines) < 0.1


async def test_the_log_says_how_prompts_began(scene: Scene, http: aiohttp.ClientSession):
    """Hashes of the blocks, and nothing of the text: simulations are played from them."""
    await played(scene, http, Adaptive())
    rows = await scene.rows()
    lengths = sorted(len(row.facts.prefix) for row in rows)
    assert lengths[0] >= 5
    assert lengths[-1] >= 20
    assert len({row.facts.prefix[0] for row in rows}) == TALKS
