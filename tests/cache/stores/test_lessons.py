"""Taking turns."""

from __future__ import annotations

import asyncio
from time import perf_counter

from wrp_cache.stores.lessons import SLICE, each


def busy() -> None:
    """For longer than a slice."""
    end = perf_counter() + 1.5 * SLICE
    while perf_counter() < end:
        pass


async def test_whoever_else_waits_has_a_turn_after_each_slice():
    """However many items there are."""
    turns: list[str] = []

    async def other() -> None:
        for _ in range(5):
            turns.append("other")
            await asyncio.sleep(0)

    def item(name: str) -> None:
        turns.append(name)
        busy()

    task = asyncio.create_task(other())
    await each(["a", "b", "c"], item)
    await task
    assert turns[:6] == ["a", "other", "b", "other", "c", "other"]


async def test_nothing_is_nothing():
    """No turn is given for it."""
    await each([], busy)


async def test_rest_is_taken_for_work():
    """So that others have the most of the loop."""
    loop = asyncio.get_running_loop()
    since = loop.time()
    await each([busy] * 4, lambda do: do(), rest=3.0)
    assert loop.time() - since >= 4 * 1.5 * SLICE * 4
