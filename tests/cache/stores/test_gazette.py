"""Hearing what there is, and what comes."""

from __future__ import annotations

import asyncio
import contextlib

import pytest

from tests.cache.makers import axis, entry
from tests.cache.stores.kit import DAY, SECRET, Books, named, until
from wrp_cache.stores.front import Front
from wrp_cache.stores.gazette import Gazette
from wrp_cache.stores.news import Post
from wrp_cache.stores.orders import Put
from wrp_cache.stores.seal import Sealer, halves, header_of
from wrp_cache.stores.times import Times

SEALER = Sealer(SECRET, b"x")


def put(name: bytes, vector: bytes = b"", **fields: object) -> Put:
    kept = entry(name, **fields)
    return Put(1, named(kept), SEALER.write(header_of(kept, 1e9)), vector, kept.body, b"a", b"p", 2e9)


class Link:
    """A stream in memory; `errors` come first."""

    def __init__(self) -> None:
        self.news: list[tuple[bytes, bytes]] = []
        self.errors: list[Exception] = []
        self._more = asyncio.Event()

    def tell(self, item: bytes) -> None:
        self.news.append((b"%09d-0" % (len(self.news) + 1), item))
        self._more.set()

    async def before(self, stream, id, most):
        self._err()
        return [each for each in reversed(self.news) if id is None or each[0] < id][:most]

    async def after(self, stream, id, most, patience):
        self._err()
        self._more.clear()
        found = [each for each in self.news if each[0] > id][:most]
        if not found:
            await self._more.wait()
        return found

    def _err(self) -> None:
        if self.errors:
            raise self.errors.pop(0)


class Scene:
    def __init__(self) -> None:
        self.link, self.books, self.pauses = Link(), Books(), []
        self.me, self.other = Post(SEALER, b"me"), Post(SEALER, b"other")
        self.front = Front(SEALER, Times(lambda: 0.0, lambda: 1e9, lambda category: DAY), 1000, 1000)
        self.front.tell(self.books.learn, self.books.forgotten.append, self.books.purge)
        self.gazette = Gazette(self.link, self.me, b"news", self.front, self.pause)

    async def pause(self, seconds: float) -> None:
        self.pauses.append(seconds)
        await asyncio.sleep(0)

    @contextlib.asynccontextmanager
    async def running(self):
        task = asyncio.create_task(self.gazette.run())
        try:
            yield
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    @property
    def keys(self) -> list[bytes]:
        return [self.books.headers[name].key for name in self.books.told]


@pytest.fixture
def scene():
    pytest.importorskip("redis")
    return Scene()


async def test_what_was_told_before_comes_first(scene):
    """The newest first, each name once; then what comes, in its order."""
    for at in range(100):
        scene.link.tell(scene.other.told(put(b"%d" % (at % 80))))
    async with scene.running():
        await scene.front.loaded.wait()
        assert scene.keys == [b"%d" % at for at in [*range(19, -1, -1), *range(79, 19, -1)]]
        for at in (1, 2, 1):
            scene.link.tell(scene.other.told(put(b"new %d" % at)))
        await until(lambda: len(scene.keys) == 83)
        assert scene.keys[80:] == [b"new 1", b"new 2", b"new 1"]


async def test_a_purge_concerns_what_is_older(scene):
    """Also what is read after it, because it is."""
    scene.link.tell(scene.other.told(put(b"1")))
    scene.link.tell(scene.other.purged("a", None))
    scene.link.tell(scene.other.told(put(b"2")))
    async with scene.running():
        await scene.front.loaded.wait()
        assert scene.keys == [b"2"]
        assert scene.books.purged == []
        scene.link.tell(scene.other.purged(None, b"p"))
        await until(lambda: scene.books.purged == [(None, b"p")])


async def test_what_is_newer_than_a_purge_has_its_vector(scene):
    """In the second round as in the first."""
    for item in (
        scene.other.told(put(b"1")),
        scene.other.purged("a", None),
        scene.other.told(put(b"2", halves(axis(0)))),
    ):
        scene.link.tell(item)
    async with scene.running():
        await scene.front.loaded.wait()
        assert scene.keys == [b"2", b"2"]
        assert [vector is not None for vector in scene.books.vectors.values()] == [True]


async def test_a_router_passes_over_what_it_wrote(scene):
    """Entries and purges."""
    scene.link.tell(scene.me.told(put(b"1")))
    async with scene.running():
        await scene.front.loaded.wait()
        scene.link.tell(scene.me.told(put(b"2")))
        scene.link.tell(scene.me.purged(None, None))
        scene.link.tell(scene.other.told(put(b"3")))
        await until(lambda: scene.keys == [b"3"])
        assert scene.books.purged == []


async def test_what_fails_is_tried_again(scene, caplog):
    """After longer and longer pauses, and said once."""
    scene.link.tell(scene.other.told(put(b"1")))
    scene.link.errors = [OSError() for _ in range(7)]
    async with scene.running():
        await scene.front.loaded.wait()
        assert scene.pauses == [0.5, 1.0, 2.0, 4.0, 8.0, 10.0, 10.0]
        scene.link.errors = [TimeoutError()]
        scene.link.tell(scene.other.told(put(b"2")))
        scene.link.tell(scene.other.told(put(b"3")))
        await until(lambda: scene.keys == [b"1", b"2", b"3"])
        assert scene.pauses[7:] == [0.5]
    assert len(caplog.records) == 2
