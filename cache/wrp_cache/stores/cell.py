"""Values on a Redis or Valkey server that several processes change, each on top of what it has read. It knows nothing
of what they mean, and has no deadline: that is for who asks."""

from __future__ import annotations

import math
from collections.abc import Awaitable, Callable
from typing import Any

from .link import Server, client_of, failures, refusals

COMMANDS = ("GETRANGE", "SET", "WATCH", "MULTI", "EXEC", "PING")
"""What the user of the server must be allowed, on keys `wrp:<namespace>:*`."""

TRIES = 8
"""Somebody else writes in between now and then, not always."""


class Contended(Exception):
    """Others were always sooner."""


class Cells:
    """Each change has a connection of its own: a server forgets what was watched when a connection ends, so none may be
    made anew in the middle of it. Errors are those of `reasons()`."""

    def __init__(self, server: Server, largest: int) -> None:
        """Of a value that is longer than `largest` bytes only so many and one more are read. Raises ModuleNotFoundError
        without the extra `redis`."""
        self._pool = client_of(server, 1).connection_pool
        self._largest = largest
        self._refusals = refusals()

    async def ping(self) -> None:
        """Raises where the server does not answer."""
        await self._connected(lambda connection: _ask(connection, "PING"))

    async def change(self, key: bytes, work: Callable[[bytes], Awaitable[bytes | None]], life: float) -> None:
        """Puts what `work` makes of the value (b"" where there is none, or one of another type) in its place, for
        `life` seconds, or leaves it where that is None. `work` is asked again if somebody else wrote meanwhile."""
        await self._connected(lambda connection: self._changed(connection, key, work, math.ceil(life * 1e3)))

    async def _changed(
        self, connection: Any, key: bytes, work: Callable[[bytes], Awaitable[bytes | None]], life: int
    ) -> None:
        for _ in range(TRIES):
            await _ask(connection, "WATCH", key)
            value = await work(await self._read(connection, key))
            if value is None:
                return
            await _ask(connection, "MULTI")
            await _ask(connection, "SET", key, value, "PX", life)
            if await _ask(connection, "EXEC") is not None:
                return
        raise Contended(f"{TRIES} times somebody else wrote first")

    async def _read(self, connection: Any, key: bytes) -> bytes:
        try:
            found = await _ask(connection, "GETRANGE", key, 0, self._largest)
        except self._refusals as error:
            if not str(error).startswith("WRONGTYPE"):
                raise
            found = b""
        return found if isinstance(found, bytes) else b""

    async def _connected(self, work: Callable[[Any], Awaitable[object]]) -> None:
        connection = self._pool.make_connection()  # type: ignore[no-untyped-call]
        try:
            await connection.connect()
            await work(connection)
        finally:
            await connection.disconnect(nowait=True)


def reasons() -> tuple[type[Exception], ...]:
    """What a change may end with."""
    return (*failures(), Contended)


async def _ask(connection: Any, *words: Any) -> Any:
    await connection.send_command(*words)
    return await connection.read_response()
