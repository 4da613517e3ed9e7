"""What a driver has looked at for its request: signals, vectors, a neighbour, the cache's archive. None of it is an
engine's.
"""

from __future__ import annotations

from collections.abc import Awaitable

from wrp_router.flow import Embed, Fetch, Fetched, Read, Review
from wrp_signals.facts import Reading, Vector

from .keeping import fetched
from .reading import Reader
from .reserving import Reserves
from .world import World


class Consults(Reserves):
    """The part of a driver that consults others."""

    __slots__ = ("_reader",)

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self._reader: Reader | None = None

    def _leave_lines(self) -> None:
        """Whatever we still stand in, and what is still being read."""
        super()._leave_lines()
        if self._reader is not None:
            self._reader.leave()

    def _read(self, command: Read) -> dict[str, Reading] | Awaitable[dict[str, Reading]]:
        return self._reader_here().read(command)

    def _embed(self, command: Embed) -> Vector | Awaitable[Vector | None] | None:
        return self._reader_here().embed(command)

    def _review(self, command: Review) -> Awaitable[str | None] | None:
        return self._world.reviewing.look(command) if self._world.reviewing is not None else None

    def _fetch(self, command: Fetch) -> Awaitable[Fetched]:
        return fetched(self._world.archive, command)

    def _reader_here(self) -> Reader:
        if self._reader is None:
            self._reader = self._world.reading.reader()
        return self._reader
