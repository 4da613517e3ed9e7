"""Training a cascade: a head that tells good answers from worse ones, thresholds on questions it never saw."""

from __future__ import annotations

import numpy as np
import pytest

from wrp_policies.cascading.conformal import threshold
from wrp_policies.cascading.types import Answer
from wrp_policies.training.cascade import Judged, TooFew, auroc, distinct, fitted, train, worse_of

NAMES = ("small", "large")


def samples(count: int, seed: int = 0) -> list[Judged]:
    """A model that hedges where it is wrong, mostly, and is unsure then; the large one is right nine times in ten."""
    rng = np.random.default_rng(seed)
    found = []
    for n in range(count):
        right, hedges = rng.random() < 0.7, rng.random()
        text = "I think it might be 4." if hedges < (0.1 if right else 0.9) else "It is 4."
        sure = tuple([float(-rng.exponential(0.1 if right else 1.0)) for _ in range(5)])
        large = float(rng.random() < 0.9)
        category, answer = "even" if n % 2 else "odd", Answer(text, (), sure)
        found.append(Judged(f"Question {n}?", category, float(right), large, None, answer))
    return found


def test_a_head_learns_what_parts_them() -> None:
    """On held-out questions it tells most of them apart, and its thresholds accept some."""
    card = train(samples(3000), NAMES, "learned", 0.05, 0.05, 0)
    assert card.report["auroc"] > 0.85
    assert card.report["learned_from"] == 1500.0
    assert card.head is not None
    assert {"hedges", "mean_likely", "least_likely"} <= set(card.head.names)
    assert "calls" not in card.head.names  # they are all alike
    assert (card.thresholds[""].n, set(card.thresholds)) == (1500, {"", "odd", "even"})
    assert card.thresholds[""].at is not None
    assert card.thresholds[""].accepted > 500
    assert card.id == train(samples(3000), NAMES, "learned", 0.05, 0.05, 0).id


def test_scores_that_are_given() -> None:
    """A verifier's own, or by what the answers say: then nothing is learned, and all questions calibrate."""
    made = samples(1000)
    card = train(made, NAMES, "logprob", 0.05, 0.05, 0)
    assert (card.head, card.report, card.thresholds[""].n) == (None, {}, 1000)
    given = [Judged(one.asked, "", one.small, one.large, confidence=one.small) for one in made]
    by_hand = threshold(np.array([one.small for one in given]), worse_of(given), 0.05, 0.05)
    assert train(given, NAMES, "all", 0.05, 0.05, 0).thresholds[""] == by_hand


def test_means_alone_say_nothing_of_single_tokens() -> None:
    """A head that learned from means does not look at the least likely token when it serves."""
    made = [Judged(one.asked, "", one.small, one.large, None, one.answer, whole=False) for one in samples(400)]
    assert not {"least_likely", "unlikely"} & set(fitted(made).names)


def test_equal_questions_count_once() -> None:
    """However they are spelt: a guarantee is about independent ones."""
    made = [Judged("What  is it?", "", 1.0, 0.0), Judged("what is IT?", "", 0.0, 1.0), Judged("Why?", "", 1.0, 1.0)]
    assert [one.asked for one in distinct(made)] == ["What  is it?", "Why?"]


@pytest.mark.parametrize(
    ("made", "verifier", "what"),
    [
        ([], "logprob", "nothing to calibrate"),
        (samples(50), "learned", "at least 200"),
        ([Judged("a", "", 1.0, 1.0)], "learned", "every line needs `answers`"),
        ([Judged("a", "", 1.0, 1.0)], "margin", "neither `confidence`"),
        ([Judged("a", "", 1.0, 1.0, None, Answer("x"))], "all", "neither `confidence`"),
        ([Judged(str(n), "", 1.0, 1.0, None, Answer("x")) for n in range(400)], "learned", "equally good"),
    ],
)
def test_what_is_not_enough(made: list[Judged], verifier: str, what: str) -> None:
    """It is said what is missing."""
    with pytest.raises(TooFew, match=what):
        train(made, NAMES, verifier, 0.05, 0.05, 0)


def test_auroc() -> None:
    """Ties count half."""
    scores = np.array([0.1, 0.5, 0.5, 0.9])
    assert auroc(scores, np.array([False, False, True, True])) == 0.875
    assert auroc(scores, np.array([True] * 4)) == 0.5
