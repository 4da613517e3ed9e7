"""Who keeps the books of tenants that are limited. Those of this process alone are in memory."""

from __future__ import annotations

from collections.abc import Awaitable, Mapping
from time import monotonic
from typing import Protocol

from wrp_router.accounts import Books, Quota, Refused, Reserved
from wrp_router.flow import Reserve, Settle


class Accounting(Protocol):
    """Who keeps the books. `settle` never waits; a `reserve` that is cancelled leaves nothing set aside."""

    def reserve(self, command: Reserve) -> Reserved | Refused | Awaitable[Reserved | Refused]: ...

    def settle(self, command: Settle) -> None: ...

    async def start(self) -> None: ...

    async def stop(self) -> None: ...


class OwnBooks:
    """This process alone counts, in memory."""

    __slots__ = ("books",)

    def __init__(self, quotas: Mapping[str, Quota]) -> None:
        self.books = Books(quotas)

    async def start(self) -> None:
        """Nothing has to be opened."""

    async def stop(self) -> None:
        """Nothing is kept: who starts again begins with empty books."""

    def reserve(self, command: Reserve) -> Reserved | Refused:
        return self.books.reserve(command.account, command.id, command.most, monotonic())

    def settle(self, command: Settle) -> None:
        self.books.settle(command.account, command.id, command.took, monotonic())
