"""The store that a configuration asks for."""

from __future__ import annotations

import asyncio

import pytest

from wrp_cache import MemoryStore
from wrp_cache.stores.sqlite import SqliteArchive
from wrp_router.build.stores import memory_of, store_of
from wrp_router.config.caching import CacheConfig, CategoryConfig
from wrp_router.config.secret import Secret
from wrp_router.config.stores import RedisStore, SqliteStore


def test_memory_by_default():
    """All of the bytes are for it."""
    config = CacheConfig(max_bytes=1 << 30)
    assert isinstance(store_of(config, b"secret"), MemoryStore)
    assert memory_of(config) == 1 << 30


def test_a_file():
    """Part of the bytes is for documents lately used; nothing is opened yet."""
    config = CacheConfig(store=SqliteStore(path="/nowhere/x.db", memory=1 << 20), max_bytes=1 << 30)
    assert isinstance(store_of(config, b"secret"), SqliteArchive)
    assert memory_of(config) == (1 << 30) - (1 << 20)


def test_what_is_not_kept_has_no_time_to_live():
    """Others have that of their category."""
    news = CategoryConfig(ttl=60.0)
    config = CacheConfig(store=SqliteStore(path="x"), categories={"news": news, "off": CategoryConfig(enabled=False)})
    ttl = store_of(config, b"secret")._front._times.until
    assert [ttl(name, 0.0) for name in ("news", "off", "other")] == [60.0, 0.0, 3600.0]


@pytest.mark.parametrize("scheme", ["redis", "rediss"])
async def test_a_server(scheme):
    """It is spoken to where the URL says, once it is started; in secret with rediss://."""
    pytest.importorskip("redis")
    heard = asyncio.Event()
    said = b""

    async def listen(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal said
        said = await reader.read(4096)
        heard.set()
        writer.close()

    server = await asyncio.start_server(listen, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    config = RedisStore(url=f"{scheme}://localhost:{port}/3", user="wrp", password=Secret("hidden"), deadline=5.0)
    archive = store_of(CacheConfig(store=config), b"secret")
    await archive.start(lambda header, vector, size: True, lambda name: None, lambda tenant, partition: None)
    async with asyncio.timeout(20.0):
        await heard.wait()
    await archive.stop()
    server.close()
    assert (b"hidden" in said, said[:1]) == ((True, b"*") if scheme == "redis" else (False, b"\x16"))
