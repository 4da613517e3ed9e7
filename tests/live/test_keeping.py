"""A cache that learns what its archive hears."""

from __future__ import annotations

import asyncio
import random
from pathlib import Path
from time import monotonic

import pytest

from tests.cache.makers import clustered, entry, small_graphs
from wrp_cache import Cache, MemoryStore
from wrp_cache.hnsw import available
from wrp_cache.stores import ArchiveStats, Forget, Learn, Purge, Quick, never
from wrp_cache.stores.folder import Folder
from wrp_cache.types import Entry, name_of
from wrp_router.live.keeping import Keeping
from wrp_router.live.snapshots import Snapshots


class Archive(MemoryStore):
    """One in memory, which says what the test has it say."""

    __slots__ = ("erased", "forget", "learn", "quick", "stopped", "tell_purge", "warm")

    def __init__(self) -> None:
        super().__init__()
        self.stopped, self.warm = False, asyncio.Event()
        self.erased: list[tuple[str | None, bytes | None]] = []

    async def warmed(self) -> None:
        await self.warm.wait()

    async def start(self, learn: Learn, forget: Forget, purge: Purge, quick: Quick = never) -> None:
        self.learn, self.forget, self.tell_purge, self.quick = learn, forget, purge, quick

    async def fetch(self, name: bytes) -> Entry | None:
        return self.get(name)

    def purge(self, tenant: str | None, partition: bytes | None) -> None:
        self.erased.append((tenant, partition))

    def stats(self) -> ArchiveStats:
        raise NotImplementedError

    async def stop(self) -> None:
        self.stopped = True


def header(key: bytes, tenant: str = "a") -> Entry:
    return Entry(key, b"p", tenant, "default", "?", b"", "text/plain", monotonic())


async def test_while_the_archive_tells_it_is_asked():
    """From the start until it has told of all that it had; a purge ends that sooner."""
    archive = Archive()
    cache = Cache({}, archive, 1 << 20, 1 << 16, random.Random(1))
    keeping = Keeping(cache, archive)
    await keeping.start()
    assert cache.recalling
    archive.warm.set()
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    assert not cache.recalling
    await keeping.stop()


async def test_the_cache_learns_forgets_and_purges():
    """What the archive tells; and tells it nothing back."""
    archive = Archive()
    cache = Cache({}, archive, 1 << 20, 1 << 16, random.Random(1))
    keeping = Keeping(cache, archive)
    await keeping.start()
    for key, tenant in ((b"1", "a"), (b"2", "a"), (b"3", "b")):
        assert archive.learn(header(key, tenant), None, 100)
    assert cache.exact(b"1", "a", monotonic()).away
    archive.forget(name_of("a", b"1"))
    assert cache.exact(b"1", "a", monotonic()) is None
    archive.tell_purge("a", None)
    assert cache.exact(b"2", "a", monotonic()) is None
    await keeping.stop()
    assert archive.stopped
    assert (len(cache), archive.erased) == (1, [])
    assert cache.exact(b"3", "b", monotonic()).away


@pytest.mark.skipif(not available(), reason="usearch is not installed")
async def test_indexes_are_finished_while_nobody_asks():
    """Also of a cache that has no archive; then there is nothing to do until the next."""
    cache = Cache({}, MemoryStore(), 64 << 20, 1 << 16, random.Random(1), index=small_graphs)
    for number, vector in enumerate(clustered(15, 8, 4)):
        cache.put(entry(b"%d" % number), vector, 0.0)
    (home,) = [home for some in cache._held.homes() for home in some]
    assert home.index.kind == "flat>hnsw"
    keeping = Keeping(cache, None)
    await keeping.start()
    while home.index.kind != "hnsw":
        await asyncio.sleep(0)
    await keeping.stop()
    assert not cache.upkeep.tend()


async def test_snapshots_come_first_and_go_last(tmp_path: Path):
    """They are there when the archive tells what it has, and are written before it is closed."""
    (tmp_path / "x.index").mkdir()
    (tmp_path / "x.index" / "rubbish").write_bytes(b"x")
    archive, told = Archive(), asyncio.Event()
    cache = Cache({}, archive, 1 << 20, 1 << 16, random.Random(1))
    snapshots = Snapshots(cache, Folder(str(tmp_path / "x.index")), b"key", "mini", 300.0, told)
    keeping = Keeping(cache, archive, snapshots)
    await keeping.start()
    assert (snapshots.counts["refused"], archive.quick(b"n" * 16, ("a", b"p", "c"))) == (1, True)
    await keeping.stop()
    assert archive.stopped
    assert keeping.snapshots is snapshots
