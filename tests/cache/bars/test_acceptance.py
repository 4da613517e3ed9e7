"""Who decides on a neighbour: the fixed threshold, and how far it may be lowered."""

from __future__ import annotations

import math
import random

from hypothesis import given
from hypothesis import strategies as st

from wrp_cache.bars.acceptance import Fixed, Neighbour, lowered, lowest
from wrp_cache.types import Bar

NAN = math.nan


def near(similarity: float) -> Neighbour:
    return Neighbour("code", "acme", b"n", similarity)


def test_fixed_serves_what_reaches_the_threshold():
    """And nothing below it, nor what cannot be compared."""
    rng, bar = random.Random(1), Bar(threshold=0.9)
    given = [Fixed().verdict(near(similarity), bar, 0.0, 0.0, rng) for similarity in (0.9, 0.95, 0.89, NAN)]
    assert given == ["serve", "serve", "miss", "miss"]


def test_relief_reaches_down_to_the_floor():
    """By as much as it says, and no further than the category grants."""
    bar = Bar(threshold=0.9, floor=0.84)
    assert lowered(bar, 0.03) == 0.87
    assert lowered(bar, 0.5) == 0.84
    assert Fixed().floor("code", bar, 0.03) == 0.87
    assert Fixed().verdict(near(0.875), bar, 0.03, 0.0, random.Random(1)) == "serve"


def test_relief_is_nothing_to_critical_categories():
    """Nor to those without a floor; and what is no number above zero is none."""
    assert lowered(Bar(threshold=0.9, floor=0.8, critical=True), 0.1) == 0.9
    assert lowered(Bar(threshold=0.9), 0.1) == 0.9
    assert [lowered(Bar(threshold=0.9, floor=0.8), relief) for relief in (0.0, -1.0, NAN)] == [0.9] * 3


def test_fixed_learns_nothing():
    """Whatever it is told."""
    fixed = Fixed()
    fixed.learn(near(0.9), False, 0.0)
    fixed.forget(b"n")
    assert fixed.verdict(near(0.9), Bar(threshold=0.9), 0.0, 0.0, random.Random(1)) == "serve"


@given(st.floats(0.01, 1.0), st.floats(0.0, 1.0), st.booleans(), st.floats(allow_nan=True, allow_infinity=True))
def test_no_bar_falls_below_its_lowest(threshold: float, floor: float, critical: bool, relief: float):
    """Nor rises above its threshold."""
    bar = Bar(threshold=threshold, floor=floor, critical=critical)
    assert lowest(bar) <= lowered(bar, relief) <= threshold
