"""Chance, one model for all, tables, length."""

from __future__ import annotations

import numpy as np
import pytest

from tests.policies.training.outcome_tables import table
from wrp_policies.training.baselines import BestSingle, ByLabel, ByLength, Random, Single, best_single
from wrp_policies.training.contenders import Inputs

RNG = np.random.default_rng(0)


def test_the_best_single():
    """By its mean on what is known; of equals the cheapest; one of which nothing is known is never it."""
    assert best_single(table([[0.0, 1.0, np.nan], [1.0, 1.0, np.nan]])) == 1
    assert best_single(table([[1.0, 1.0]], [2.0, 1.0])) == 1
    made = table([[0.0, 1.0], [1.0, 1.0]])
    found = BestSingle().fit(made, Inputs(made.prompts), RNG).estimate(Inputs(("x",) * 3))
    np.testing.assert_array_equal(found, [[-np.inf, 0.0]] * 3)
    np.testing.assert_array_equal(Single(0).fit(made, Inputs(made.prompts), RNG).values, [0.0, -np.inf])


def test_random_is_even():
    """Every model comes first about as often, and each prompt is drawn for itself."""
    found = (
        Random().fit(table([[0.0, 1.0, 0.5]]), Inputs(("x",)), np.random.default_rng(1)).estimate(Inputs(("x",) * 3000))
    )
    assert np.bincount(found.argmax(axis=1)) == pytest.approx([1000] * 3, abs=100)


def test_a_table():
    """Means by label; what a label does not know, and labels that are new, have the mean of all."""
    made = table([[1.0, 0.0], [0.0, np.nan], [0.5, 1.0]], categories=("x", "x", "y"))
    fitted = ByLabel("categories").fit(made, Inputs(made.prompts, categories=made.categories), RNG)
    found = fitted.estimate(Inputs(("", "", ""), categories=("y", "x", "z")))
    np.testing.assert_allclose(found, [[0.5, 1.0], [0.5, 0.0], [0.5, 0.5]])
    np.testing.assert_allclose(fitted.estimate(Inputs(("",))), [[0.5, 0.5]])


def test_length():
    """A line through the logarithms, for each model its own; where lengths do not differ, its mean."""
    prompts = ("x", "x" * 10, "x" * 100)
    made = table([[0.0, 1.0], [0.5, 1.0], [1.0, np.nan]], prompts=prompts)
    fitted = ByLength().fit(made, Inputs(prompts), RNG)
    np.testing.assert_allclose(fitted.estimate(Inputs(("x" * 1000,))), [[1.5, 1.0]])
    np.testing.assert_allclose(fitted.estimate(Inputs(("", "x"))), [[0.0, 1.0]] * 2, atol=1e-12)
    same = ByLength().fit(table([[0.0], [1.0]], prompts=("x", "y")), Inputs(("x", "y")), RNG)
    np.testing.assert_allclose(same.estimate(Inputs(("xxx",))), [[0.5]])
