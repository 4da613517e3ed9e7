"""From a configuration to the store that it asks for. It opens nothing: that is for when the router runs."""

from __future__ import annotations

from collections.abc import Callable
from time import monotonic
from typing import TYPE_CHECKING

from wrp_cache import Store
from wrp_cache.stores.memory import MemoryStore
from wrp_router.config.caching import CacheConfig
from wrp_router.config.stores import RedisServer, RedisStore, SqliteStore, split_redis

if TYPE_CHECKING:
    from wrp_cache.stores.link import Server


def store_of(config: CacheConfig, secret: bytes) -> Store:
    """The store of a live router, whose clock is the monotonic one. Raises ModuleNotFoundError for want of a library.

    The libraries are imported here, for who does not use them shall not wait for them.
    """
    if config.store == "memory":
        return MemoryStore()
    if isinstance(config.store, SqliteStore):
        return _sqlite(config.store, secret, ttl_of(config))
    return _redis(config.store, secret, ttl_of(config))


def memory_of(config: CacheConfig) -> int:
    """What is left of the cache's bytes when the store has its share."""
    return config.max_bytes - (0 if config.store == "memory" else config.store.memory)


def ttl_of(config: CacheConfig) -> Callable[[str], float]:
    """How long an answer of a category is good for; categories that are not kept keep nothing."""

    def ttl(category: str) -> float:
        bar = config.bar(category)
        return bar.ttl if bar.enabled else 0.0

    return ttl


def _sqlite(store: SqliteStore, secret: bytes, ttl: Callable[[str], float]) -> Store:
    from wrp_cache.stores.sqlite import SqliteArchive

    return SqliteArchive(
        store.path,
        secret,
        ttl,
        monotonic,
        hot=store.memory,
        backlog=store.backlog,
        most=store.max_file,
        deadline=store.deadline,
    )


def _redis(store: RedisStore, secret: bytes, ttl: Callable[[str], float]) -> Store:
    from wrp_cache.stores.redis import RedisArchive

    return RedisArchive(
        server_of(store),
        secret,
        ttl,
        monotonic,
        namespace=store.namespace,
        hot=store.memory,
        backlog=store.backlog,
        history=store.history,
        deadline=store.deadline,
    )


def server_of(config: RedisServer) -> Server:
    """Where the server is, and as whom to speak to it."""
    from wrp_cache.stores.link import Server

    split = split_redis(config.url)
    assert split is not None, "the configuration is checked"
    url, database = split
    password = config.password.reveal() if config.password is not None else None
    tls = url.scheme == "https"
    return Server(
        url.hostname or "", url.port or 6379, database, user=config.user, password=password, tls=tls, ca=config.ca
    )
