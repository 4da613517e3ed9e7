"""Priors out of offline outcomes."""

from __future__ import annotations

import msgspec
import numpy as np
import pytest

from tests.policies.makers import facts, outcome
from wrp_policies import Plan
from wrp_policies.learning.context import LEAST_DIM, Context
from wrp_policies.learning.learner import Learner, Prior
from wrp_policies.learning.reward import Objective
from wrp_policies.learning.warm import prior_of, warm_start
from wrp_signals.errors import WeightsDamaged, WrongEmbedder

CONTEXT = Context(LEAST_DIM)
FACTS = [facts(prompt_tokens=10 * number) for number in range(80)]
SCORES = np.stack([np.linspace(0, 1, 80), np.full(80, 0.25)], 1)


def test_as_if_it_had_been_judged() -> None:
    """A learner that is given all of it knows what one knows who was told every score."""
    prior = msgspec.json.decode(warm_start(CONTEXT, FACTS, SCORES, ("a", "b")), type=Prior)
    warm = Learner(("a", "b"), CONTEXT, Objective(), prior=prior, prior_weight=1e9)
    told = Learner(("a", "b"), CONTEXT, Objective())
    for one, scores in zip(FACTS, SCORES, strict=True):
        for pool, score in zip(("a", "b"), scores, strict=True):
            told.judged(one, Plan((), why=""), outcome(pool, "s"), float(score))
    asked = CONTEXT(FACTS[40])
    assert warm.ridge.means(asked).tolist() == pytest.approx(told.ridge.means(asked).tolist(), abs=1e-4)


def test_it_weighs_what_it_is_given() -> None:
    """At most so many observations of each pool; unknown scores are none; pools without any are strangers still."""
    scores = SCORES.copy()
    scores[:, 1] = np.nan
    scores[:5, 1] = 0.25
    prior = msgspec.json.decode(warm_start(CONTEXT, FACTS, scores, ("a", "b")), type=Prior)
    learner = Learner(("a", "b", "c"), CONTEXT, Objective(), prior=prior, prior_weight=20.0)
    assert [learner.ridge.count(arm) for arm in range(3)] == pytest.approx([20.0, 5.0, 0.0])


def test_what_is_written_is_read() -> None:
    """As it was."""
    made = warm_start(CONTEXT, FACTS, SCORES, ("a", "b"))
    assert prior_of(made, "p.json", CONTEXT) == msgspec.json.decode(made, type=Prior)


def test_a_prior_of_other_axes_is_refused() -> None:
    """It would say something else here: it has to be made again."""
    made = warm_start(Context(LEAST_DIM + 1), FACTS, SCORES, ("a", "b"))
    with pytest.raises(WrongEmbedder, match=r"p\.json .*/17/none.*/16/none.*: run `wrp train prior` again"):
        prior_of(made, "p.json", CONTEXT)
    with pytest.raises(ValueError, match="is none along"):
        Learner(("a", "b"), CONTEXT, Objective(), prior=msgspec.json.decode(made, type=Prior), prior_weight=20.0)


@pytest.mark.parametrize(
    "data", [b"", b"\xff", b"[]", b'{"context": 1}', warm_start(CONTEXT, FACTS, SCORES, "ab")[:90]]
)
def test_what_is_no_prior_is_refused(data: bytes) -> None:
    """It is said what writes one."""
    with pytest.raises(WeightsDamaged, match=r"p\.json is no prior .*`wrp train prior` writes one"):
        prior_of(data, "p.json", CONTEXT)


@pytest.mark.parametrize("change", [{"count": -1.0}, {"targets": "AAAA"}, {"gram": "?"}, {"gram": ""}])
def test_damaged_sums_are_refused(change: dict[str, object]) -> None:
    """Whichever pool's they are: it is said before anything is learned by them."""
    prior = msgspec.json.decode(warm_start(CONTEXT, FACTS, SCORES, ("a", "b")), type=Prior)
    sums = prior.sums | {"b": msgspec.structs.replace(prior.sums["b"], **change)}
    with pytest.raises(WeightsDamaged, match=r"p\.json is damaged .*: run `wrp train prior` again"):
        prior_of(msgspec.json.encode(Prior(CONTEXT.id, sums)), "p.json", CONTEXT)


@pytest.mark.parametrize("scores", [SCORES[:3], SCORES * 2, SCORES - 0.5])
def test_what_is_no_table_of_scores_is_refused(scores: np.ndarray) -> None:
    """Too few rows, or scores beyond 0 and 1."""
    with pytest.raises(ValueError, match="80 requests and 2 pools"):
        warm_start(CONTEXT, FACTS, scores, ("a", "b"))
