"""The clock that moves only when told."""

import pytest

from wrp_router.fakes.clock import TickingClock


def test_stands_still_until_it_is_advanced():
    """Calling it does not move it; `advance` does, and says where it is."""
    clock = TickingClock(10.0)
    assert clock() == clock() == 10.0
    assert clock.advance(2.5) == clock() == 12.5


def test_steps_with_each_call_where_asked_to():
    """With a step, code that measures itself sees time pass."""
    clock = TickingClock(step=0.5)
    assert [clock(), clock(), clock()] == [0.0, 0.5, 1.0]


def test_never_goes_back():
    """A negative advance is a mistake of the test."""
    with pytest.raises(ValueError, match="does not go back"):
        TickingClock().advance(-1)
