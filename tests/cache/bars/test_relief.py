"""How far bars fall under load: marks, slope and speed."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wrp_cache.bars.relief import Relief, Slope

FAST = Slope(enter=0.8, leave=0.6, full=1.0, most=0.1, ramp=0.0)


def test_relief_begins_at_one_mark_and_ends_at_another():
    """Between them it stays as it was: what it achieves does not end it."""
    relief = Relief(FAST)
    assert relief(0.79, 0.0) == 0.0
    assert not relief.active
    assert relief(0.8, 1.0) == pytest.approx(0.05)
    assert relief.active
    assert relief(0.7, 2.0) == pytest.approx(0.025)
    assert relief(0.6, 3.0) == 0.0
    assert relief(0.7, 4.0) == 0.0


def test_relief_has_a_most():
    """Beyond full load there is no more of it."""
    assert Relief(FAST)(7.0, 0.0) == pytest.approx(0.1)


def test_relief_takes_its_time():
    """The whole way takes `ramp` seconds, up and down; the first look moves nothing."""
    relief = Relief(Slope(enter=0.8, leave=0.6, full=1.0, most=0.1, ramp=10.0))
    assert relief(2.0, 100.0) == 0.0
    assert relief(2.0, 105.0) == pytest.approx(0.05)
    assert relief(2.0, 115.0) == pytest.approx(0.1)
    assert relief(0.0, 116.0) == pytest.approx(0.09)


def test_a_clock_that_goes_back_changes_nothing():
    """Nor does the way back count twice."""
    relief = Relief(Slope(ramp=10.0, most=0.1))
    relief(2.0, 100.0)
    relief(2.0, 105.0)
    assert relief(2.0, 50.0) == pytest.approx(0.05)
    assert relief(2.0, 105.0) == pytest.approx(0.05)


def test_load_that_is_no_number_is_none():
    """What is not measured lowers no bar."""
    relief = Relief(FAST)
    relief(1.0, 0.0)
    assert relief(math.nan, 1.0) == 0.0


def test_marks_in_the_wrong_order_are_refused():
    """As is a slope without a width."""
    with pytest.raises(ValueError, match="leave < enter"):
        Slope(enter=0.5, leave=0.6)
    with pytest.raises(ValueError, match="leave < enter"):
        Slope(enter=1.2, full=1.1)


@given(st.lists(st.tuples(st.floats(allow_nan=True), st.floats(0, 100)), max_size=50))
def test_relief_stays_within_its_bounds(loads: list[tuple[float, float]]):
    """Whatever the load does, and never jumps further than the ramp allows."""
    relief, now, before = Relief(Slope(ramp=20.0, most=0.1)), 0.0, 0.0
    for load, past in loads:
        now += past
        value = relief(load, now)
        assert 0.0 <= value <= 0.1 + 1e-12
        assert abs(value - before) <= 0.1 * past / 20.0 + 1e-9
        before = value
