"""Plain kNN."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from tests.policies.training.outcome_tables import table, two_worlds
from wrp_policies.training.contenders import Inputs
from wrp_policies.training.nearest import STEP, Nearest, apart, averages, nearest

UNIT = np.eye(3, dtype=np.float32)


@given(st.integers(1, 30), st.integers(1, 40), st.integers(0, 1000))
def test_nearest_as_sorting_has_it(k: int, count: int, seed: int):
    """The k nearest by cosine, the nearest first; all where there are fewer."""
    rng = np.random.default_rng(seed)
    seen, asked = (rng.normal(size=(n, 5)).astype(np.float32) for n in (count, 3))
    found = nearest(asked, seen, k)
    likeness = asked @ seen.T
    assert found.shape == (3, min(k, count))
    expected = -np.sort(-likeness, axis=1)[:, : found.shape[1]]
    np.testing.assert_array_equal(np.take_along_axis(likeness, found, axis=1), expected)


def test_averages():
    """Of what is known among the k; where that is nothing, of all. In steps, however many are asked."""
    scores = np.array([[1.0, np.nan], [0.0, 1.0], [0.5, 0.0]])
    found = averages(np.repeat(UNIT[:1] + 0.1 * UNIT[1:2], STEP + 3, axis=0), UNIT, scores, (1, 2))
    assert found.shape == (2, STEP + 3, 2)
    np.testing.assert_allclose(found[0, [0, -1]], [[1.0, 0.5]] * 2)
    np.testing.assert_allclose(found[1, -1], [0.5, 1.0])


def test_k_is_chosen_on_held_out_prompts():
    """Few neighbours where kinds are small, many where there is only noise."""
    made, inputs = two_worlds(200, np.random.default_rng(1))
    assert Nearest("static", (5, 150)).fit(made, inputs, np.random.default_rng(2)).k == 5
    made.scores[:] = np.random.default_rng(3).random(made.scores.shape) < 0.5
    assert Nearest("static", (5, 100)).fit(made, inputs, np.random.default_rng(4)).k == 100


def test_few_prompts():
    """No more neighbours than half of them; where nothing can be held out, the first."""
    made = table([[1.0], [0.0], [1.0]])
    inputs = Inputs(made.prompts, {"static": UNIT})
    assert Nearest("static").fit(made, inputs, np.random.default_rng(0)).k == 1
    alike = table([[1.0], [0.0], [1.0], [1.0]], groups=("same",) * 4)
    inputs = Inputs(alike.prompts, {"static": UNIT[[0, 1, 2, 0]]})
    assert Nearest("static", (1, 2)).fit(alike, inputs, np.random.default_rng(0)).k == 1


def test_what_tells_models_apart():
    """Scores less their row's mean, of what is known."""
    np.testing.assert_allclose(apart(np.array([[1.0, 0.0, np.nan]])), [[0.5, -0.5, np.nan]])
