"""Who may say how good a model will be."""

from __future__ import annotations

import numpy as np
import pytest

from tests.policies.training.outcome_tables import two_worlds
from wrp_policies.training.contenders import CONTENDERS, Inputs, running


def test_who_runs():
    """Those whose needs are met; where there are several tiers, one for each that uses one."""
    made, inputs = two_worlds(20, np.random.default_rng(1))
    assert set(running(inputs)) == set(CONTENDERS)
    bare = running(Inputs(made.prompts))
    assert set(bare) == {name for name, entry in CONTENDERS.items() if not entry.needs}
    both = Inputs(made.prompts, {"static": inputs.vectors["static"], "model": inputs.vectors["static"]})
    assert {"knn-static", "knn-model"} < set(running(both))
    assert not {"knn", "categories"} & set(running(both))


@pytest.mark.parametrize("name", CONTENDERS)
def test_every_contender(name: str):
    """Fits, estimates every model for every prompt, also for prompts of labels never seen; the same seed says the same;
    is not told what its own prompts scored; and copes with a model of which nothing is known."""
    made, inputs = two_worlds(60, np.random.default_rng(2))
    seen, asked = np.arange(40), inputs.rows(np.arange(40, 60))
    strange = Inputs(asked.prompts, asked.vectors, ("never",) * 20, ("never",) * 20)
    made.scores[:, 1] = np.nan
    found = [
        running(inputs)[name].fit(made.rows(seen), inputs.rows(seen), np.random.default_rng(3)).estimate(one)
        for one in (asked, asked, strange)
    ]
    assert [one.shape for one in found] == [(20, 2)] * 3
    np.testing.assert_array_equal(found[0], found[1])
    assert not np.isnan(found[2][:, 0]).any()


@pytest.mark.parametrize("name", ["categories", "tasks", "knn", "clusters"])
def test_who_sees_the_prompt_chooses_well(name: str):
    """Where there are two kinds of prompts, each of which one model can do."""
    made, inputs = two_worlds(200, np.random.default_rng(4))
    seen, asked = np.arange(100), np.arange(100, 200)
    fitted = running(inputs)[name].fit(made.rows(seen), inputs.rows(seen), np.random.default_rng(5))
    picked = fitted.estimate(inputs.rows(asked)).argmax(axis=1)
    assert (picked == asked % 2).mean() > 0.97


def test_rows_of_inputs():
    """Everything that there is of them."""
    _, inputs = two_worlds(6, np.random.default_rng(6))
    part = inputs.rows(np.array([5, 0]))
    assert part.categories == part.tasks == ("odd", "even")
    np.testing.assert_array_equal(part.vectors["static"], inputs.vectors["static"][[5, 0]])
    assert Inputs(("x", "y")).rows(np.array([1])).prompts == ("y",)
