"""Telling the books of many entries without keeping requests waiting."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from time import perf_counter
from typing import NamedTuple, TypeVar

from wrp_signals.facts import Vector

from .seal import Header

T = TypeVar("T")

SLICE = 0.001
"""Seconds after which whoever else waits for the loop has a turn."""

REST = 3.0
"""Where a lesson may take a millisecond (a graph grows by its vector), others have the loop three times as long."""


class Lesson(NamedTuple):
    """An entry that is elsewhere."""

    name: bytes
    header: Header
    vector: Vector | None


async def each(items: Iterable[T], do: Callable[[T], object], rest: float = 0.0) -> None:
    """One after the other, with a turn for everybody else after each slice of time, and `rest` seconds of pause for
    each second of work."""
    since = perf_counter()
    for item in items:
        do(item)
        took = perf_counter() - since
        if took > SLICE:
            await asyncio.sleep(took * rest)
            since = perf_counter()
