"""Answers that outlive a router, and answers that routers share: over plain HTTP."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import msgspec
import pytest

from tests.cache.stores.kit import redis_server, until
from tests.live.scene import ASK
from wrp_router.build import Router
from wrp_router.config import CacheConfig, Config, Secret
from wrp_router.config.stores import RedisStore, SqliteStore, StoreConfig
from wrp_router.fakes.engine import FakeEngine
from wrp_router.zero import config_for

PATIENT = {"deadline": 10.0}


@pytest.fixture
async def engine() -> AsyncIterator[FakeEngine]:
    async with FakeEngine(["fake"]) as engine:
        yield engine


def config(engine: FakeEngine, store: StoreConfig) -> Config:
    made = config_for({engine.url: ["fake"]}, "127.0.0.1:0")
    cache = CacheConfig(store=store, semantic=False)
    return msgspec.structs.replace(made, cache=cache, secret=Secret("0123456789abcdef"))


async def asked(router: Router) -> tuple[str, bytes]:
    """What the cache did, and the answer."""
    url = f"{router.url}/v1/chat/completions"
    async with aiohttp.ClientSession() as session, session.post(url, json=ASK) as answer:
        assert answer.status == 200
        return answer.headers["x-wrp-cache"], await answer.read()


async def test_an_answer_outlives_the_router(engine: FakeEngine, tmp_path: Path):
    """The next one, on the same file, asks no engine."""
    store = SqliteStore(path=str(tmp_path / "cache.db"), **PATIENT)
    async with Router(config(engine, store)) as router:
        assert (await asked(router))[0] == "miss"
        was, answer = await asked(router)
        assert was == "hit-exact"
    async with Router(config(engine, store)) as router:
        await router.parts.store.loaded.wait()
        assert await asked(router) == ("hit-exact", answer)
    assert len(engine.seen) == 1


async def test_routers_share_an_answer(engine: FakeEngine, tmp_path: Path):
    """Also the semantic kind, for they learn of each other's; when the server dies, everybody is answered."""
    with redis_server(tmp_path) as (port, process):
        store = RedisStore(url=f"redis://127.0.0.1:{port}", **PATIENT)
        async with Router(config(engine, store)) as one, Router(config(engine, store)) as other:
            await asyncio.gather(*(router.parts.store.loaded.wait() for router in (one, other)))
            was, answer = await asked(one)
            assert was == "miss"
            cache = other.parts.rooms.cache
            await until(lambda: len(cache) == 1)
            assert await asked(other) == ("hit-exact", answer)
            assert len(engine.seen) == 1
            process.kill()
            process.wait()
            assert await asked(one) == ("hit-exact", answer)
            other.parts.store._front.desk.bury(None, None)
            assert (await asked(other))[0] == "miss"


async def test_the_file_is_in_the_metrics(engine: FakeEngine, tmp_path: Path):
    """What was learnt from it, what waits, and what stands beside it."""
    store = SqliteStore(path=str(tmp_path / "cache.db"), **PATIENT)
    async with Router(config(engine, store)) as router:
        await asked(router)
    (tmp_path / "cache.db.index").mkdir(exist_ok=True)
    (tmp_path / "cache.db.index" / "graph").write_bytes(b"rubbish")
    async with Router(config(engine, store)) as router:
        await router.parts.store.loaded.wait()
        page = (await router.exposition()).decode().splitlines()
    assert "wrp_cache_archive_learned_total 1.0" in page
    assert "wrp_cache_archive_backlog 0.0" in page
    assert 'wrp_cache_snapshots_total{result="refused"} 1.0' in page
