"""Falling through trees."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wrp_policies.learning.forest import Forest, depth_of, values_of

NAN, INF = float("nan"), float("inf")


def forest(values: list[list[float]] | None = None) -> Forest:
    """Two trees. The first asks for feature 0 (up to 0.5: node 1, else node 2, which asks for feature 1); the second
    is a leaf alone."""
    return Forest(
        feature=np.array([0, 0, 1, 0, 0, 0], np.int32),
        threshold=np.array([0.5, INF, 0.5, INF, INF, INF], np.float32),
        below=np.array([1, 1, 3, 3, 4, 5], np.int32),
        roots=np.array([0, 5], np.int32),
        depth=2,
        values=np.array(values or [[0.0]] * 6, np.float32),
    )


def rows(*points: tuple[float, float]) -> npt.NDArray[np.float32]:
    return np.array(points, np.float32).reshape(-1, 2)


@pytest.mark.parametrize(("point", "leaf"), [((0.5, 9), 1), ((0.6, 0.5), 3), ((0.6, 0.6), 4), ((NAN, 0), 1)])
def test_into_which_leaf(point: tuple[float, float], leaf: int) -> None:
    """Up to the threshold to the left; what is no number is above none."""
    assert forest().leaves(rows(point)).tolist() == [[leaf, 5]]


@given(st.lists(st.tuples(st.floats(0, 1, width=32), st.floats(0, 1, width=32)), max_size=20))
def test_one_by_one_or_together(points: list[tuple[float, float]]) -> None:
    """The estimate is the mean of the leaves, for a prompt alone as for many."""
    made = forest([[0, 0], [1, 0.5], [0, 0], [0.2, 0.3], [0.4, 0.1], [0.6, 0.9]])
    together = made.estimate(rows(*points))
    assert together.shape == (len(points), 2)
    for point, found in zip(points, together, strict=True):
        assert made.one(np.array(point, np.float32)) == pytest.approx(found, abs=1e-6)


def test_values_are_means_of_what_fell_there() -> None:
    """Drawn towards the model's mean as by one prompt more; where nothing fell they are that."""
    points = rows((0, 0), (0, 0), (1, 0))
    scores = np.array([[1.0, NAN], [0.0, 1.0], [1.0, 0.0]])
    found = values_of(forest(), points, scores, prior=1.0)
    mean = 2 / 3
    assert found[1] == pytest.approx([(1 + mean) / 3, (1 + 0.5) / 2])
    assert found[3] == pytest.approx([(1 + mean) / 2, (0 + 0.5) / 2])
    assert found[4] == pytest.approx([mean, 0.5])
    assert found[5] == pytest.approx([mean, 0.5])


def test_a_model_of_which_nothing_is_known() -> None:
    """Has no value anywhere."""
    assert np.isnan(values_of(forest(), rows((0, 0)), np.array([[NAN]]), prior=1.0)).all()


def test_depth() -> None:
    """Of the deepest tree."""
    assert depth_of(forest().below, forest().roots) == 2
    assert depth_of(forest().below, np.array([5], np.int32)) == 0
