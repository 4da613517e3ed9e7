"""Who a router is with: nobody, or other processes behind the same sockets."""

from __future__ import annotations

import socket
from dataclasses import dataclass

from wrp_router.config.address import split_address
from wrp_router.config.structs import Config
from wrp_router.live.listening import listen
from wrp_router.live.siblings import ALONE, Siblings
from wrp_router.live.turns import Turns
from wrp_router.telemetry.tally import Tally, summed, unpacked


@dataclass(frozen=True, slots=True)
class Company:
    """`sockets`: the API's and the admin listener's, where they are open already. `secret`: in the place of a random
    one, where the configuration has none. `turns`: to accept. `size`: how many there are in all."""

    siblings: Siblings = ALONE
    sockets: tuple[socket.socket, socket.socket | None] | None = None
    secret: bytes | None = None
    turns: Turns | None = None
    size: int = 1

    async def counted(self, own: bytes) -> Tally:
        """What was counted here, and by all others."""
        others = await self.siblings.ask("tally", own)
        return summed([unpacked(one) for one in (own, *[said.payload for said in others.replies])])

    @property
    def suffix(self) -> str:
        """Of the names of files that each process needs its own of."""
        return f".{self.siblings.number}" if self.siblings.number else ""

    def open(self, config: Config) -> tuple[socket.socket, socket.socket | None]:
        """Those that are there, or new ones. Raises OSError where an address cannot be had."""
        if self.sockets is not None:
            return self.sockets
        api = listen(*_address(config.listen))
        try:
            return api, listen(*_address(config.admin)) if config.admin is not None else None
        except OSError:
            api.close()
            raise


def _address(text: str) -> tuple[str, int]:
    address = split_address(text)
    if address is None:
        raise ValueError(f"not HOST:PORT: {text!r}")
    return address
