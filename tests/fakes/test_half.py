"""Engines in two halves: what each says, waits for, and refuses."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest

from wrp_router.fakes.engine import FakeEngine
from wrp_router.fakes.fabric import Fabric
from wrp_router.fakes.half import BOOTSTRAP_PORT, Half

ASK: dict[str, Any] = {"model": "fake", "messages": [{"role": "user", "content": "How do I sort a list? " * 20}]}
REMOTE = {"do_remote_decode": True, "do_remote_prefill": False}
ROOM = {"bootstrap_host": "127.0.0.1", "bootstrap_port": BOOTSTRAP_PORT, "bootstrap_room": 7}


@pytest.fixture(params=["vllm", "sglang"])
def dialect(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
async def halves(dialect: str) -> AsyncIterator[tuple[FakeEngine, FakeEngine]]:
    """A prefill server and a decode server of one fabric."""
    fabric = Fabric()
    async with (
        FakeEngine(dialect=dialect, side="prefill", fabric=fabric) as prefill,
        FakeEngine(dialect=dialect, side="decode", fabric=fabric) as decode,
    ):
        yield prefill, decode


@pytest.fixture
async def http() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(5)) as session:
        yield session


async def post(http: aiohttp.ClientSession, engine: FakeEngine, **fields: Any) -> tuple[int, Any]:
    async with http.post(engine.url + "/v1/chat/completions", json={**ASK, **fields}) as answer:
        return answer.status, await answer.json()


vllm = pytest.mark.parametrize("dialect", ["vllm"], indirect=True)
sglang = pytest.mark.parametrize("dialect", ["sglang"], indirect=True)


@vllm
async def test_vllm_hands_blocks_over(halves: tuple[FakeEngine, FakeEngine], http: aiohttp.ClientSession) -> None:
    """The one says where they are; the other has the whole prompt by that, once."""
    prefill, decode = halves
    _, said = await post(http, prefill, max_tokens=1, kv_transfer_params=REMOTE)
    params = said["kv_transfer_params"]
    assert (params["do_remote_prefill"], params["do_remote_decode"]) == (True, False)
    status, answer = await post(http, decode, kv_transfer_params=params)
    used = answer["usage"]
    assert (status, used["prompt_tokens_details"]["cached_tokens"]) == (200, used["prompt_tokens"] - 1)
    assert (await post(http, decode, kv_transfer_params=params))[0] == 500


@vllm
async def test_vllm_computes_what_it_is_not_handed(
    halves: tuple[FakeEngine, FakeEngine], http: aiohttp.ClientSession
) -> None:
    """Either half by itself is an engine like any other."""
    for engine in halves:
        status, answer = await post(http, engine)
        assert (status, answer["kv_transfer_params"]) == (200, None)
        assert (await post(http, engine, kv_transfer_params={}))[0] == 200


@vllm
@pytest.mark.parametrize("wrong", [{"min_tokens": 2}, {"stream_options": {"include_usage": True}}])
async def test_vllm_is_strict(
    halves: tuple[FakeEngine, FakeEngine], http: aiohttp.ClientSession, wrong: dict[str, Any]
) -> None:
    """What does not fit one whole token is refused."""
    assert (await post(http, halves[0], max_tokens=1, kv_transfer_params=REMOTE, **wrong))[0] == 400


@vllm
async def test_vllm_keeps_nothing_of_a_whole_answer(
    halves: tuple[FakeEngine, FakeEngine], http: aiohttp.ClientSession
) -> None:
    """There is nothing left to be said elsewhere."""
    _, said = await post(http, halves[0], max_tokens=500, kv_transfer_params=REMOTE)
    assert said["kv_transfer_params"] is None


@sglang
async def test_sglang_halves_meet(halves: tuple[FakeEngine, FakeEngine], http: aiohttp.ClientSession) -> None:
    """Each waits for the other, whoever comes first; with several rooms, too."""
    for room in (7, [8, 9]):
        fields = ROOM | {"bootstrap_room": room}
        if room != 7:
            fields |= {"bootstrap_host": ["127.0.0.1"] * 2, "bootstrap_port": [BOOTSTRAP_PORT] * 2}
        found = await asyncio.gather(*(post(http, engine, **fields) for engine in halves))
        assert [status for status, _ in found] == [200, 200]
    assert halves[1].seen[-1].cached_tokens > 50


@sglang
@pytest.mark.parametrize("room", [None, -1, 1 << 63, "7", [], [7, 7], True])
async def test_sglang_needs_a_room(
    halves: tuple[FakeEngine, FakeEngine], http: aiohttp.ClientSession, room: object
) -> None:
    """Without one, or with what is none, both halves refuse."""
    for engine in halves:
        status, answer = await post(http, engine, **(ROOM | {"bootstrap_room": room}))
        assert (status, "without bootstrap room" in str(answer)) == (400, True)


@sglang
async def test_sglang_is_met_at_its_port(halves: tuple[FakeEngine, FakeEngine], http: aiohttp.ClientSession) -> None:
    """At another there is nobody."""
    assert (await post(http, halves[0], **(ROOM | {"bootstrap_port": 1})))[0] == 500


@sglang
async def test_a_prefill_that_fails_leaves_the_other_waiting(
    halves: tuple[FakeEngine, FakeEngine], http: aiohttp.ClientSession
) -> None:
    """For ever, unless whoever sent both takes care of it."""
    halves[0].fault = "status=503"
    waiting = asyncio.create_task(post(http, halves[1], **ROOM))
    assert (await post(http, halves[0], **ROOM))[0] == 503
    await halves[1].until(lambda engine: engine.seen)
    assert not waiting.done()
    waiting.cancel()
    await halves[1].until(lambda engine: engine.counters.cancellations == 1)


def test_other_engines_are_not_divided() -> None:
    """Nobody told us how."""
    with pytest.raises(ValueError, match="not divided"):
        Half("tgi", "prefill", Fabric(), "e", "h", 1)
