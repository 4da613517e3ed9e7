"""Metrics, against scikit-learn where it is installed and against what they mean where not."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wrp_signals.training.metrics import (
    Counts,
    Span,
    accuracy,
    auroc,
    calibration_table,
    ece,
    f1_by_class,
    fpr,
    macro_f1,
    precision,
    recall,
    recall_at_fpr,
    span_counts,
    span_f2,
    spearman,
    threshold_at_fpr,
)

PAIRS = st.lists(st.tuples(st.sampled_from([0.0, 0.1, 0.25, 0.5, 0.75, 1.0]) | st.floats(0, 1), st.booleans()))
BOTH = PAIRS.filter(lambda pairs: len({label for _, label in pairs}) == 2)
CLASSES = st.lists(st.tuples(st.sampled_from("abcd"), st.sampled_from("abc")), min_size=1)
steady = settings(max_examples=60)


def sklearn() -> Any:
    return pytest.importorskip("sklearn.metrics")


@steady
@given(BOTH)
def test_auroc_is_scikit_learns(pairs: list[tuple[float, bool]]):
    """Ties and all."""
    scores, labels = map(list, zip(*pairs, strict=True))
    assert auroc(scores, labels) == pytest.approx(sklearn().roc_auc_score(labels, scores))


@steady
@given(CLASSES)
def test_classes_are_scikit_learns(pairs: list[tuple[str, str]]):
    """Accuracy and macro-F1 over the classes that occur."""
    guesses, labels = map(list, zip(*pairs, strict=True))
    theirs = sklearn()
    assert accuracy(guesses, labels) == pytest.approx(theirs.accuracy_score(labels, guesses))
    wanted = theirs.f1_score(labels, guesses, labels=sorted(set(labels)), average="macro", zero_division=0)
    assert macro_f1(guesses, labels) == pytest.approx(wanted)
    assert [*f1_by_class(guesses, labels)] == sorted(set(labels))


@steady
@given(BOTH, st.floats(0, 1))
def test_rates_are_scikit_learns(pairs: list[tuple[float, bool]], threshold: float):
    """Precision, recall and false positives at a threshold."""
    scores, labels = np.array([score for score, _ in pairs]), np.array([label for _, label in pairs])
    said = scores >= threshold
    assert recall(said, labels) == pytest.approx(sklearn().recall_score(labels, said))
    assert fpr(said, labels) == pytest.approx(1 - sklearn().recall_score(~labels, ~said))
    if said.any():
        assert precision(said, labels) == pytest.approx(sklearn().precision_score(labels, said))


@steady
@given(BOTH, st.sampled_from([0.0, 0.01, 0.1, 0.5, 1.0]))
def test_recall_at_fpr_is_the_best_that_there_is(pairs: list[tuple[float, bool]], limit: float):
    """Of all thresholds that keep the limit."""
    scores, labels = np.array([score for score, _ in pairs]), np.array([label for _, label in pairs])
    kept = [at for at in {*scores.tolist()} if fpr(scores >= at, labels) <= limit + 1e-9]
    assert recall_at_fpr(scores, labels, limit) == max((recall(scores >= at, labels) for at in kept), default=0.0)
    assert threshold_at_fpr(scores, labels, limit) == min(kept, default=math.inf)


def test_recall_at_fpr_by_hand():
    """One negative of 100 is 1 %; the second is too many."""
    scores = [0.9, 0.7, 0.5, 0.8, 0.6, *[0.1] * 98]
    labels = [True, True, True, False, False, *[False] * 98]
    assert recall_at_fpr(scores, labels) == pytest.approx(2 / 3)


@steady
@given(PAIRS)
def test_ece_is_a_share(pairs: list[tuple[float, bool]]):
    """Between 0 and 1, and 0 for whoever knows."""
    scores, labels = [score for score, _ in pairs], [label for _, label in pairs]
    assert not pairs or 0 <= ece(scores, labels) <= 1 + 1e-9
    assert not pairs or ece([float(label) for label in labels], labels) == 0


def test_ece_by_hand():
    """Says 0.9, is right half of the time: 0.4; half of the answers: 0.2."""
    assert ece([0.9, 0.9, 1.0, 1.0], [True, False, True, True]) == pytest.approx(0.2)


def test_spearman():
    """Order is all that counts, ties share; what never differs has no order."""
    assert spearman([1, 2, 3], [10, 100, 101]) == pytest.approx(1.0)
    assert spearman([1, 2, 3], [3, 2, 1]) == pytest.approx(-1.0)
    assert spearman([1, 1, 2], [1, 2, 3]) == pytest.approx(math.sqrt(0.75))
    assert math.isnan(spearman([1, 1], [1, 2]))
    assert math.isnan(spearman([1, 2], [1, 1]))
    assert math.isnan(spearman([1], [1]))


def test_calibration_table():
    """A row for a threshold; the rates of what is not there are written as numbers."""
    table = calibration_table([0.9, 0.6, 0.4, 0.1], [True, False, True, False], (0.05, 0.5, 0.95))
    assert table == ((0.05, 0.5, 1.0, 1.0), (0.5, 0.5, 0.5, 0.5), (0.95, 1.0, 0.0, 0.0))
    assert calibration_table([0.9], [True], (0.5,)) == ((0.5, 1.0, 1.0, 0.0),)
    assert calibration_table([0.9], [False], (0.5,)) == ((0.5, 0.0, 0.0, 1.0),)
    assert len(calibration_table([], [])) == 19


@pytest.mark.parametrize("metric", [accuracy, macro_f1, auroc, recall, precision, fpr, ece, recall_at_fpr])
def test_nothing_is_not_a_number(metric: Any):
    """Never 0, which would be a result."""
    assert math.isnan(metric(np.zeros(0), np.zeros(0, bool)))


@pytest.mark.parametrize("label", [True, False])
def test_one_class_only(label: bool):
    """Has no AUROC."""
    assert math.isnan(auroc([0.1, 0.2], [label, label]))
    assert math.isnan(recall_at_fpr([0.1, 0.2], [label, label]))
    assert math.isnan(fpr([True], [label])) is label
    assert math.isnan(recall([True], [label])) is not label


@pytest.mark.parametrize(
    ("scores", "labels", "said"),
    [
        ([True, False], [0.2, 0.7], "they come second"),
        ([math.nan, 1.0], [True, False], "finite"),
        ([0.1], [True, False], "one answer for one label"),
    ],
)
def test_what_is_mistaken(scores: Any, labels: Any, said: str):
    """Is refused: labels for scores, scores without a value, one for two."""
    with pytest.raises(ValueError, match=said):
        auroc(scores, labels)


MAIL, CARD = Span("email", 10, 20), Span("card", 30, 46)


@pytest.mark.parametrize(
    ("found", "labels", "counts"),
    [
        ([MAIL, CARD], [CARD, MAIL], Counts(2, 0, 0)),
        ([Span("email", 10, 21)], [MAIL], Counts(1, 0, 0)),
        ([Span("email", 19, 40)], [MAIL], Counts(0, 1, 1)),
        ([Span("phone", 10, 20)], [MAIL], Counts(0, 1, 1)),
        ([MAIL, MAIL], [MAIL], Counts(1, 1, 0)),
        ([Span("email", 10, 15), MAIL], [MAIL], Counts(1, 1, 0)),
        ([], [MAIL], Counts(0, 0, 1)),
        ([MAIL], [], Counts(0, 1, 0)),
    ],
)
def test_spans(found: list[Span], labels: list[Span], counts: Counts):
    """Right type and half of the characters; one span found takes one span that is there."""
    assert span_counts([found], [labels]) == counts
    assert span_f2([found], [labels]) == pytest.approx(counts.f())


def test_exact_spans():
    """One character too many is wrong where bounds must be exact."""
    assert span_counts([[Span("email", 10, 21)]], [[MAIL]], overlap=1.0) == Counts(0, 1, 1)
    assert span_counts([[MAIL]], [[MAIL]], overlap=1.0) == Counts(1, 0, 0)
    assert span_counts([[Span("email", 40, 50)]], [[MAIL]], overlap=0.0) == Counts(0, 1, 1)


def test_f2_by_hand():
    """Recall counts four times as much as precision; of nothing, nothing can be said."""
    assert Counts(8, 2, 2).f() == pytest.approx(0.8)
    assert Counts(8, 0, 2).f() == pytest.approx(5 * 8 / (5 * 8 + 4 * 2))
    assert Counts(1, 1, 0).f(1.0) == pytest.approx(2 / 3)
    assert math.isnan(span_f2([[]], [[]]))
