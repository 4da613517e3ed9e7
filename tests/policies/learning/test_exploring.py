"""How chance is shared out."""

from __future__ import annotations

import random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wrp_policies.learning.exploring import drawn, floored, greedy, inverse_gap, normals, wins

VALUES = st.lists(st.floats(-100, 100), min_size=1, max_size=20)
FLOORS = st.floats(0, 0.5)


@given(values=VALUES, floor=FLOORS, gamma=st.floats(0.01, 1e6))
def test_chances_are_distributions_with_floors(values: list[float], floor: float, gamma: float) -> None:
    """They sum to one, nobody has less than the floor, or an equal share; the best has most."""
    best, least = max(range(len(values)), key=values.__getitem__), min(floor, 1.0 / len(values))
    for chances in (greedy(best, len(values), floor), floored(inverse_gap(values, gamma), floor)):
        assert sum(chances) == pytest.approx(1.0)
        assert min(chances) >= least - 1e-12
        assert chances[best] == pytest.approx(max(chances))


def test_inverse_gap_by_hand() -> None:
    """SquareCB's formula: two arms, 0.1 apart, gamma 10."""
    assert inverse_gap([0.5, 0.4], 10.0) == pytest.approx([2 / 3, 1 / 3])
    assert inverse_gap([0.4], 10.0) == [1.0]


def test_no_floor_means_none() -> None:
    """0 is allowed, and then who is not the best is never drawn."""
    assert greedy(1, 3, 0.0) == [0.0, 1.0, 0.0]
    rng = random.Random(1)
    assert {drawn([0.0, 1.0, 0.0], rng) for _ in range(500)} == {1}


def test_draws_follow_chances() -> None:
    """Within five standard deviations of 20,000 draws."""
    rng, chances = random.Random(5), [0.01, 0.79, 0.2]
    seen = np.bincount([drawn(chances, rng) for _ in range(20_000)], minlength=3) / 20_000
    for share, chance in zip(seen, chances, strict=True):
        assert abs(share - chance) <= 5 * (chance * (1 - chance) / 20_000) ** 0.5


class Last(random.Random):
    """Chance that comes out at the very end."""

    def random(self) -> float:
        return 1.0


def test_rounding_past_the_end_is_the_likeliest() -> None:
    """Never a place without a chance."""
    assert drawn([0.25, 0.75, 0.0], Last()) == 1


def test_wins_are_how_often_each_is_best() -> None:
    """Of two normals, 0.1 apart with deviation 0.1 each, the better wins with probability 0.76; the same every time."""
    table = normals(1024, 2)
    shares = wins(np.array([0.6, 0.5]), np.array([0.1, 0.1]), table)
    assert shares[0] == pytest.approx(0.76, abs=0.04)
    assert sum(shares) == pytest.approx(1.0)
    assert shares == wins(np.array([0.6, 0.5]), np.array([0.1, 0.1]), normals(1024, 2))
    assert table.mean(0).tolist() == pytest.approx([0.0, 0.0])


def test_no_doubt_no_chance() -> None:
    """With no spread the best wins every draw."""
    assert wins(np.array([0.1, 0.5, 0.3]), np.zeros(3), normals(64, 3)) == [0.0, 1.0, 0.0]
