"""Bringing things to a server, however often it takes."""

from __future__ import annotations

import asyncio
import contextlib

import pytest

from tests.cache.makers import entry
from tests.cache.stores.kit import SECRET, Time, named, until
from wrp_cache.stores.breaker import Breaker
from wrp_cache.stores.courier import Courier
from wrp_cache.stores.fences import Fences
from wrp_cache.stores.guarded import Guarded
from wrp_cache.stores.news import Post
from wrp_cache.stores.orders import Purge, Put
from wrp_cache.stores.seal import Sealer, header_of

SEALER = Sealer(SECRET, b"x")


def put(number: int, body: bytes = b"body", until: float = 2e9, **fields: object) -> Put:
    kept = entry(b"%d" % number, body=body, **fields)
    tenant = kept.tenant.encode()
    return Put(number, named(kept), SEALER.write(header_of(kept, 1e9)), b"", body, tenant, kept.partition, until)


class Link:
    """A server in memory, which does what it is told to do first."""

    def __init__(self) -> None:
        self.kept: dict[bytes, tuple[bytes, int]] = {}
        self.news: dict[bytes, bytes] = {}
        self.errors: list[Exception | None] = []
        self.calls: list[int] = []
        self.told = 0

    async def put(self, documents, stream, news, most) -> None:
        self.calls.append(len(documents))
        await self._err()
        self.kept.update({key: (value, life) for key, value, life in documents})
        for each in news:
            await self.tell(stream, each, most)

    async def look(self, keys):
        return [self.kept.get(key, (None, 0))[0] for key in keys]

    async def tell(self, stream, each, most) -> bytes:
        self.told += 1
        id = b"%09d-0" % self.told
        self.news[id] = each
        return id

    async def before(self, stream, id, most):
        return [(each, self.news[each]) for each in sorted(self.news, reverse=True) if each < id][:most]

    async def erase(self, keys, stream, ids) -> None:
        for key in keys:
            self.kept.pop(key, None)
        for id in ids:
            del self.news[id]

    async def ping(self) -> None:
        return None

    async def _err(self) -> None:
        error = self.errors.pop(0) if self.errors else None
        if isinstance(error, TimeoutError):
            await asyncio.Event().wait()
        if error is not None:
            raise error


class Scene:
    def __init__(self) -> None:
        self.link, self.time = Link(), Time()
        self.done: list[int] = []
        self.lost: list[bytes] = []
        self.gone: set[bytes] = set()
        self.guarded = Guarded(0.05, Breaker(3, 5.0, 60.0), self.link.ping, (OSError,), self.time, self.time.pause)
        self.courier = Courier(
            self.link, Post(SEALER, b"me"), Fences(self.link, SEALER, b"wrp:x:"), self.guarded,
            b"wrp:x:", 10, 0.05, self.gone.__contains__, self.said,
            lambda: 1e9, self.pause,
        )  # fmt: skip

    def said(self, number: int, lost: tuple[bytes, ...]) -> None:
        self.done.append(number)
        self.lost += lost

    async def pause(self, seconds: float) -> None:
        await asyncio.sleep(0)


@pytest.fixture
async def scene():
    pytest.importorskip("redis")
    made = Scene()
    task = asyncio.create_task(made.courier.run())
    yield made
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task
    await made.guarded.close()


async def test_what_waits_goes_in_few_journeys(scene):
    """Bounded in number and in size."""
    for number in range(1, 101):
        scene.courier.give(put(number))
    for number in range(101, 104):
        scene.courier.give(put(number, b"x" * (1 << 20)))
    await until(lambda: scene.done[-1:] == [103])
    assert scene.link.calls == [64, 37, 1, 1]
    assert len(scene.link.kept) == len(scene.link.news) == 103
    assert all(life == 10**12 for _, life in scene.link.kept.values())


async def test_what_is_too_old_or_gone_is_not_sent(scene):
    """And is done with."""
    scene.gone.add(put(2).name)
    for order in (put(1, until=1e9), put(2)):
        scene.courier.give(order)
    await until(lambda: scene.done == [2])
    assert scene.link.kept == {}


@pytest.mark.parametrize("error", [OSError(), TimeoutError()])
async def test_what_fails_is_tried_again(scene, error):
    """Nothing is lost for it."""
    scene.link.errors = [error]
    scene.courier.give(put(1))
    await until(lambda: scene.time.asked or scene.done)
    scene.time.go(5.0)
    await until(lambda: scene.done == [1])
    assert (len(scene.link.kept), scene.lost) == (1, [])


async def test_nothing_is_sent_while_the_breaker_is_open(scene):
    """Everything waits."""
    scene.guarded.trouble(grave=True)
    scene.courier.give(put(1))
    await until(lambda: scene.time.asked)
    assert scene.link.calls == []
    scene.time.go(5.0)
    await until(lambda: scene.done == [1])


async def test_what_is_refused_is_lost_and_said_once(scene, caplog):
    """Until it is something else, or is well again."""
    from redis.exceptions import ResponseError

    full, denied = ResponseError("OOM command not allowed"), ResponseError("NOPERM no permissions")
    scene.link.errors = [full, full, denied, None, full]
    for number in range(1, 6):
        scene.courier.give(put(number))
        await until(lambda number=number: scene.done[-1:] == [number])
    assert scene.lost == [put(number).name for number in (1, 2, 3, 5)]
    assert [record.message.split("(")[1][:4] for record in caplog.records] == ["OOM ", "NOPE", "OOM "]


async def test_a_purge_erases_what_was_told_before(scene):
    """Not what comes after, nor others', nor what cannot be read."""
    await scene.link.tell(b"", b"rubbish", 0)
    for order in [put(1), put(2, tenant="b"), put(3, partition=b"q"), Purge(4, "a", b"p"), put(5)]:
        scene.courier.give(order)
    await until(lambda: scene.done[-1:] == [5])
    left = [put(2, tenant="b"), put(3), put(5)]
    documents = {key for key in scene.link.kept if not key.startswith(b"wrp:x:purge:")}
    assert documents == {scene.courier.key(order.name) for order in left}
    assert len(scene.link.kept) == len(documents) + 1
    assert len(scene.link.news) == 5


async def test_what_was_being_made_when_others_purged_does_not_stay(scene):
    """It is lost, and others' answers are not; a router that purges afterwards finds the news of it."""
    await Fences(scene.link, SEALER, b"wrp:x:").put("a", None, 1e9)
    for order in [put(1)._replace(begun=1e9 - 5.0), put(2)._replace(begun=1e9 + 5.0), put(3, tenant="b")]:
        scene.courier.give(order)
    await until(lambda: scene.done[-1:] == [3])
    documents = {key for key in scene.link.kept if not key.startswith(b"wrp:x:purge:")}
    assert documents == {scene.courier.key(order.name) for order in (put(2), put(3, tenant="b"))}
    assert scene.lost == [put(1).name]
