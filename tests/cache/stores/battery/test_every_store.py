"""What every store must do, whatever it is made of."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from tests.cache.makers import axis
from tests.cache.stores.kit import Books, fresh, named, redis, redis_server, same, sqlite
from wrp_cache import MemoryStore
from wrp_cache.stores import Archive

KINDS = ["memory", "sqlite", "redis"]


@pytest.fixture(params=KINDS)
async def store(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Any]:
    if request.param == "memory":
        yield MemoryStore()
    elif request.param == "sqlite":
        archive = await Books().read(sqlite(tmp_path))
        yield archive
        await archive.stop()
    else:
        with redis_server(tmp_path) as (port, _):
            shared = await Books().read(redis(port))
            yield shared
            await shared.stop()


async def whole(store: Any, name: bytes) -> Any:
    """The entry, wherever it is."""
    return await store.fetch(name) if isinstance(store, Archive) else store.get(name)


async def test_what_is_put_is_had_at_once(store):
    """Without waiting for anything to be written."""
    entry = fresh()
    store.put(named(entry), entry, axis(0))
    assert store.get(named(entry)) == entry
    assert await whole(store, named(entry)) == entry


async def test_what_is_unknown_is_none(store):
    """No error."""
    assert store.get(b"?" * 16) is None
    assert await whole(store, b"?" * 16) is None


async def test_what_is_dropped_is_not_at_hand(store):
    """And dropping twice, or what never was, is no error."""
    entry = fresh()
    store.put(named(entry), entry, None)
    store.drop(named(entry))
    store.drop(named(entry))
    store.drop(b"?" * 16)
    assert store.get(named(entry)) is None or isinstance(store, Archive)


async def test_a_name_is_put_again(store):
    """The last one counts."""
    for body in (b"first", b"second", b"third"):
        store.put(named(fresh()), fresh(body=body), axis(1))
    assert store.get(named(fresh())).body == b"third"
    assert (await whole(store, named(fresh()))).body == b"third"


async def test_everything_in_an_entry_is_kept(store):
    """Every field, whatever stands in it."""
    entry = fresh(
        b"\x00\xff" * 16,
        partition=b"\x00;'\"",
        tenant="",
        category="Ünïcode ✓",
        asked="'; DROP TABLE entries; --\x00",
        body=bytes(range(256)) * 40,
        content_type="text/event-stream",
        embedder="e",
        model="m",
        served_by="s",
        tokens_in=2**40,
        tokens_out=-1,
        cost=1e-9,
    )
    store.put(named(entry), entry, axis(2))
    assert await whole(store, named(entry)) == entry
    if isinstance(store, Archive):
        await store.flush()
        store._front.desk.forget(named(entry))
        assert store.get(named(entry)) is None
        assert same(await store.fetch(named(entry)), entry)


async def test_tenants_with_the_same_key_do_not_meet(store):
    """Neither reads, replaces nor drops the other's."""
    mine, others = fresh(tenant="a", body=b"mine"), fresh(tenant="b", body=b"others")
    store.put(named(mine), mine, None)
    store.put(named(others), others, None)
    assert (await whole(store, named(mine))).body == b"mine"
    store.drop(named(mine))
    assert (await whole(store, named(others))).body == b"others"
