"""What to do to a trace before it is played, as one word."""

from __future__ import annotations

import random

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wrp_router.sim.traces import Arrival, Shape, Trace, cut, poisson, rate, repeat, skip, spread, synthetic, take

HEAPS = Trace("heaps", 10, lambda: (Arrival(3.0 * (n // 10), 95, n, tuple(range(n, n + 10))) for n in range(200)))


def test_nothing_is_done_unasked():
    """The default shape leaves a trace as it is."""
    assert Shape().of(HEAPS) is HEAPS


def test_all_of_it_in_order():
    """As the functions do it one after the other, with one rng."""
    shaped = Shape(skip=5, take=100, cut=30, spread="detect", repeat=3, poisson=8.0, seed=4).of(HEAPS)
    rng = random.Random(4)
    wanted = spread(cut(take(skip(HEAPS, 5), 100), 30), None, rng)
    assert list(shaped) == list(poisson(repeat(wanted, 3), 8.0, rng))


def test_a_rate_is_of_all_that_is_played():
    """Of the rounds, not of the file."""
    shaped = Shape(take=50, spread=3.0, repeat=2, share=True, rate=2.0).of(HEAPS)
    wanted = repeat(spread(take(HEAPS, 50), 3.0, random.Random(0)), 2, share=True)
    assert list(shaped) == list(rate(wanted, 2.0))


@given(st.integers(0, 50), st.integers(0, 50), st.integers(1, 3), st.integers())
def test_a_shape_repeats(skipped: int, taken: int, rounds: int, seed: int):
    """The same shape of the same trace is the same trace."""
    shape = Shape(skip=skipped, take=taken, repeat=rounds, poisson=3.0, seed=seed)
    trace = synthetic(1, 60)
    assert list(shape.of(trace)) == list(shape.of(trace))
    left = max(0, 60 - skipped)
    assert len(list(shape.of(trace))) == rounds * (min(left, taken) if taken else left)


@pytest.mark.parametrize(
    "text",
    [
        '{"rate": 1, "poisson": 1}',
        '{"rate": 0}',
        '{"poisson": -1}',
        '{"spread": "slowly"}',
        '{"spread": 0}',
        '{"repeat": 0}',
        '{"take": -1}',
        '{"cut": -1}',
        '{"tak": 1}',
    ],
)
def test_shapes_without_sense_are_refused(text: str):
    """When they are read."""
    with pytest.raises(msgspec.ValidationError):
        msgspec.json.decode(text, type=Shape)
    with pytest.raises(ValueError, match="give one"):
        Shape(rate=1.0, poisson=1.0)
