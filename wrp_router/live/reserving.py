"""What a driver sets aside of its tenant's account, and that it is settled whatever happens."""

from __future__ import annotations

from collections.abc import Awaitable

from wrp_router.accounts import Refused, Reserved
from wrp_router.flow import Reserve, Settle

from .waits import Waits
from .world import World


class Reserves(Waits):
    """The part of a driver that reserves and settles. What was reserved and, by a mistake of ours, never settled stays
    charged as it was reserved."""

    __slots__ = ("_reserved",)

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self._reserved: Reserve | None = None

    def _leave_lines(self) -> None:
        """Whatever we still stand in, and what is still set aside."""
        super()._leave_lines()
        if self._reserved is not None:
            self._settle(Settle(self._reserved.account, self._reserved.id, self._reserved.most))

    def _reserve(self, command: Reserve) -> Reserved | Refused | Awaitable[Reserved | Refused]:
        accounting = self._world.accounting
        assert accounting is not None
        said = accounting.reserve(command)
        if isinstance(said, Reserved | Refused):
            return self._noted(command, said)
        return self._reserve_there(command, said)

    async def _reserve_there(self, command: Reserve, asked: Awaitable[Reserved | Refused]) -> Reserved | Refused:
        return self._noted(command, await asked)

    def _noted(self, command: Reserve, said: Reserved | Refused) -> Reserved | Refused:
        if isinstance(said, Reserved):
            self._reserved = command
        return said

    def _settle(self, command: Settle) -> None:
        assert self._world.accounting is not None
        self._reserved = None
        self._world.accounting.settle(command)
