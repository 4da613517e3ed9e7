"""A cache that learns what its archive hears."""

from __future__ import annotations

import random
from time import monotonic

from wrp_cache import Cache, MemoryStore
from wrp_cache.stores import ArchiveStats, Forget, Learn, Purge
from wrp_cache.types import Entry, name_of
from wrp_router.live.keeping import Keeping


class Archive(MemoryStore):
    """One in memory, which says what the test has it say."""

    __slots__ = ("erased", "forget", "learn", "stopped", "tell_purge")

    def __init__(self) -> None:
        super().__init__()
        self.stopped = False
        self.erased: list[tuple[str | None, bytes | None]] = []

    async def start(self, learn: Learn, forget: Forget, purge: Purge) -> None:
        self.learn, self.forget, self.tell_purge = learn, forget, purge

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
