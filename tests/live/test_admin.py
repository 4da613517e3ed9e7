"""The cache's desk: what it tells, purges, gives away and takes in, and in which steps."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Iterable
from pathlib import Path
from time import monotonic
from typing import Any

import aiohttp
import numpy as np
import pytest

from tests.live.asking import KEEPING, Desk, cache_of
from tests.live.scene import Scene, until
from wrp_cache import Entry
from wrp_router.config.caching import CacheConfig
from wrp_router.config.stores import SqliteStore
from wrp_router.errors import BadRequest, TooLarge
from wrp_router.fakes.engine import FakeEngine
from wrp_router.live.admin import Order, Slices, lines_of, order_of


async def test_its_books(desk: Desk):
    """Counts, bars and what an import must be made of; neither questions nor tenants."""
    await desk.fill("one", "one", "two")
    status, told = await desk.ask("GET")
    assert (status, told["cache"]["entries"], told["store"]) == (200, 2, None)
    assert told["cache"]["categories"]["default"]["hits_exact"] == 1
    assert told["export"] == {"embedder": "", "keyed": told["export"]["keyed"]}
    assert "one" not in json.dumps(told).split('"')


async def test_purge(desk: Desk):
    """By tenant or all; it says how many, and they are gone."""
    await desk.fill("one", "two")
    assert await desk.purge(tenant="nobody") == (200, {"purged": 0})
    assert await desk.purge(tenant="local") == (200, {"purged": 2})
    assert await desk.fill("one") == ["miss"]
    assert await desk.purge(all=True) == (200, {"purged": 1})


async def held_back(scene: Scene, http: aiohttp.ClientSession, cache: CacheConfig) -> tuple[Desk, FakeEngine]:
    """A router before an engine that takes its time for each answer."""
    slow = await scene.engine(fault="ttft=500ms")
    return Desk(await scene.open(slow, admin="127.0.0.1:0", **KEEPING | {"cache": cache}), http), slow


@pytest.mark.parametrize("store", ["memory", "sqlite"])
async def test_a_purge_holds_for_answers_under_way(
    scene: Scene, http: aiohttp.ClientSession, tmp_path: Path, store: str
):
    """Who asked before it gets its answer; whoever asks after it gets another, be the first still under way or not."""
    kept = SqliteStore(path=str(tmp_path / "cache.db")) if store == "sqlite" else "memory"
    desk, slow = await held_back(scene, http, CacheConfig(semantic=False, store=kept))
    before = asyncio.create_task(desk.fill("one"))
    await until(lambda: slow.counters.requests == 1)
    assert await desk.purge(tenant="local") == (200, {"purged": 0})
    after = asyncio.create_task(desk.fill("one"))
    await until(lambda: slow.counters.requests == 2)
    assert await before == ["miss"]
    assert await desk.fill("one") in (["hit-shared"], ["hit-exact"])  # by the second, which the purge does not concern
    assert await after == ["miss"]
    assert await desk.fill("one") == ["hit-exact"]
    assert slow.counters.requests == 2


async def test_a_purge_of_others_concerns_nobody_else(scene: Scene, http: aiohttp.ClientSession):
    """What is under way for them is kept."""
    desk, slow = await held_back(scene, http, CacheConfig(semantic=False))
    before = asyncio.create_task(desk.fill("one"))
    await until(lambda: slow.counters.requests == 1)
    assert await desk.purge(tenant="another") == (200, {"purged": 0})
    assert await before == ["miss"]
    assert await desk.fill("one") == ["hit-exact"]


async def test_purge_by_partition(desk: Desk):
    """As an export names it."""
    await desk.fill("one")
    (kept,) = [kept for kept in cache_of(desk).walk(0.0) if kept is not None]
    assert kept.entry.partition
    lines = (await desk.ask("GET", "/export"))[1].splitlines()
    partition = json.loads(lines[1])["partition"]
    assert await desk.purge(tenant="local", partition=partition) == (200, {"purged": 1})


async def test_an_order_that_says_it_twice(desk: Desk):
    """Is refused, and nothing is purged: who is meant would be a guess."""
    await desk.fill("one")
    status, told = await desk.ask("POST", "/purge", b'{"tenant":"nobody","tenant":"local"}')
    assert (status, told["error"]["code"]) == (400, "duplicate_field")
    assert len(cache_of(desk)) == 1


@pytest.mark.parametrize(
    "order", [b"", b"{}", b"[]", b'{"all":false}', b'{"all":true,"tenant":"a"}', b'{"tennant":"a"}', b'{"partition":1}']
)
async def test_an_order_that_says_nothing(desk: Desk, order: bytes):
    """Is refused, and nothing is purged."""
    await desk.fill("one")
    status, told = await desk.ask("POST", "/purge", order)
    assert (status, told["error"]["code"]) == (400, "invalid_value")
    assert len(cache_of(desk)) == 1


def test_orders():
    """A tenant may have no name."""
    assert order_of(b'{"tenant":""}') == Order(tenant="")
    with pytest.raises(BadRequest):
        order_of(b"[" * 10_000)


async def test_out_and_in_again(desk: Desk, scene: Scene, engine: FakeEngine, http: aiohttp.ClientSession):
    """What one router exported, another with the same secret answers from."""
    await desk.fill("one", "two")
    status, export = await desk.ask("GET", "/export")
    assert (status, export.count(b"\n")) == (200, 3)
    other = Desk(await scene.open(engine, admin="127.0.0.1:0", **KEEPING), http)
    told = await other.ask("POST", "/import", export + b"{}\n", content_type="application/x-ndjson")
    assert told == (200, {"kept": 2, "refused": 0, "broken": 1, "where": [4]})
    assert await other.fill("one", "two", "three") == ["hit-exact", "hit-exact", "miss"]


async def test_a_long_export(desk: Desk):
    """Goes out in pieces, and holds everything."""
    now = monotonic()
    for entry, vector in many(3000, now):
        assert cache_of(desk).put(entry, vector, now)
    export = (await desk.ask("GET", "/export"))[1]
    assert (export.count(b"\n"), len({json.loads(line)["key"] for line in export.splitlines()[1:]})) == (3001, 3000)


async def test_an_import_in_pieces(desk: Desk):
    """Lines may come in any pieces, the last without its end."""
    await desk.fill("one", "two")
    export = (await desk.ask("GET", "/export"))[1].rstrip()

    async def pieces() -> AsyncIterator[bytes]:
        for start in range(0, len(export), 100):
            yield export[start : start + 100]

    assert await desk.purge(all=True) == (200, {"purged": 2})
    assert (await desk.ask("POST", "/import", pieces()))[1]["kept"] == 2


@pytest.mark.parametrize("lines", [b"", b"{}\n", b"no\n\n\n", b"[" * 1000])
async def test_what_is_no_export(desk: Desk, lines: bytes):
    """Is refused at its first line."""
    status, told = await desk.ask("POST", "/import", lines)
    assert (status, told["error"]["code"]) == (400, "foreign_export")


async def test_an_export_of_another_secret(desk: Desk, scene: Scene, engine: FakeEngine, http: aiohttp.ClientSession):
    """Would never be found, and is refused with the reason."""
    other = Desk(await scene.open(engine, admin="127.0.0.1:0", cache=CacheConfig(semantic=False)), http)
    await other.fill("one")
    status, told = await desk.ask("POST", "/import", (await other.ask("GET", "/export"))[1])
    assert (status, told["error"]["code"]) == (400, "foreign_export")
    assert "secret" in told["error"]["message"]


async def test_no_prompt_is_logged(desk: Desk, caplog: pytest.LogCaptureFixture):
    """Counts are."""
    caplog.set_level("DEBUG")
    await desk.fill("hidden words")
    export = (await desk.ask("GET", "/export"))[1]
    await desk.ask("POST", "/import", export + b'{"asked": "hidden words"}\n')
    await desk.purge(tenant="local")
    assert "exported 1 cached answers" in caplog.text
    assert "hidden" not in caplog.text


# In steps ----------------------------------------------------------------------------------------------------------


def many(count: int, created: float) -> Iterable[tuple[Entry, Any]]:
    """Entries of one tenant with vectors of eight dimensions."""
    chance = np.random.default_rng(1)
    for number in range(count):
        key = number.to_bytes(16, "big")
        vector = chance.standard_normal(8, dtype=np.float32)
        yield Entry(key, b"p", "t", "default", f"question {number}", b"{}", "application/json", created), vector


async def test_a_purge_of_many_lets_others_in(desk: Desk):
    """Somebody else has a turn after each step; whoever ordered it may leave."""
    cache = cache_of(desk)
    now = asyncio.get_running_loop().time()
    for entry, vector in many(3000, now):
        assert cache.put(entry, vector, now)
    asking = asyncio.create_task(desk.purge(all=True))
    await until(lambda: len(cache) < 3000)
    assert len(cache) > 0
    asking.cancel()
    await until(lambda: not len(cache))


async def test_turns_are_given():
    """After a slice of work, and not before."""
    turns, others = Slices(), []
    asyncio.get_running_loop().call_soon(others.append, 1)
    await turns.give()
    assert others == []
    end = asyncio.get_running_loop().time() + 0.01
    while asyncio.get_running_loop().time() < end:
        pass
    await turns.give()
    assert others == [1]


async def pieces_of(*pieces: bytes) -> AsyncIterator[bytes]:
    for piece in pieces:
        yield piece


async def test_lines():
    """Wherever they are cut; one that is too long is refused before it is all here."""
    assert [line async for line in lines_of(pieces_of(b"a\nb", b"", b"c\n\nd", b"\n", b"e"), 9)] == [
        b"a", b"bc", b"", b"d", b"e"
    ]  # fmt: skip
    with pytest.raises(TooLarge):
        _ = [line async for line in lines_of(pieces_of(*[b"a" * 10] * 10), 15)]
