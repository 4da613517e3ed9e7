"""What joins fake engines that compute prompts with those that answer: whose blocks are where, and rooms to meet in. It
moves nothing, for there is nothing in the blocks."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from itertools import count
from typing import Any

from .asking import Refused

Meeting = tuple[Any, ...]
"""What both engines must say alike: host and port of the one, and the prompt."""


class Fabric:
    """Give the same one to all engines of a deployment. Blocks can be fetched once, as vLLM lets go of them then."""

    def __init__(self) -> None:
        self._serial = count(1)
        self._kept: dict[str, dict[tuple[int, ...], str]] = {}  # by engine: whose blocks hold which prompt
        self._rooms: dict[Any, _Room] = {}

    def keep(self, engine: str, prompt: str, blocks: int) -> list[int]:
        """The engine keeps the blocks of a prompt until they are fetched. Their ids."""
        ids = [next(self._serial) for _ in range(blocks)]
        self._kept.setdefault(engine, {})[tuple(ids)] = prompt
        return ids

    def fetch(self, params: Mapping[str, Any], prompt: str) -> None:
        """Another engine gets them. Raises Refused where there are no such blocks there, or of another prompt."""
        kept = self._kept.get(str(params.get("remote_engine_id")), {})
        ids = params.get("remote_block_ids")
        found = kept.pop(tuple(ids), None) if isinstance(ids, list) else None
        if found != prompt:
            raise Refused(500, "no such blocks of this prompt in the remote engine", "internal_error")

    def kept(self) -> int:
        """Prompts whose blocks nobody has fetched."""
        return sum(len(prompts) for prompts in self._kept.values())

    async def meet(self, number: Any, half: str, meeting: Meeting) -> None:
        """Wait in this room for the other half; the one that decodes also until the prompt is transferred. Raises
        Refused where they do not mean the same, or the room is taken."""
        room = self._rooms.setdefault(number, _Room())
        if half in room.there:
            raise Refused(500, f"bootstrap room {number} is taken", "internal_error")
        room.there[half] = meeting
        if len(room.there) == 2:
            room.both.set()
        await room.both.wait()
        if len(set(room.there.values())) != 1:
            raise Refused(500, f"in bootstrap room {number} two met that mean different things", "internal_error")
        if half == "decode":
            await room.transferred.wait()
            self._rooms.pop(number, None)

    def transferred(self, number: Any) -> None:
        """The prompt is where the answer will be given."""
        if number in self._rooms:
            self._rooms[number].transferred.set()


class _Room:
    __slots__ = ("both", "there", "transferred")

    def __init__(self) -> None:
        self.there: dict[str, Meeting] = {}
        self.both = asyncio.Event()
        self.transferred = asyncio.Event()
