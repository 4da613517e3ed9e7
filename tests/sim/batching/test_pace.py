"""How long iterations take, and how many of them have started."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wrp_router.sim.batching import Hardware, Pace
from wrp_router.sim.batching.pace import started


def test_roofline() -> None:
    """Below as many tokens as take as long as the weights, their number does not matter."""
    pace = Pace(overhead=1.0, weights=4.0, token=0.5, sequence=0.25, context=0.125, attention=0.0625)
    assert pace.seconds(2, 0, 0.0, 0.0) == pace.seconds(8, 0, 0.0, 0.0) == 5.0
    assert pace.seconds(10, 4, 8.0, 16.0) == 1.0 + 5.0 + 1.0 + 1.0 + 1.0


@given(st.floats(0.1, 20.0), st.integers(1, 5000), st.integers(0, 200), st.floats(0, 1e6), st.floats(0, 1e6))
def test_times_is_so_many_times(factor: float, tokens: int, decoding: int, context: float, crossed: float) -> None:
    """Whatever is computed."""
    pace = Pace(overhead=0.01, weights=0.02, token=1e-4, sequence=2e-5, context=1e-7, attention=3e-9)
    asked = tokens, decoding, context, crossed
    assert pace.times(factor).seconds(*asked) == pytest.approx(factor * pace.seconds(*asked))


@pytest.mark.parametrize(
    ("seconds", "count"), [(0.0, 1), (0.9, 1), (1.0, 2), (2.4, 2), (2.5, 3), (4.4, 3), (4.5, 4), (99.0, 5)]
)
def test_started(seconds: float, count: int) -> None:
    """Of iterations of 1, 1.5, 2, ... s those that have started, the one that starts just then among them."""
    assert started(1.0, 0.5, seconds, 5) == count


def test_started_all_alike() -> None:
    """Iterations that do not grow, and those that take no time at all."""
    assert [started(0.5, 0.0, seconds, 9) for seconds in (0.0, 0.4, 0.5, 1.6, 40.0)] == [1, 1, 2, 4, 9]
    assert started(0.0, 0.0, 0.0, 9) == 9
    assert started(0.0, 1.0, 0.0, 9) == 1
    assert started(0.5, 0.0, float("inf"), 9) == started(0.5, 0.5, float("inf"), 9) == 9


@given(st.floats(1e-4, 1.0), st.floats(0.0, 0.1), st.floats(0.0, 100.0), st.integers(1, 2000))
def test_started_is_a_sum(first: float, growth: float, seconds: float, most: int) -> None:
    """As many as a sum over them says, unless one starts within a rounding error of then."""
    count, begins = 0, 0.0
    while count < most and begins <= seconds:
        begins += first + growth * count
        count += 1
    assert abs(started(first, growth, seconds, most) - count) <= (1 if abs(begins - seconds) < 1e-6 else 0) or (
        abs(begins - (first + growth * (count - 1)) - seconds) < 1e-6
    )


def test_negative_is_refused() -> None:
    """No coefficient is below zero, no size below one."""
    with pytest.raises(msgspec.ValidationError):
        msgspec.json.decode(b'{"pace": {"token": -1}}', type=Hardware)
    with pytest.raises(msgspec.ValidationError):
        msgspec.json.decode(b'{"slots": 0}', type=Hardware)
