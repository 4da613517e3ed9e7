"""Vectors as one row of numbers."""

from __future__ import annotations

import numpy as np
import pytest

from wrp_policies.learning.lookout import Lookout, projected

LOOKOUT = Lookout(
    ("surface", "static"),
    {"static": np.array([1, 1, 1], np.float32)},
    {"static": np.array([[1], [0], [0]], np.float32)},
)


def test_tiers_in_their_order() -> None:
    """As they are, or projected after their mean was taken off; for one prompt and for many."""
    vectors = {"static": np.array([3, 9, 9], np.float32), "surface": np.array([7, 8], np.float32)}
    assert LOOKOUT.features(vectors) == pytest.approx([7, 8, 2])
    many = LOOKOUT.features({tier: np.stack([one, one]) for tier, one in vectors.items()})
    assert many == pytest.approx(np.array([[7, 8, 2], [7, 8, 2]]))


def test_a_tier_that_is_missing() -> None:
    """Then there are no features at all: half of them would mean something else."""
    assert LOOKOUT.features({"surface": np.zeros(2, np.float32)}) is None


def test_the_directions_in_which_rows_differ_most() -> None:
    """First the widest; projections are as wide as the rows were."""
    rng = np.random.default_rng(0)
    rows = (rng.standard_normal((500, 4)) * [0.1, 3.0, 1.0, 0.2] + 5.0).astype(np.float32)
    mean, directions = projected(rows, 2)
    assert mean == pytest.approx([5.0] * 4, abs=0.3)
    assert directions.shape == (4, 2)
    assert abs(directions[1, 0]) > 0.99
    assert abs(directions[2, 1]) > 0.99
