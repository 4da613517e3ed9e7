"""Two routers that are one: what reaches either reaches both."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from typing import Any

import aiohttp
import msgspec
import pytest

from tests.live.kin import Kin
from tests.live.scene import ASK
from wrp_policies.selection import EpsilonGreedy
from wrp_router.build import Router
from wrp_router.build.company import Company
from wrp_router.config import Config
from wrp_router.config.caching import CacheConfig
from wrp_router.config.structs import FeedbackConfig, RouteConfig
from wrp_router.fakes.engine import FakeEngine
from wrp_router.live.siblings import ALONE, Answers
from wrp_router.zero import config_for


def config(engine: FakeEngine) -> Config:
    made = config_for({engine.url: ["fake"]}, "127.0.0.1:0")
    return msgspec.structs.replace(
        made,
        admin="127.0.0.1:0",
        cache=CacheConfig(semantic=False),
        feedback=FeedbackConfig(),
        routes=(RouteConfig("all", EpsilonGreedy(pools=tuple(pool.name for pool in made.pools))),),
    )


@pytest.fixture
async def two() -> AsyncIterator[list[tuple[Router, Kin]]]:
    family: list[Kin] = []
    async with AsyncExitStack() as stack:
        engine = await stack.enter_async_context(FakeEngine(["fake"]))
        routers = [Router(config(engine), company=Company(Kin(family), secret=b"s" * 32)) for _ in range(2)]
        for router in routers:
            await stack.enter_async_context(router)
        yield list(zip(routers, family, strict=True))


async def call(
    router: Router, method: str, path: str, body: Any = None, *, admin: bool = False
) -> tuple[int, Any, str]:
    """Status, answer, decision."""
    listener = router._admin if admin else router.listener
    assert listener is not None
    url = f"http://127.0.0.1:{listener.address[1]}{path}"
    async with aiohttp.ClientSession() as session, session.request(method, url, json=body) as answer:
        text = await answer.text()
        return (
            answer.status,
            json.loads(text) if text.startswith("{") else text,
            answer.headers.get("x-wrp-decision", ""),
        )


async def test_metrics_are_of_both(two: list[tuple[Router, Kin]]):
    """Whichever is asked."""
    (one, _), (other, _) = two
    for router in (one, one, other):
        assert (await call(router, "POST", "/v1/chat/completions", ASK | {"seed": id(router)}))[0] == 200
    for router in (one, other):
        text = (await call(router, "GET", "/metrics", admin=True))[1]
        assert "wrp_overhead_seconds_count 3\n" in text


async def test_feedback_finds_who_decided(two: list[tuple[Router, Kin]]):
    """The same again counts once, something else is refused, wherever it is said; what nobody decided is not found."""
    (one, _), (other, _) = two
    decision = (await call(one, "POST", "/v1/chat/completions", ASK))[2]
    said = {"decision": decision, "score": 1.0}
    assert (await call(other, "POST", "/v1/feedback", said))[1]["counted"] is True
    for router in (one, other):
        assert (await call(router, "POST", "/v1/feedback", said))[1]["counted"] is False
        status, answer, _ = await call(router, "POST", "/v1/feedback", {**said, "score": 0.5})
        assert (status, answer["error"]["code"]) == (409, "already_judged")
    status, answer, _ = await call(other, "POST", "/v1/feedback", {**said, "decision": "dec_0"})
    assert (status, answer["error"]["code"]) == (404, "decision_not_found")
    assert "wrp_answer_quality_count" in (await one.exposition()).decode()


async def test_a_purge_reaches_both(two: list[tuple[Router, Kin]]):
    """And says how many entries that were; where one could not be told, it is to be asked again."""
    for router, _ in two:
        await call(router, "POST", "/v1/chat/completions", ASK)
    (one, _), (other, absent) = two
    assert (await call(one, "POST", "/admin/cache/purge", {"all": True}, admin=True))[1] == {"purged": 2}
    books = (await call(other, "GET", "/admin/cache", admin=True))[1]
    assert [worker["cache"]["entries"] for worker in books["workers"]] == [0, 0]
    absent.away = True
    status, answer, _ = await call(one, "POST", "/admin/cache/purge", {"all": True}, admin=True)
    assert (status, answer["error"]["code"]) == (503, "store_failed")


async def test_what_would_be_half_is_refused(two: list[tuple[Router, Kin]]):
    """An export, or an import, of what each has in its own memory."""
    (one, _), _ = two
    url = f"http://127.0.0.1:{one._admin.address[1] if one._admin else 0}/admin/cache"
    async with aiohttp.ClientSession(headers={"content-type": "application/json"}) as session:
        async with session.get(f"{url}/export") as answer:
            assert (answer.status, (await answer.json())["error"]["code"]) == (501, "per_worker")
        async with session.post(f"{url}/import", data=b"") as answer:
            assert answer.status == 501


async def test_servers_as_each_sees_them(two: list[tuple[Router, Kin]]):
    """And as whoever is asked does, as ever."""
    (one, _), (_, absent) = two
    told = (await call(one, "GET", "/admin/servers", admin=True))[1]
    assert [worker["worker"] for worker in told["workers"]] == [0, 1]
    assert [pool["name"] for pool in told["pools"]] == [pool["name"] for pool in told["workers"][1]["pools"]]
    absent.away = True
    told = (await call(one, "GET", "/admin/servers", admin=True))[1]
    assert (len(told["workers"]), told["missing"]) == (1, 1)


async def test_who_is_alone():
    """Asks nobody, and nobody asks."""
    assert await ALONE.ask("tally") == Answers((), 0)
    ALONE.tell("load", b"")
    assert not ALONE.several
