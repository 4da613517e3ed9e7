"""How sure the model was: scores in [0, 1] whose order is that of the log-probabilities."""

from __future__ import annotations

from math import exp

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.policies.makers import facts
from wrp_policies.cascading.types import Answer, Verdict, Wanted
from wrp_policies.cascading.verifiers import Logprob, Margin

LOGPROBS = st.lists(st.floats(-100, 0), min_size=1, max_size=20)


@given(LOGPROBS, LOGPROBS)
def test_the_surer_the_better(one: list[float], other: list[float]) -> None:
    """By the mean, in [0, 1]; accepted from `at` on."""
    verifier, asked = Logprob(-0.4), Wanted()
    scores = [verifier.judge(facts(), asked, Answer(logprobs=tuple(sure))).score for sure in (one, other)]
    means = [sum(sure) / len(sure) for sure in (one, other)]
    assert all(score is not None and 0.0 <= score <= 1.0 for score in scores)
    if means[0] < means[1] - 1e-6:
        assert scores[0] <= scores[1]  # type: ignore[operator]  # neither is None
    if abs(means[0] + 0.4) > 1e-9:
        assert (scores[0] >= verifier.bar) == (means[0] >= -0.4)  # type: ignore[operator]


def test_margins() -> None:
    """The mean lead over the second; a negative one is none."""
    margin = Margin(1.0)
    assert margin.judge(facts(), Wanted(), Answer(margins=(1.0, 3.0))) == Verdict(1 - exp(-2), "margin 2.000")
    assert margin.judge(facts(), Wanted(), Answer(margins=(-1.0,))).score == 0.0
    assert margin.bar == 1 - exp(-1)


@pytest.mark.parametrize("verifier", [Logprob(), Margin()])
def test_nothing_is_made_up(verifier: Logprob | Margin) -> None:
    """Without numbers it cannot tell."""
    assert verifier.judge(facts(), Wanted(), Answer("Surely.")).score is None
