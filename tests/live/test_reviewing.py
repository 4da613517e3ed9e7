"""Second looks on a thread."""

from __future__ import annotations

import asyncio
import random
import threading
from typing import Any

import pytest

from tests.live.test_driver import PREAMBLE, RAW, VIEW, Nobody
from wrp_cache.against import Against, Recall, unknown
from wrp_router.fleet import Fleet
from wrp_router.flow import Ask, Flow, Review
from wrp_router.live.driver import Driver
from wrp_router.live.reading import ReadingRoom
from wrp_router.live.relay import Streams
from wrp_router.live.reviewing import CROWD, Reviewing
from wrp_router.live.waiting import WaitingRoom
from wrp_router.live.world import Inbound, World
from wrp_router.wire.body import decode
from wrp_signals.facts import Vector

LOOK = Review("a", "b", 0.9, 5.0)


class Slow:
    """Says what it is told to say, once it may."""

    def __init__(self, says: str | Exception | None = None, may: bool = True) -> None:
        self.says, self.may = says, threading.Event()
        self.threads: list[str] = []
        if may:
            self.may.set()

    def judge(self, asked: str, vector: Vector | None = None) -> Against:
        def against(stored: str, similarity: float = 1.0, recall: Recall = unknown) -> str | None:
            self.threads.append(threading.current_thread().name)
            assert self.may.wait(20.0)
            if isinstance(self.says, Exception):
                raise self.says
            return f"{asked}{stored}{similarity}" if self.says == "echo" else self.says

        return against


@pytest.mark.parametrize(("says", "heard"), [(None, None), ("echo", "ab0.9"), (ValueError("no"), "review: failed")])
async def test_what_the_judge_says(says: Any, heard: str | None) -> None:
    """Beside the event loop; an error speaks against the neighbour."""
    judge = Slow(says)
    reviewing = Reviewing(judge)
    assert await reviewing.look(LOOK) == heard
    assert "wrp-review" in judge.threads[0]
    reviewing.close()


async def test_patience_and_the_crowd_have_an_end() -> None:
    """Who comes late or when too many wait is told so; then it goes on."""
    judge = Slow(may=False)
    reviewing = Reviewing(judge)
    assert await reviewing.look(Review("a", "b", 0.9, 0.01)) == "review: late"
    waiting = [asyncio.create_task(reviewing.look(LOOK)) for _ in range(CROWD)]
    await asyncio.sleep(0)
    assert await reviewing.look(LOOK) == "review: too many wait"
    judge.may.set()
    assert await asyncio.gather(*waiting) == [None] * CROWD
    reviewing.close()


@pytest.mark.parametrize(("judge", "heard"), [(Slow("no"), "no"), (None, None)])
async def test_drivers_ask(judge: Slow | None, heard: str | None) -> None:
    """Where nobody reviews, nothing is found."""
    said: list[str | None] = []

    def flow() -> Flow[None]:
        said.append((yield LOOK))

    reviewing = Reviewing(judge) if judge is not None else None
    fleet = Fleet([], random.Random(0), lambda change: None)
    world = World(fleet, {}, WaitingRoom(), ReadingRoom({}), lambda row: None, Streams(), reviewing=reviewing)
    ask = Ask("dec_1", "req_1", VIEW, 0.0, 0.0, 1e9)
    await Driver(world, ask, Inbound(decode("chat", RAW), PREAMBLE), Nobody()).run(flow())
    assert said == [heard]
    if reviewing is not None:
        reviewing.close()
