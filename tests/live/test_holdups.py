"""Signals that held the event loop up: told by how long they took, forgiven after a while."""

from __future__ import annotations

import threading
import time

import pytest

from wrp_router.flow import Read
from wrp_router.live.holdups import EXILE, TOO_LONG, HoldUps
from wrp_router.live.reading import ReadingRoom
from wrp_signals import Message, Reading, RequestView, Vector
from wrp_signals.signal import Tier

pytestmark = pytest.mark.fault("R19")


VIEW = RequestView("chat", "auto", (Message("user", "hello"),), size=100)


def clocked(now: list[float]) -> HoldUps:
    return HoldUps(lambda: now[0])


def test_twice_in_a_row():
    """Once, the machine may have been busy; and what is slow says nothing of others."""
    now = [0.0]
    held = clocked(now)
    for seconds, is_held in ((TOO_LONG, False), (0.001, False), (1.0, False), (TOO_LONG, True), (0.0, True)):
        held.took("a", seconds)
        held.took("b", 0.001)
        assert ("a" in held, "b" in held) == (is_held, False)


def test_it_is_tried_again():
    """After a while; then it takes two again."""
    now = [0.0]
    held = clocked(now)
    held.took("a", 1.0)
    held.took("a", 1.0)
    now[0] = EXILE - 1
    assert "a" in held
    now[0] = EXILE
    assert "a" not in held
    held.took("a", 1.0)
    assert "a" not in held


class Blocking:
    """A signal that does nothing for half a second, and lets nobody else do anything."""

    tier: Tier = "none"
    value_type = "bool"
    expected_cost = 1e-6

    def __init__(self) -> None:
        self.threads: list[int] = []

    def read(self, view: RequestView, vector: Vector | None) -> Reading:
        self.threads.append(threading.get_ident())
        time.sleep(0.5)
        return Reading("true")


async def test_a_signal_that_blocks_leaves_the_loop():
    """Though it was thought to cost a microsecond: from its third reading on it is late, unknown and counted, and the
    loop is free."""
    signal = Blocking()
    room = ReadingRoom({"blocks": signal})
    try:
        for _ in range(2):
            found = room.reader().read(Read(VIEW, ("blocks",), 0.005))
            assert isinstance(found, dict)
            assert "blocks" in found
        found = room.reader().read(Read(VIEW, ("blocks",), 0.005))
        assert not isinstance(found, dict)
        assert await found == {}
        assert signal.threads[:2] == [threading.get_ident()] * 2
        assert threading.get_ident() not in signal.threads[2:]
        assert room.unknown == {("blocks", "late"): 1.0}
    finally:
        room.close()
