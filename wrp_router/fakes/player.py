"""Plays the acts of one answer on a connection, in time."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator

from .acts import Act, Die, Pause, Token, Write
from .connection import Connection
from .pace import Pace
from .seen import Ended, Seen

_ROUND = 65_536  # bytes gathered before they are written: what is due now leaves together, as TCP would have it

_DEATHS: dict[str, tuple[Ended, bool]] = {
    "close": ("done", False),
    "clean": ("fault", True),
    "fin": ("fault", False),
    "rst": ("fault", False),
}


async def play(
    acts: Iterator[Act], connection: Connection, pace: Pace, seen: Seen, changed: Callable[[], None]
) -> tuple[Ended, bool]:
    """How the answer ended, and whether the connection stays open. `changed` is called when bytes left."""
    pending = bytearray()

    async def send() -> None:
        if pending:
            connection.write(bytes(pending))
            seen.bytes_sent += len(pending)
            pending.clear()
            changed()
            await connection.drain()

    for act in acts:
        if isinstance(act, Write):
            pending += act.data
            if len(pending) >= _ROUND:
                await send()
                await asyncio.sleep(0)
        elif isinstance(act, Token):
            if not pace.late(act.serial):
                await send()
                await pace.until(act.serial)
        elif isinstance(act, Pause):
            await send()
            await asyncio.sleep(act.seconds)
        elif isinstance(act, Die):
            await send()
            return await _die(connection, act.how)
        else:
            await send()
            await asyncio.get_running_loop().create_future()
    await send()
    return "done", True


async def _die(connection: Connection, how: str) -> tuple[Ended, bool]:
    ended, stays = _DEATHS[how]
    if how == "rst":
        await connection.flush()
        connection.reset()
    elif not stays:
        connection.close()
    return ended, stays
