"""What every archive must do, be it a file or a server."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.cache.makers import clustered, near
from tests.cache.stores.kit import Books, Time, fresh, named, redis, redis_server, running, same, sqlite, until
from wrp_cache.stores import Archive, StoreFailed


@pytest.fixture(params=["sqlite", "redis"])
async def make(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Callable[..., Any]]:
    """Makes archives that share what they keep, one after the other."""
    if request.param == "sqlite":
        yield lambda **fields: sqlite(tmp_path, **fields)
        return
    with redis_server(tmp_path) as (port, _):
        yield lambda **fields: redis(port, **fields)


async def test_it_is_an_archive(make):
    """With every method that the protocol names."""
    assert isinstance(make(), Archive)


async def test_the_next_process_learns_it_all_and_finds_it(make):
    """Headers with vectors and sizes, the newest first; documents when they are asked for."""
    entries = [fresh(b"%d" % at, body=b"body %d" % at) for at in range(100)]
    vectors = clustered(100, 24, 1)
    async with running(make()) as first:
        for entry, vector in zip(entries, vectors, strict=True):
            first.put(named(entry), entry, vector if entry.key != b"7" else None)
        await first.flush()
        assert first.durable == first.taken == 100
        assert first.stats().lost == 0
    books = Books()
    async with running(make(), books) as second:
        await second.loaded.wait()
        assert books.order == [named(entry) for entry in reversed(entries)]
        for entry, vector in zip(entries, vectors, strict=True):
            name = named(entry)
            learnt = books.vectors[name]
            assert books.headers[name].body == b""
            assert books.sizes[name] == len(entry.body)
            assert (learnt is None) == (entry.key == b"7")
            assert learnt is None or float(learnt @ vector) > 0.99999
            assert second.get(name) is None
            assert same(await second.fetch(name), entry)
            assert second.get(name) is not None
        assert second.stats().fetched == second.stats().learned == 100


async def test_what_came_meanwhile_is_newer_than_what_is_read(make):
    """It is not told, so that the books keep what was put last."""
    async with running(make()) as first:
        first.put(named(fresh()), fresh(body=b"old"), None)
        await first.flush()
    books, second = Books(), make()
    second.put(named(fresh()), fresh(body=b"new"), None)
    async with running(second, books):
        await second.loaded.wait()
        assert books.order == []
        assert (await second.fetch(named(fresh()))).body == b"new"
        await second.flush()
        second._front.desk.forget(named(fresh()))
        assert (await second.fetch(named(fresh()))).body == b"new"


@pytest.mark.parametrize(
    ("tenant", "partition", "left"),
    [(None, None, set()), ("a", None, {3, 4}), (None, b"p", {2, 4}), ("a", b"p", {2, 3, 4}), ("c", None, {1, 2, 3, 4})],
)
async def test_a_purge_leaves_nothing(make, tenant, partition, left):
    """Of the tenant, of the partition, of one in the other, or of all; neither at hand nor where it is kept."""
    made = {
        1: fresh(b"1"),
        2: fresh(b"2", partition=b"q"),
        3: fresh(b"3", tenant="b"),
        4: fresh(b"4", tenant="b", partition=b"q"),
    }
    async with running(make()) as archive:
        for entry in made.values():
            archive.put(named(entry), entry, near(0, 0.5))
        archive.purge(tenant, partition)
        for at, entry in made.items():
            assert (archive.get(named(entry)) is not None) == (at in left)
            assert (await archive.fetch(named(entry)) is not None) == (at in left)
        await archive.flush()
    books = Books()
    async with running(make(), books) as archive:
        await archive.loaded.wait()
        assert set(books.headers) == {named(made[at]) for at in left}
        for at, entry in made.items():
            assert (await archive.fetch(named(entry)) is not None) == (at in left)


async def test_what_is_put_after_a_purge_stays(make):
    """A purge concerns what was there."""
    async with running(make()) as archive:
        archive.put(named(fresh()), fresh(), None)
        archive.purge(None, None)
        archive.put(named(fresh()), fresh(body=b"after"), None)
        await archive.flush()
        assert (await archive.fetch(named(fresh()))).body == b"after"
    async with running(make()) as archive:
        await archive.loaded.wait()  # who still learns believes nothing that was written within a second of a purge
        assert (await archive.fetch(named(fresh()))).body == b"after"


async def test_what_is_too_old_is_neither_told_nor_found(make):
    """By the time to live of its category."""
    wall = Time(1e9)
    old, new = fresh(b"old", category="news"), fresh(b"new")
    ttl = {"news": 60.0}.get
    fields = {"wall": wall, "ttl": lambda category: ttl(category, 3600.0)}
    async with running(make(**fields)) as archive:
        archive.put(named(old), old, None)
        archive.put(named(new), new, None)
        await archive.flush()
    wall.now += 61.0
    books = Books()
    async with running(make(**fields), books) as archive:
        await archive.loaded.wait()
        assert set(books.headers) == {named(new)}
        assert await archive.fetch(named(old)) is None
        assert await archive.fetch(named(new)) is not None
        assert books.headers[named(new)].created == pytest.approx(new.created - 61.0, abs=30.0)


async def test_another_secret_believes_nothing(make):
    """What somebody wrote without the secret is as if it were not there, and is counted."""
    async with running(make(secret=b"guessed")) as stranger:
        stranger.put(named(fresh()), fresh(body=b"planted"), near(0, 0.9))
        await stranger.flush()
    books = Books()
    async with running(make(), books) as archive:
        await archive.loaded.wait()
        assert books.headers == {}
        assert await archive.fetch(named(fresh())) is None
        assert archive.stats().broken >= 1


async def test_memory_is_bounded(make):
    """Of documents at hand, by their bytes; the others are fetched."""
    async with running(make(hot=10_000)) as archive:
        for at in range(50):
            archive.put(named(fresh(b"%d" % at)), fresh(b"%d" % at, body=b"x" * 1000), None)
        await archive.flush()
        assert 0 < archive.stats().at_hand_bytes <= 10_000
        assert archive.get(named(fresh(b"0"))) is None
        assert (await archive.fetch(named(fresh(b"0")))).body == b"x" * 1000


async def test_more_than_the_backlog_is_refused_at_once(make):
    """And what was taken is still written."""
    archive = make(backlog=20_000)
    refused = []
    for at in range(100):
        try:
            archive.put(named(fresh(b"%d" % at)), fresh(b"%d" % at, body=b"x" * 1000), None)
        except StoreFailed as error:
            refused.append(str(error))
    assert set(refused) == {"too much waits to be written"}
    assert 80 < len(refused) < 100
    async with running(archive):
        await archive.flush()
        assert archive.stats().waiting == archive.stats().lost == 0
        archive.put(named(fresh()), fresh(), None)


async def test_a_text_that_is_none_is_refused(make):
    """A lone surrogate cannot be written, which is no error of the request."""
    for fields in ({"asked": "\ud800"}, {"tenant": "\udfff"}):
        with pytest.raises(StoreFailed, match="none"):
            make().put(b"n" * 16, fresh(**fields), None)


async def test_vectors_of_all_lengths_are_kept(make):
    """Also none, beside each other."""
    rng = np.random.default_rng(3)
    made = {}
    async with running(make()) as archive:
        for at, dim in enumerate([3, 3, 0, 384, 1024, 1, 384]):
            vector = rng.standard_normal(dim).astype(np.float32)
            vector = vector / np.linalg.norm(vector) if dim else None
            made[named(fresh(b"%d" % at))] = vector
            archive.put(named(fresh(b"%d" % at)), fresh(b"%d" % at), vector)
        await archive.flush()
    books = Books()
    async with running(make(), books) as archive:
        await until(archive.loaded.is_set)
        for name, vector in made.items():
            learnt = books.vectors[name]
            assert (learnt is None) == (vector is None)
            assert vector is None or (learnt.shape == vector.shape and float(learnt @ vector) > 0.99999)
