"""What policies have learned outlives the router: a file, read at start, written beside the event loop.

It knows routes and bytes, not what is in them; a file that cannot be read is set aside, never overwritten.
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
import os
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from threading import Lock
from time import time

import msgspec

from wrp_policies import Planner
from wrp_policies.learning.ledger import Carried, Ledger

log = logging.getLogger(__name__)

Ledgers = Mapping[str, Mapping[str, Ledger]]
"""Of what is learned together with other routers: by route, and by the part of its policy."""

Handed = Mapping[str, Mapping[str, Carried]]
"""What a router before this one learned and could not tell, by the same."""


class Memory(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """What the selection policy of one route had learned, and of which kind that is; and what of it other routers may
    not know, by part."""

    kind: str
    state: bytes
    carried: dict[str, Carried] = {}


class Memories(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The file: by route."""

    routes: dict[str, Memory]
    version: int = 1


class Remembering:
    """`recall` once before requests come, `run` while they do, `close` when they have ended. `handed` is what was found
    that had not been told; what is in `ledgers` is handed on."""

    def __init__(
        self,
        path: str | Path,
        planners: Mapping[str, Planner],
        every: float,
        wall: Callable[[], float] = time,
    ) -> None:
        """`planners` by route; `every`: seconds between two looks at whether there is anything new."""
        self._wall = wall
        self._path = Path(path)
        self._planners, self._every = dict(planners), every
        self.handed: dict[str, dict[str, Carried]] = {}
        self.ledgers: Ledgers = {}
        self._written = b""
        self._writing = Lock()

    def recall(self) -> None:
        """Takes up what was learned: of routes that still have a policy of that kind."""
        try:
            data = self._path.read_bytes()
        except FileNotFoundError:
            return
        except OSError as error:
            log.error("what was learned cannot be read: %s", error)
            return
        try:
            memories = msgspec.json.decode(data, type=Memories)
        except msgspec.DecodeError as error:
            self._set_aside(str(error))
            return
        for route, memory in memories.routes.items():
            planner = self._planners.get(route)
            if planner is not None and planner.kind == memory.kind:
                self._restore(route, planner, memory)

    async def run(self) -> None:
        """Writes what is new, every so often."""
        while True:
            await asyncio.sleep(self._every)
            data = self._encoded()
            await asyncio.get_running_loop().run_in_executor(None, self._write, data)

    def close(self) -> None:
        """Writes what is new, now, and waits for that."""
        self._write(self._encoded())

    def _encoded(self) -> bytes:
        states = {
            route: Memory(planner.kind, planner.learned(), self._untold(route))
            for route, planner in self._planners.items()
        }
        return msgspec.json.encode(Memories({route: one for route, one in states.items() if one.state}))

    def _untold(self, route: str) -> dict[str, Carried]:
        carried = {part: ledger.carried(self._wall()) for part, ledger in self.ledgers.get(route, {}).items()}
        return {part: one for part, one in carried.items() if one is not None}

    def _write(self, data: bytes) -> None:
        """Whole or not at all, and not if nothing is new."""
        with self._writing:
            digest = hashlib.blake2b(data, digest_size=16).digest()
            if digest != self._written and self._replace(data):
                self._written = digest

    def _replace(self, data: bytes) -> bool:
        # its own name for each process: two that were given the same file overwrite each other, and never mix
        beside = self._path.with_name(f"{self._path.name}.{os.getpid()}.part")
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            with open(beside, "wb", opener=_private) as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            beside.replace(self._path)
        except OSError as error:
            log.error("what was learned cannot be written: %s", error)
            with suppress(OSError):
                beside.unlink()
            return False
        return True

    def _restore(self, route: str, planner: Planner, memory: Memory) -> None:
        try:
            planner.relearn(memory.state)
        except (msgspec.DecodeError, ValueError) as error:
            self._set_aside(f"of route {route}: {error}")
        else:
            self.handed[route] = memory.carried

    def _set_aside(self, why: str) -> None:
        aside = self._path.with_name(f"{self._path.name}.damaged")
        log.error("what was learned cannot be understood, it is kept as %s: %s", aside, why)
        try:
            with open(aside, "wb", opener=_private) as file:
                file.write(self._path.read_bytes())
        except OSError as error:
            log.error("%s cannot be written: %s", aside, error)


def _private(name: str, flags: int) -> int:
    """Of few answers, what was learned says nearly what was asked."""
    return os.open(name, flags, 0o600)
