"""The figures of `wrp eval`."""

from __future__ import annotations

import numpy as np
import pytest

from wrp_signals.training.judging import judge_classes, judge_numbers, judge_spans, judge_yes_no, rounded
from wrp_signals.training.metrics import Span


def test_yes_and_no():
    """All that can be said of both classes."""
    report = judge_yes_no(
        np.array([True, True, False, False]),
        np.array([0.9, 0.8, 0.4, 0.1]),
        np.array([True, False, True, False]),
        probable=True,
    )
    assert report == {
        "accuracy": 0.5,
        "macro_f1": 0.5,
        "auroc": 0.75,
        "recall_at_fpr_1": 0.5,
        "fpr": 0.5,
        "recall": 0.5,
        "precision": 0.5,
        "ece": pytest.approx(0.4),
    }


def test_negatives_alone():
    """Have a false positive rate and nothing that needs positives; a cosine has no calibration."""
    report = judge_yes_no(np.array([True, False]), np.array([0.9, 0.1]), np.zeros(2, bool), probable=False)
    assert report == {"accuracy": 0.5, "fpr": 0.5, "precision": 0.0}


def test_classes():
    """Accuracy and F1 of what is in scope; calibration of the top class."""
    report = judge_classes(["law", "art"], np.array([0.9, 0.6]), ["law", "law"], np.zeros(2, bool), probable=True)
    assert report == {
        "accuracy": 0.5,
        "macro_f1": 0.6667,
        "ece": pytest.approx(0.35),
        "f1_by_class": {"law": 0.6667},
    }


def test_out_of_scope():
    """At the bar that keeps 95 % of what is in scope."""
    scores = np.concatenate([np.linspace(0.5, 1, 100), np.array([0.1, 0.2, 0.9])])
    labels = ["law"] * 100 + ["other"] * 3
    said = ["law"] * 101 + ["other", "law"]
    report = judge_classes(said, scores, labels, np.arange(103) >= 100, probable=False)
    assert report["accuracy"] == 1.0
    assert (report["oos"], report["oos_recall"], report["oos_recall_at_95"]) == (3, 0.3333, 0.6667)
    assert report["oos_bar_at_95"] == pytest.approx(0.525, abs=0.001)


def test_nothing_in_scope():
    """Leaves what was refused."""
    report = judge_classes(["other"], np.array([0.1]), ["other"], np.ones(1, bool), probable=True)
    assert report == {"oos": 1, "oos_recall": 1.0, "f1_by_class": {}}


def test_numbers_against_yes_and_no():
    """How well they rank, and what a threshold gives."""
    values, labels = np.array([3.0, 1.0, 2.0, 0.0]), np.array([1.0, 0.0, 1.0, 0.0])
    assert judge_numbers(values, labels) == {"auroc": 1.0, "recall_at_fpr_1": 1.0}
    assert judge_numbers(values, labels, 1.0) == {
        "auroc": 1.0,
        "recall_at_fpr_1": 1.0,
        "accuracy": 0.75,
        "fpr": 0.5,
        "recall": 1.0,
    }


def test_numbers_against_numbers():
    """Order, and the relative error, of which there is none where the truth is 0."""
    report = judge_numbers(np.array([11.0, 18.0, 5.0]), np.array([10.0, 20.0, 0.0]))
    assert report == {"spearman": 1.0, "median_relative_error": pytest.approx(0.1)}
    assert judge_numbers(np.array([1.0, 2.0]), np.array([2.0, 1.0])) == {
        "spearman": -1.0,
        "median_relative_error": pytest.approx(0.75),
    }


MAIL, NAME, URL = Span("EMAIL_ADDRESS", 0, 10), Span("PERSON", 20, 25), Span("URL", 30, 40)


def test_spans():
    """Types that are not sought, or that nobody labelled, are counted apart."""
    report = judge_spans([[MAIL, URL], []], [[MAIL, NAME], [MAIL]], frozenset({"EMAIL_ADDRESS", "URL"}))
    assert report == {
        "span_f2": 0.5556,
        "span_f2_exact": 0.5556,
        "span_recall": 0.5,
        "span_precision": 1.0,
        "spans": 2,
        "spans_of_types_not_sought": 1,
        "found_of_types_not_labelled": 1,
        "span_types": {"EMAIL_ADDRESS": {"n": 2, "recall": 0.5, "precision": 1.0}},
    }


def test_all_types():
    """Count where nobody says which are sought."""
    assert judge_spans([[MAIL]], [[MAIL, NAME]])["span_recall"] == 0.5


def test_no_spans_that_count():
    """Leave no figure."""
    report = judge_spans([[URL]], [[NAME]], frozenset({"URL"}))
    assert report == {
        "spans": 0,
        "spans_of_types_not_sought": 1,
        "found_of_types_not_labelled": 1,
        "span_types": {},
    }


def test_what_cannot_be_said_is_left_out():
    """And all else has four places."""
    assert rounded({"a": float("nan"), "b": 0.123456, "c": 7}) == {"b": 0.1235, "c": 7}
