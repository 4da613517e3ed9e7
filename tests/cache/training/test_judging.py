"""The figures of `wrp eval cache`, against what can be counted by hand or by scikit-learn."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wrp_cache.training.judging import by_category, curve, judged, least_precision, served

SCORES = st.lists(st.tuples(st.integers(0, 6), st.booleans()), min_size=2, max_size=40)


def test_the_ranking():
    """Area, F1 and recall at a precision."""
    scores = np.array([0.9, 0.8, 0.7, 0.6, 0.5])
    labels = np.array([1, 1, 0, 1, 0], bool)
    told = judged(scores, labels)
    assert told["auroc"] == pytest.approx(5 / 6, abs=1e-4)
    assert told["best_f1"] == pytest.approx(6 / 7, abs=1e-4)
    assert told["recall_at_precision"] == {"0.90": 0.6667, "0.95": 0.6667, "0.98": 0.6667}


def test_one_kind_only():
    """What cannot be said is left out."""
    assert judged(np.array([0.5, 0.6]), np.array([True, True])) == {}


@given(SCORES)
def test_the_curve_is_scikit_learns(drawn: list[tuple[int, bool]]):
    """Precision and recall at every different score."""
    metrics = pytest.importorskip("sklearn.metrics")
    scores = np.array([score for score, _ in drawn], float)
    labels = np.array([label for _, label in drawn])
    if not labels.any():
        return
    precision, recall, thresholds = curve(scores, labels)
    theirs = metrics.precision_recall_curve(labels, scores, drop_intermediate=False)
    assert precision == pytest.approx(theirs[0][:-1][::-1])
    assert recall == pytest.approx(theirs[1][:-1][::-1])
    assert thresholds == pytest.approx(theirs[2][::-1])


def test_a_threshold_with_confidence():
    """The lowest one whose bound holds; none where pairs are few or none is good enough."""
    scores = np.linspace(1, 0, 200)
    labels = np.arange(200) < 100
    picked = least_precision(scores, labels, 0.8)
    assert picked is not None
    kept = labels[scores >= picked.threshold]
    assert picked.precision == pytest.approx(kept.mean(), abs=1e-6)
    assert picked.precision > picked.bound >= 0.8
    assert len(kept) > 100
    assert least_precision(scores[:20], labels[:20], 0.5) is None
    assert least_precision(scores, ~labels, 0.9) is None


@pytest.mark.parametrize("n", [200, 3000])
def test_a_threshold_that_was_picked_from_many_holds_as_often_as_it_says(n: int):
    """Where all thresholds are hardly worse than wanted, one is taken for good in one of twenty sets of pairs."""
    draw, wrong = np.random.default_rng(0), 0
    for _ in range(200):
        wrong += least_precision(draw.random(n), draw.random(n) < 0.9499, 0.95) is not None
    assert wrong <= 18  # one of twenty, and three standard errors


def test_served():
    """Hits, and which of them were wrong."""
    labels = np.array([1, 1, 0, 0], bool)
    assert served(np.array([1, 0, 1, 0], bool), labels) == {
        "precision": 0.5,
        "hits": 2,
        "false_hits": 1,
        "recall": 0.5,
    }
    assert served(np.zeros(4, bool), labels) == {"hits": 0, "false_hits": 0, "recall": 0.0}
    assert served(np.zeros(2, bool), np.zeros(2, bool)) == {"hits": 0, "false_hits": 0}


def test_categories():
    """Each by its own threshold, with the one that would reach the precision that is wanted."""
    cosines = np.concatenate([np.linspace(1, 0.8, 100), np.linspace(1, 0.8, 100)])
    labels = np.concatenate([np.arange(100) < 60, np.zeros(100, bool)])
    vetoed = np.zeros(200, bool)
    vetoed[60:70] = True
    names = ["code"] * 100 + ["talk"] * 100
    told = by_category(names, cosines, vetoed, labels, {"code": 0.95, "talk": 0.9}.__getitem__, 0.9)
    assert told["code"]["n"] == 100
    assert told["code"]["threshold"] == 0.95
    assert told["code"]["theta_precision_at_least"] >= 0.9
    assert told["code"]["theta_recall"] > 0.95
    assert 0.83 < told["code"]["theta"] < 0.89
    assert told["talk"]["false_hits"] == told["talk"]["hits"] > 0
    assert told["talk"]["theta"] is None
