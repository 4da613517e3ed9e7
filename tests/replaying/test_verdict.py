"""What follows from estimates."""

from __future__ import annotations

import math

import pytest

from wrp_policies.offpolicy import Estimate, Overlap
from wrp_router.replaying.verdict import CODES, Rail, Rule, concluded, nothing


def estimate(low: float, high: float) -> Estimate:
    return Estimate("dr", (low + high) / 2, low, high, 1000, 500.0, 3.0, 0.95)


def overlap(verdict: str = "enough", ess: float = 500.0) -> Overlap:
    return Overlap(verdict, "so it is", 1000, ess, 3.0, 0.1, 0.0, 0.0)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("low", "high", "word", "code"),
    [
        (0.02, 0.1, "better", 0),
        (-0.005, 0.02, "no worse", 0),
        (0.0, 0.0, "no worse", 0),
        (-0.05, 0.02, "undecided", 3),
        (-0.05, -0.005, "undecided", 3),
        (-0.05, -0.02, "worse", 1),
        (-math.inf, math.inf, "undecided", 3),
    ],
)
def test_quality(low: float, high: float, word: str, code: int):
    """By where the interval lies beside the margin."""
    found = concluded(estimate(low, high), overlap(), (), Rule(margin=0.01))
    assert (found.word, found.code) == (word, code)
    assert "quality" in found.reasons[0]


@pytest.mark.parametrize(
    ("low", "high", "word"), [(-2, -1, "better"), (-1, 1, "undecided"), (1, 2, "guardrail broken")]
)
def test_guardrails(low: float, high: float, word: str):
    """Must be shown to hold; one that is shown to be broken is enough."""
    rail = Rail("cost", 0.05, estimate(low, high))
    found = concluded(estimate(0.1, 0.2), overlap(), (rail,), Rule())
    assert found.word == word
    assert any(reason.startswith("cost") and "+5.0%" in reason for reason in found.reasons)


@pytest.mark.parametrize(("low", "high", "word"), [(-2, -1, "better"), (-1, 1, "better"), (1, 2, "guardrail broken")])
def test_a_guardrail_that_nobody_asked_for(low: float, high: float, word: str):
    """Counts where it is shown to be broken, and is not mentioned else."""
    rail = Rail("failures", 0.005, estimate(low, high), asked=False)
    found = concluded(estimate(0.1, 0.2), overlap(), (rail,), Rule())
    assert found.word == word
    assert any("failures" in reason for reason in found.reasons) is (word != "better")


def test_worse_names_what_else_is_broken():
    """All of it at once."""
    rail = Rail("latency", 0.1, estimate(1, 2))
    found = concluded(estimate(-0.5, -0.4), overlap(), (rail,), Rule())
    assert (found.word, len(found.reasons)) == ("worse", 2)


def test_nothing_is_concluded():
    """Without overlap, with too few rows, where something forbids it: however good the numbers look."""
    good = estimate(0.1, 0.2)
    for found in (
        concluded(good, overlap("none"), (), Rule()),
        concluded(good, overlap(ess=30.0), (), Rule(least_ess=100.0)),
        concluded(good, overlap(), (), Rule(), ["a new pool"]),
        nothing("why"),
    ):
        assert (found.word, found.code) == ("none", 3)
        assert found.reasons
    assert set(CODES.values()) == {0, 1, 3}
