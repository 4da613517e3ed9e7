"""What is said of a trial."""

from __future__ import annotations

import math

import numpy as np
import pytest

from wrp_policies.training.report import FIGURES, averaged, figure, report, rival_of

DRAWS = {"apgr": np.array([0.61234, 0.5, 0.7]), "mean_cost": np.array([0.00012345, 0.0001, 0.0002])}
OTHER = {"apgr": np.array([0.5, 0.45, 0.55]), "aiq": np.array([0.1, 0.1, 0.1])}


def test_figures_and_intervals():
    """What cannot be said is None, and has no interval."""
    told = report([DRAWS])
    assert (told["apgr"], told["mean_cost"], told["aiq"]) == (0.6123, 0.0001234, None)
    assert told["intervals"] == {"apgr": [0.5, 0.7], "mean_cost": [0.0001, 0.0002]}
    assert set(told) == {*FIGURES, "intervals"}


def test_several_seeds():
    """Their mean, its interval over prompts, and how far seeds are apart."""
    more = {"apgr": np.array([0.41234, 0.3, 0.5]), "mean_cost": DRAWS["mean_cost"]}
    told = report([DRAWS, more])
    assert told["apgr"] == 0.5123
    assert told["intervals"]["apgr"] == [0.4, 0.6]
    assert told["spread"]["apgr"] == [0.4123, 0.6123]
    assert averaged([DRAWS, more])["apgr"] == pytest.approx([0.51234, 0.4, 0.6])


def test_differences_are_paired():
    """Resample by resample; of what both have."""
    told = report([DRAWS], [OTHER], "knn")
    assert told["against"] == {"policy": "knn", "apgr": {"difference": 0.1123, "interval": [0.05, 0.15]}}


def test_what_is_never_reached():
    """Is None, as a figure, as an end of an interval and as a difference."""
    ratio = {"cost_at_best_single": np.array([math.inf, 0.5, math.inf])}
    told = report([ratio], [ratio], "knn")
    assert told["cost_at_best_single"] is None
    assert told["intervals"]["cost_at_best_single"] == [0.5, None]
    assert told["against"]["cost_at_best_single"] == {"difference": None, "interval": [0.0, 0.0]}
    assert report([{"apgr": np.array([0.5])}])["intervals"]["apgr"] is None


@pytest.mark.parametrize(
    ("value", "said"), [(0.123456, 0.1235), (0.00123456, 0.001235), (0.0, 0.0), (-2.00004, -2.0), (math.nan, None)]
)
def test_digits(value: float, said: float | None):
    """Four decimals, of small numbers four digits."""
    assert figure(value) == said


def test_whom_others_are_held_against():
    """kNN with the best vectors; without any the best single model, or whoever is there."""
    assert rival_of(dict.fromkeys(("random", "knn-static", "knn-model"))) == "knn-model"
    assert rival_of(dict.fromkeys(("random", "knn"))) == "knn"
    assert rival_of(dict.fromkeys(("random", "best_single"))) == "best_single"
    assert rival_of(dict.fromkeys(("random",))) == "random"
