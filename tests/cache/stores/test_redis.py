"""Answers shared by several routers, and a server that may do anything."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from tests.cache.makers import axis, cache, near
from tests.cache.stores.kit import Books, fresh, named, redis, redis_server, running, until
from wrp_cache.stores import StoreFailed
from wrp_cache.stores.link import COMMANDS, Server
from wrp_cache.types import Refused


@pytest.fixture
def port(tmp_path: Path) -> Iterator[int]:
    with redis_server(tmp_path) as (port, _):
        yield port


@contextlib.asynccontextmanager
async def speaking(port: int, **fields: Any) -> AsyncIterator[Any]:
    """A client for looking behind the archives' backs."""
    from redis.asyncio import Redis

    client = Redis(port=port, **fields)
    try:
        yield client
    finally:
        await client.aclose()


class Router:
    """Books on an archive, as a gateway has them."""

    def __init__(self, archive: Any) -> None:
        self.archive = archive
        self.cache = cache(store=archive)

    async def start(self) -> None:
        now = self.now
        await self.archive.start(
            lambda header, vector, size: self.cache.learn(header, vector, size, now()),
            self.cache.forget,
            lambda tenant, partition: sum(self.cache.purging(tenant, partition, now=now(), everywhere=False)),
        )

    @staticmethod
    def now() -> float:
        return asyncio.get_running_loop().time()

    async def exact(self, key: bytes) -> Any:
        return await self._whole(self.cache.exact(key, "a", self.now()))

    async def nearest(self, vector: Any, asked: str) -> Any:
        hit = self.cache.nearest(b"p", "a", vector, asked, "default", self.now())
        return await self._whole(None if isinstance(hit, Refused) else hit)

    async def _whole(self, hit: Any) -> Any:
        if hit is None or not hit.away:
            return hit
        return self.cache.arrived(hit, await self.archive.fetch(named(hit.entry)))


@contextlib.asynccontextmanager
async def two(port: int, **fields: Any) -> AsyncIterator[tuple[Router, Router]]:
    routers = Router(redis(port, **fields)), Router(redis(port, **fields))
    for router in routers:
        await router.start()
        await router.archive.loaded.wait()
    try:
        yield routers
    finally:
        for router in routers:
            await router.archive.stop()


async def test_two_routers_share_an_answer(port):
    """To the identical request, and to one that means the same."""
    async with two(port) as (one, other):
        entry = fresh(asked="How do I reset my password?", body=b"Like this.")
        assert one.cache.put(entry, axis(0), one.now())
        await until(lambda: len(other.cache) == 1)
        assert (await other.exact(b"k")).entry.body == b"Like this."
    async with two(port) as (_, third):
        await until(lambda: len(third.cache) == 1)
        hit = await third.nearest(near(0, 0.95), "How can I reset my password?")
        assert (hit.kind, hit.entry.body) == ("semantic", b"Like this.")


async def test_an_answer_that_is_replaced_is_replaced_everywhere(port):
    """Who had the old one at hand fetches the new one."""
    async with two(port) as (one, other):
        one.cache.put(fresh(body=b"old"), axis(0), one.now())
        await until(lambda: len(other.cache) == 1)
        assert (await other.exact(b"k")).entry.body == b"old"
        one.cache.put(fresh(body=b"new"), axis(0), one.now())
        await until(lambda: other.archive.stats().learned == 2)
        assert (await other.exact(b"k")).entry.body == b"new"


async def test_a_purge_reaches_every_router_and_the_server(port):
    """Documents and news of them are gone from there, and others' are not."""
    async with two(port) as (one, other), speaking(port) as client:
        for at in range(100):
            one.cache.put(fresh(b"%d" % at, tenant="ab"[at % 2]), axis(at % 8), one.now())
        await until(lambda: len(other.cache) == 100)
        other.cache.purge("a", now=other.now())
        await until(lambda: len(one.cache) == 50)
        await other.archive.flush()
        assert await client.dbsize() == 52  # fifty documents, the news, and that there was a purge
        assert await client.xlen("wrp:default:news") == 51
        assert await one.exact(b"0") is None
        assert one.cache.exact(b"1", "b", one.now()) is not None


async def test_what_others_were_making_when_one_purged_reaches_nobody(port):
    """Though who made it has not heard of the purge yet."""
    async with two(port) as (one, other), speaking(port) as client:
        begun = other.now()
        one.cache.purge("a", now=one.now())
        await one.archive.flush()
        other.archive.put(named(fresh()), fresh(begun=begun), None)  # as a cache would that knows of no purge
        await other.archive.flush()
        assert await client.keys("wrp:default:doc:*") == []
        assert other.archive.stats().lost == 1
        other.cache.put(fresh(b"2", tenant="b", begun=begun), None, other.now())
        await until(lambda: one.cache.exact(b"2", "b", one.now()))
        assert await one.exact(b"k") is None


async def test_what_was_purged_is_not_served_by_who_starts_later(port):
    """The stream has forgotten most of what it told, so that the purge found few of the documents."""
    async with two(port, history=100) as (one, _), speaking(port) as client:
        for at in range(600):
            one.cache.put(fresh(b"%d" % at, now=lambda: one.now() - 60.0), None, one.now())
            if not at % 64:
                await one.archive.flush()
        one.cache.purge("a", now=one.now())
        await one.archive.flush()
        assert await client.dbsize() > 300
    third = redis(port, history=100)
    try:
        found = [await third.fetch(named(fresh(b"%d" % at))) for at in range(600)]
        assert found == [None] * 600
        assert third.stats().missing == 600
    finally:
        await third.stop()


async def test_what_waits_when_others_purge_is_not_sent(port):
    """It was kept before the purge."""
    async with running(redis(port)) as one:
        one.put(named(fresh()), fresh(), None)
        one._front.gone("a", None)
        assert one.get(named(fresh())) is None
        await one.flush()
        assert await one.fetch(named(fresh())) is None


async def test_namespaces_do_not_meet(port):
    """Not even with the same secret, and somebody who copies from one to the other."""
    async with running(redis(port, namespace="one")) as one, running(redis(port, namespace="two")) as two:
        one.put(named(fresh()), fresh(), None)
        await one.flush()
        async with speaking(port) as client:
            (key,) = await client.keys("wrp:one:doc:*")
            await client.set(key.replace(b"one", b"two"), await client.get(key))
        assert await two.fetch(named(fresh())) is None
        assert two.stats().broken == 1


async def test_nothing_can_be_planted_or_swapped(port):
    """By somebody who may write to the server and does not know the secret."""
    mine, others = fresh(b"1", body=b"mine"), fresh(b"2", body=b"another's")
    async with running(redis(port)) as archive, speaking(port) as client:
        for entry in (mine, others):
            archive.put(named(entry), entry, None)
        await archive.flush()
        key, other = (b"wrp:default:doc:" + named(entry).hex().encode() for entry in (mine, others))
        value = await client.get(key)
        parts = msgspec.msgpack.decode(value)
        swapped = msgspec.msgpack.encode([*parts[:3], b"evil"])
        forged = [await client.get(other), swapped, value[:-1], value + b"x", b"", b"\xc1", b"\x91" * 100_000, b"42"]
        for each in forged:
            await client.set(key, each)
            archive._front.desk.forget(named(mine))
            assert await archive.fetch(named(mine)) is None
        assert archive.stats().broken == len(forged)
        await client.delete(key)
        await client.lpush(key, "a list")
        with pytest.raises(StoreFailed):
            await archive.fetch(named(mine))


async def test_news_that_are_not_ours_are_passed_over(port):
    """Whatever they are."""
    async with speaking(port) as client:
        for fields in ({"n": b"\xc1"}, {"x": b"y"}, {"n": b"x" * 100_000}, {"n": msgspec.msgpack.encode(["entry"])}):
            await client.xadd("wrp:default:news", fields)
        books = Books()
        async with running(redis(port), books) as archive:
            await archive.loaded.wait()
            await client.xadd("wrp:default:news", {"n": b"rubbish"})
            async with running(redis(port)) as other:
                other.put(named(fresh()), fresh(), None)
                await until(lambda: books.headers)
            assert list(books.headers) == [named(fresh())]
            assert archive.stats().broken == 4


async def test_documents_leave_by_themselves(port):
    """With the time to live of their category."""
    async with running(redis(port, ttl=lambda category: 100.0)) as archive, speaking(port) as client:
        archive.put(named(fresh()), fresh(), None)
        await archive.flush()
        assert 90_000 < await client.pttl(b"wrp:default:doc:" + named(fresh()).hex().encode()) <= 100_000


async def test_the_stream_is_bounded(port):
    """About as many news as configured."""
    async with running(redis(port, history=100)) as archive, speaking(port) as client:
        for at in range(1000):
            archive.put(named(fresh(b"%d" % at)), fresh(b"%d" % at), None)
        await archive.flush()
        assert 100 <= await client.xlen("wrp:default:news") <= 300


async def test_a_user_who_may_do_little_suffices(tmp_path):
    """The commands in the documentation, on the keys of the namespace; a wrong password is a failure like others."""
    rights = [f"+{name.lower()}" for name in COMMANDS]
    user = ["--user", "wrp", "on", ">pw", "~wrp:default:*", "resetchannels", "-@all", *rights]
    with redis_server(tmp_path, *user, "--user", "default", "off") as (port, _):
        server = Server("127.0.0.1", port, user="wrp", password="pw")
        async with running(redis(0, server=server)) as archive:
            await archive.loaded.wait()
            archive.put(named(fresh()), fresh(), near(0, 0.8))
            await archive.flush()
            archive.purge("b", None)
            await archive.flush()
            archive._front.desk.forget(named(fresh()))
            assert await archive.fetch(named(fresh())) is not None
            assert archive.stats().lost == archive.stats().failed == 0
        async with running(redis(0, server=Server("127.0.0.1", port, user="wrp", password="no"))) as archive:
            with pytest.raises(StoreFailed):
                await archive.fetch(b"?" * 16)
