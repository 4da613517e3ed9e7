"""A request may go on when its client has all it gets: bounded, holding nobody up, and with its row at last."""

from __future__ import annotations

import asyncio
from collections.abc import Generator
from importlib.util import find_spec
from typing import Any

import aiohttp
import pytest

from tests.live.scene import Scene, until
from wrp_router.build import Router
from wrp_router.config.adapting import BudgetedBars, CompareConfig
from wrp_router.config.caching import CacheConfig
from wrp_router.config.pools import PoolConfig, Price, ServerConfig
from wrp_router.config.structs import EmbedderConfig
from wrp_router.flow import ClientGone
from wrp_router.live.afterwards import Afterwards, hurry
from wrp_router.record import Row

needs_model = pytest.mark.skipif(find_spec("onnxruntime") is None, reason="NOT TESTED: pip install 'wrp-router[model]'")
FIRST, SECOND = "How do I reset my password?", "How can I reset my password?"
ONE, OTHER = "You open the settings and choose reset.", "It is not hard: open the settings and choose reset."


async def test_no_more_than_so_many() -> None:
    """And room again when one has ended."""
    afterwards, go = Afterwards(most=2), asyncio.Event()

    async def work() -> None:
        await go.wait()

    assert afterwards.room
    afterwards.take(work())
    afterwards.take(work())
    assert (afterwards.room, len(afterwards)) == (False, 2)
    go.set()
    await until(lambda: not len(afterwards))
    assert afterwards.room


async def test_closing_ends_them_where_they_are() -> None:
    """Also one that had not begun."""
    afterwards, ended = Afterwards(), []

    async def work() -> None:
        try:
            await asyncio.sleep(60)
        finally:
            ended.append(True)

    afterwards.take(work())
    await afterwards.close()
    assert (ended, len(afterwards)) == ([True], 0)


async def test_a_mistake_of_ours_is_logged_without_its_words(caplog: pytest.LogCaptureFixture) -> None:
    """Nobody is left to be told."""
    words = " ".join(("a", "prompt"))

    async def work() -> None:
        raise ValueError(words)

    afterwards = Afterwards()
    afterwards.take(work())
    await until(lambda: not len(afterwards))
    assert "failed after its answer" in caplog.text
    assert "ValueError" in caplog.text
    assert words not in caplog.text


def test_who_hurries_waits_for_nothing() -> None:
    """Whatever would take time is answered by the client's leaving, however often that is passed over."""
    told: list[object] = []

    def flow() -> Generator[str, Any, None]:
        try:
            yield "begun"
        except ClientGone:
            told.append("gone")
        told.append((yield "quick"))
        for _ in range(2):
            try:
                yield "slow"
            except ClientGone as gone:
                told.append(gone.phase)

    async def slow() -> None:
        """Is never waited for."""

    work = flow()
    next(work)
    hurry(work, ClientGone("stream", None), lambda command: slow() if command == "slow" else command)  # type: ignore[arg-type]
    assert told == ["gone", "quick", "stream", "stream"]


async def doubtful(scene: Scene, verdict: str, fault: str = "") -> Router:
    """A router whose bars check every neighbour, and have a model asked where they cannot tell."""
    engine = await scene.engine(rules={FIRST: [ONE], SECOND: [OTHER]})
    judge = await scene.engine("grader", fault=fault, rules={"the first answer begins": [verdict]})
    pools = (
        PoolConfig("local", (ServerConfig(engine.url),), "fake", metrics="off"),
        PoolConfig("grader", (ServerConfig(judge.url),), "grader", price=Price(1.0, 1.0), metrics="off"),
    )
    bars = BudgetedBars(judge=CompareConfig("grader"))
    cache = CacheConfig(adapt=bars, embedding_budget=5.0)
    return await scene.open(engine, pools=pools, cache=cache, embedder=EmbedderConfig(tier="model"))


async def ask(router: Router, http: aiohttp.ClientSession, text: str) -> str:
    body = {"model": "fake", "temperature": 0, "messages": [{"role": "user", "content": text}]}
    async with http.post(f"{router.url}/v1/chat/completions", json=body) as answer:
        return str((await answer.json())["choices"][0]["message"]["content"])


@needs_model
@pytest.mark.parametrize(("verdict", "wrong"), [('{"same": true}', 0), ('{"same": false}', 1), ("Well.", 1)])
async def test_a_judge_says_what_words_and_vectors_do_not(
    scene: Scene, http: aiohttp.ClientSession, verdict: str, wrong: int
) -> None:
    """The client has the fresh answer; the cache learns what the judge said, and the request pays for it."""
    router = await doubtful(scene, verdict)
    assert await ask(router, http, FIRST) == ONE
    assert await ask(router, http, SECOND) == OTHER
    await until(lambda: not len(router.gateway.state.world.afterwards))
    cache = router.parts.rooms.cache
    assert cache is not None
    found = cache.stats().categories["default"]
    assert (found.probes, found.wrong) == (1, wrong)
    rows: list[Row] = await scene.rows()
    assert [len(row.inquiries) for row in rows] == [0, 1]
    assert rows[1].cost == rows[1].inquiries[0].cost > 0.0
    assert (rows[1].gone, rows[1].status) == ("", 200)


@needs_model
async def test_nobody_waits_for_the_judge(scene: Scene, http: aiohttp.ClientSession) -> None:
    """The next request on the connection is answered while it thinks; a router that closes does not wait either."""
    router = await doubtful(scene, '{"same": true}', fault="ttft=30s")
    await ask(router, http, FIRST)
    await ask(router, http, SECOND)
    await until(lambda: len(router.gateway.state.world.afterwards) == 1)
    async with asyncio.timeout(10):
        assert await ask(router, http, FIRST) == ONE
    assert router.gateway.in_flight == 0
    assert len(router.gateway.state.world.afterwards) == 1
    await router.gateway.state.world.afterwards.close()
    rows = await scene.rows()
    assert len(rows) == 3
