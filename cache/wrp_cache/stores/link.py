"""A line to a Redis or Valkey server, and the only commands that are ever sent. It decides nothing and tries nothing
twice."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from redis.asyncio import Redis

COMMANDS = ("GET", "SET", "DEL", "XADD", "XDEL", "XREAD", "XREVRANGE", "PING")
"""What the user of the server must be allowed, on keys `wrp:<namespace>:*`."""

News = list[tuple[bytes, bytes]]
"""Ids in the stream, each with what was told; b"" where that was nothing of ours."""

_FIELD = b"n"


class Server:
    """Where the server is, and as whom to speak to it. It has no `repr`: nothing prints the password."""

    __slots__ = ("ca", "database", "host", "password", "port", "tls", "user")

    def __init__(
        self,
        host: str,
        port: int = 6379,
        database: int = 0,
        *,
        user: str | None = None,
        password: str | None = None,
        tls: bool = False,
        ca: str | None = None,
    ) -> None:
        """`ca`: a file of certificates to trust instead of the system's; `tls` checks names and dates in any case."""
        self.host, self.port, self.database = host, port, database
        self.user, self.password, self.tls, self.ca = user, password, tls, ca


class Link:
    """Connections to one server, made when they are needed. Every method raises one of `failures()`; deadlines are
    the caller's. A call that is cancelled closes its connection, so that nobody reads another's answer."""

    def __init__(self, server: Server, most: int = 8) -> None:
        """`most`: connections at a time; further calls wait for one. Raises ModuleNotFoundError without the extra
        `redis`."""
        self._client = client_of(server, most)
        self._room = asyncio.Semaphore(most)

    async def ping(self) -> None:
        await self._ask("PING")

    async def get(self, key: bytes) -> bytes | None:
        found = await self._ask("GET", key)
        return found if isinstance(found, bytes) else None

    async def look(self, keys: Sequence[bytes]) -> list[bytes | None]:
        """What is under each of them."""
        async with self._room, self._client.pipeline(transaction=False) as pipeline:
            for key in keys:
                pipeline.execute_command("GET", key)
            return [found if isinstance(found, bytes) else None for found in await pipeline.execute()]

    async def put(
        self, documents: Sequence[tuple[bytes, bytes, int]], stream: bytes, news: Sequence[bytes], most: int
    ) -> None:
        """Documents as key, value and milliseconds to live, then the news of them. The stream keeps about `most`."""
        async with self._room, self._client.pipeline(transaction=False) as pipeline:
            for key, value, life in documents:
                pipeline.execute_command("SET", key, value, "PX", life)
            for each in news:
                pipeline.execute_command("XADD", stream, "MAXLEN", "~", most, "*", _FIELD, each)
            await pipeline.execute()

    async def tell(self, stream: bytes, news: bytes, most: int) -> bytes:
        """The id that it was given."""
        return _id(await self._ask("XADD", stream, "MAXLEN", "~", most, "*", _FIELD, news))

    async def before(self, stream: bytes, id: bytes | None, most: int) -> News:
        """What was told before `id` (None: until now), the newest first."""
        end = b"+" if id is None else b"(" + id
        return _news(await self._ask("XREVRANGE", stream, end, "-", "COUNT", most))

    async def after(self, stream: bytes, id: bytes, most: int, patience: float) -> News:
        """What was told after `id`, in that order; nothing if nothing comes within `patience` seconds."""
        block = int(patience * 1000)
        found = await self._ask("XREAD", "COUNT", most, "BLOCK", block, "STREAMS", stream, id)
        match found:
            case [[_, news]]:
                return _news(news)
            case _:
                return []

    async def erase(self, keys: Sequence[bytes], stream: bytes, ids: Sequence[bytes]) -> None:
        """Documents, and the news of them."""
        if keys:
            await self._ask("DEL", *keys)
        if ids:
            await self._ask("XDEL", stream, *ids)

    async def close(self) -> None:
        await self._client.aclose()

    async def _ask(self, *words: Any) -> Any:
        async with self._room:
            return await self._client.execute_command(*words)  # type: ignore[no-untyped-call]


def failures() -> tuple[type[Exception], ...]:
    """What a call may end with: no connection, a refusal, or something that is no answer."""
    from redis.exceptions import RedisError

    return (RedisError, OSError, ValueError)


def refusals() -> tuple[type[Exception], ...]:
    """Those of them that the server said itself: to ask again does not help."""
    from redis.exceptions import ResponseError

    return (ResponseError,)


def client_of(server: Server, most: int) -> Redis:
    """Tries nothing twice, and has no deadlines of its own. Raises ModuleNotFoundError without the extra `redis`."""
    from redis.asyncio import Redis
    from redis.asyncio.retry import Retry
    from redis.backoff import NoBackoff

    return Redis(
        host=server.host,
        port=server.port,
        db=server.database,
        username=server.user,
        password=server.password,
        ssl=server.tls,
        ssl_ca_certs=server.ca,
        max_connections=most + 1,
        socket_timeout=None,
        socket_connect_timeout=None,
        retry=Retry(NoBackoff(), 0),
        retry_on_error=[],
        health_check_interval=0,
        protocol=2,
        driver_info=None,
    )


def _id(found: Any) -> bytes:
    if not isinstance(found, bytes):
        raise ValueError("no id")
    return found


def _news(found: Any) -> News:
    """Raises ValueError for what is no list of news."""
    if not isinstance(found, list):
        raise ValueError("no news")
    news: News = []
    for each in found:
        match each:
            case (bytes(id), dict(fields)):
                told = fields.get(_FIELD, b"")
                news.append((id, told if isinstance(told, bytes) else b""))
            case (bytes(id), None):  # deleted since
                news.append((id, b""))
            case _:
                raise ValueError("no news")
    return news
