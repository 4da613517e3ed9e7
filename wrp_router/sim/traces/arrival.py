"""The words of this folder: an arrival, a trace of them, and why a file is none. It reads nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import msgspec


class Arrival(msgspec.Struct, frozen=True, gc=False):
    """One request of a trace.

    `at` is seconds from the trace's beginning, prompt and output are in tokens, `blocks` the ids (63 bits) of its
    prompt's full or partial blocks of `Trace.block_tokens` tokens, from its first token on: equal ids are one KV block.
    `adapter` is the name that was asked for; whether it is one of an adapter is for those to say who have them.
    """

    at: float
    prompt: int
    output: int
    blocks: tuple[int, ...] = ()
    session: str = ""
    tenant: str = ""
    adapter: str = ""

    def moved(self, at: float) -> Arrival:
        """The same request at another time."""
        return Arrival(at, self.prompt, self.output, self.blocks, self.session, self.tenant, self.adapter)


@dataclass(slots=True)
class Skipped:
    """Rows of a decision log that no engine worked on, as counted so far by the latest pass over it."""

    cached: int = 0
    failed: int = 0


@dataclass(frozen=True, slots=True, eq=False)
class Trace:
    """Arrivals in order of time, made or read one by one. Every iteration starts anew at the beginning, and gives the
    same; what is wrong with a file is said (TraceUnusable) by the iteration that comes to it."""

    name: str
    block_tokens: int
    begin: Callable[[], Iterator[Arrival]]
    skipped: Skipped = field(default_factory=Skipped)

    def __iter__(self) -> Iterator[Arrival]:
        return self.begin()

    def through(self, change: Callable[[Iterator[Arrival]], Iterator[Arrival]]) -> Trace:
        """The trace whose every iteration is this one's, changed."""
        return replace(self, begin=lambda: change(self.begin()))


class TraceUnusable(ValueError):
    """A trace that cannot be used. Says `file:line: what is wrong`, without a line where it is the whole file."""

    def __init__(self, where: Path | str, line: int, wrong: str) -> None:
        super().__init__(f"{where}:{line}: {wrong}" if line else f"{where}: {wrong}")
