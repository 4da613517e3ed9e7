"""A request in an engine, and what is seen of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec

from .memory import Run


class Job:
    """One request in one engine, once. `key` is the caller's. Times in seconds, on the engine's clock: when it was
    `added`, its `first` and `last` token (0: not yet). `cached` prompt tokens came out of the prefix cache when it
    was first admitted; `preempted` so often it had to begin anew. Without an `adapter` it is the base model's."""

    __slots__ = (
        "adapter",
        "added",
        "blocks",
        "cached",
        "end",
        "first",
        "key",
        "last",
        "output",
        "own",
        "preempted",
        "prompt",
        "ready",
        "since",
        "to_compute",
        "until",
        "written",
    )

    end: Run  # of its blocks in memory, since it was admitted
    own: int  # tokens of memory beside them, then
    since: int  # the iteration in which it began to decode

    def __init__(self, key: Any, prompt: int, output: int, blocks: Sequence[int] = (), adapter: str = "") -> None:
        self.key = key
        self.adapter = adapter
        self.prompt = self.to_compute = prompt if prompt > 1 else 1
        self.output = output if output > 1 else 1
        self.blocks = tuple(blocks)
        self.added = self.first = self.last = 0.0
        self.cached = self.preempted = 0
        self.ready = 0  # the iteration from which on it may be admitted
        self.written = 0  # tokens generated when it last began to decode, or was preempted
        self.until = -1  # the iteration in which it writes its last token, if it decodes


class Moment(msgspec.Struct, frozen=True, gc=False):
    """A token that is seen: the first of a job, or (`last`) its last."""

    at: float
    job: Job
    last: bool
