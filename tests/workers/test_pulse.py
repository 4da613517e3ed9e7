"""Who is silent, counted in looks."""

from __future__ import annotations

import asyncio
import signal

import pytest

from wrp_router.workers.messages import Reply
from wrp_router.workers.pulse import LOOKS, SILENCE, watch
from wrp_router.workers.worker import Worker

from .pairs import Near


class Told(Near):
    """What it was signalled."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.signals: list[int] = []

    def signal(self, number: int) -> None:
        self.signals.append(number)


async def looked(members: list[Told], looks: int) -> None:
    """So often, and no more."""
    left = looks
    rounds = asyncio.Event()

    def serving() -> list[Worker]:
        nonlocal left
        left -= 1
        if left < 0:
            rounds.set()
            return []
        return list(members)

    watching = asyncio.create_task(watch(serving, 0.001))
    async with asyncio.timeout(30):
        await rounds.wait()
    watching.cancel()
    await asyncio.gather(watching, return_exceptions=True)


async def test_who_is_silent_is_asked_where_it_stands_and_killed():
    """Who speaks is not, nor who leaves."""
    silent, speaks, leaves = Told(0), Told(1), Told(2)
    leaves.leaving = True
    await looked([silent, speaks, leaves], LOOKS - 1)
    speaks._said(Reply(-1, None))
    assert silent.signals == []
    await looked([silent, speaks, leaves], 1)
    assert silent.signals == [signal.SIGUSR1]
    await looked([silent, speaks, leaves], 1)
    assert silent.signals == [signal.SIGUSR1, signal.SIGKILL]
    assert speaks.signals == leaves.signals == []


def test_a_look_is_longer_than_a_word():
    """A worker says one every second."""
    assert pytest.approx(1.0) == SILENCE / LOOKS
