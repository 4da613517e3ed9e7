"""Where a request waits for another's answer."""

from __future__ import annotations

from wrp_router.flow import Seat


def test_whoever_waits_is_woken() -> None:
    """Once the seat is settled, with what settled it."""
    woken: list[bool] = []
    seat = Seat()
    seat.wake = lambda: woken.append(seat.settled)
    assert (seat.settled, seat.answer) == (False, None)
    seat.settle(None)
    assert (seat.settled, woken) == (True, [True])


def test_nobody_need_wait() -> None:
    """It may be settled before the driver looks."""
    seat = Seat()
    seat.settle(None)
    assert seat.settled
