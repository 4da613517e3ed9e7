"""Keys on a Redis or Valkey server: a hash of them by id, and a word that is another after every change, so that
routers need not read them all to know that nothing happened. No key is there, only what `Issued` keeps of one."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from typing import Any, TypeVar
from uuid import uuid4

import msgspec

from wrp_cache.stores.link import Server, client_of, failures
from wrp_router.accounts.keys import Issued, KeyBook

from .issued import Unreadable

COMMANDS = ("GET", "HGET", "HGETALL", "HSET", "SET", "MULTI", "EXEC")
"""What the user of the server must be allowed, on keys `wrp:<namespace>:*`; for routers the first and third will do."""

_ISSUED = msgspec.json.Decoder(Issued)

T = TypeVar("T")


class KeyServer:
    """The keys of one namespace, for `IssuedKeys` and for `wrp keys`. Each call may take `deadline` seconds."""

    def __init__(self, server: Server, namespace: str, deadline: float) -> None:
        """Raises ModuleNotFoundError without the extra `redis`."""
        self._errors: tuple[type[Exception], ...] = (TimeoutError, *failures())
        self._client = client_of(server, 1)
        self._where = f"the keys on {server.host}:{server.port}"
        self._keys, self._edition = f"wrp:{namespace}:keys", f"wrp:{namespace}:keys:edition"
        self._deadline = deadline
        self._seen: Any = b""

    async def look(self) -> KeyBook | None:
        """Raises Unreadable, also where all keys are gone: a server that lost them revoked nothing."""
        edition = await self._asked("GET", self._edition)
        if edition == self._seen:
            return None
        if edition is None and self._seen:
            raise Unreadable(f"{self._where} are gone")
        book = await self.load()
        if edition is not None and not book.keys:  # what is revoked stays there: once there were some, there are
            raise Unreadable(f"{self._where} are gone")
        self._seen = edition  # read before the keys: what changes in between is seen at the next look
        return book

    async def load(self) -> KeyBook:
        """All of them, the oldest first. Raises Unreadable."""
        found = await self._asked("HGETALL", self._keys)
        flat = found if isinstance(found, list) else [one for pair in found.items() for one in pair]
        keys = [self._issued(one) for one in flat[1::2]]
        return KeyBook(1, tuple(sorted(keys, key=lambda one: (one.created, one.id))))

    async def add(self, issued: Issued) -> None:
        """One more. Raises Unreadable."""
        await self._change(issued)

    async def revoke(self, id: str, now: float) -> Issued:
        """The same key, which opens nothing any more. Raises KeyError where there is none of that id, or no more, and
        Unreadable."""
        found = await self._asked("HGET", self._keys, id)
        issued = self._issued(found) if found is not None else None
        if issued is None or issued.revoked is not None:
            raise KeyError(id)
        revoked = msgspec.structs.replace(issued, revoked=now)
        await self._change(revoked)
        return revoked

    async def close(self) -> None:
        await self._client.aclose()

    async def _change(self, issued: Issued) -> None:
        async with self._client.pipeline(transaction=True) as pipeline:
            pipeline.execute_command("HSET", self._keys, issued.id, msgspec.json.encode(issued))
            pipeline.execute_command("SET", self._edition, uuid4().hex)  # a count could come again after a loss
            await self._within(pipeline.execute())

    async def _asked(self, *words: Any) -> Any:
        return await self._within(self._client.execute_command(*words))  # type: ignore[no-untyped-call]

    async def _within(self, call: Awaitable[T]) -> T:
        try:
            async with asyncio.timeout(self._deadline):
                return await call
        except self._errors as error:
            raise Unreadable(f"{self._where}: {error or type(error).__name__}") from None

    def _issued(self, raw: bytes) -> Issued:
        try:
            return _ISSUED.decode(raw)
        except msgspec.DecodeError as error:
            raise Unreadable(f"{self._where} are no keys of ours: {error}") from None
