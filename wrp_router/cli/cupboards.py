"""Where `wrp keys` puts keys: a file, or a server."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, TypeVar

from wrp_router.accounts.keys import Issued, KeyBook
from wrp_router.build.terms import key_server
from wrp_router.config.structs import KeysRedis
from wrp_router.live.key_file import alone, load, write

if TYPE_CHECKING:
    from wrp_router.live.key_server import KeyServer

T = TypeVar("T")


class Cupboard(Protocol):
    """Every method raises Unreadable, or OSError."""

    def load(self) -> KeyBook: ...

    def add(self, issued: Issued) -> None: ...

    def revoke(self, id: str, now: float) -> Issued:
        """Raises KeyError where there is none of that id that is not revoked."""


class InFile:
    """Changed by one at a time."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def __str__(self) -> str:
        return str(self._path)

    def load(self) -> KeyBook:
        return load(self._path)

    def add(self, issued: Issued) -> None:
        with alone(self._path):
            write(self._path, KeyBook(1, (*load(self._path).keys, issued)))

    def revoke(self, id: str, now: float) -> Issued:
        with alone(self._path):
            book = load(self._path).revoke(id, now)
            write(self._path, book)
        return next(one for one in book.keys if one.id == id)


class OnServer:
    """Each call is a connection of its own. Raises ModuleNotFoundError for want of the extra `redis`."""

    def __init__(self, config: KeysRedis) -> None:
        self._config = config

    def __str__(self) -> str:
        return self._config.url

    def load(self) -> KeyBook:
        return self._call(lambda server: server.load())

    def add(self, issued: Issued) -> None:
        self._call(lambda server: server.add(issued))

    def revoke(self, id: str, now: float) -> Issued:
        return self._call(lambda server: server.revoke(id, now))

    def _call(self, ask: Callable[[KeyServer], Awaitable[T]]) -> T:
        async def called() -> T:
            server = key_server(self._config)
            try:
                return await ask(server)
            finally:
                await server.close()

        return asyncio.run(called())
