"""What every estimator promises, and each of them."""

from __future__ import annotations

import itertools
import math
from typing import get_args

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.policies.offpolicy.makers import LOGGING, MEANS, TARGET, TRUTH, drawn, on_policy, unmodelled
from wrp_policies.offpolicy import ESTIMATORS, Kind, Logged, change, evidence, logged, predictions, value
from wrp_policies.offpolicy.estimators import estimated

KINDS = get_args(Kind)


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind not in ("dm", "dros")])
@given(st.integers(0, 2**32 - 1), st.floats(0, 1))
def test_on_policy_it_is_the_mean(kind: Kind, seed: int, constant: float) -> None:
    """Who judges the policy that was logged finds what it earned, whatever a constant model says. (But for two that may
    prefer the model.)"""
    log = on_policy(seed=seed)
    assert value(unmodelled(log, constant), kind).value == pytest.approx(log.rewards.mean(), abs=1e-9)
    assert change(unmodelled(log, constant), kind).value == pytest.approx(0.0, abs=1e-9)


@pytest.mark.parametrize("kind", KINDS)
def test_a_model_that_knows_everything_is_believed(kind: Kind) -> None:
    """With nothing left to weigh, all that use a model agree with it; the others come near."""
    log = drawn(4000, LOGGING, TARGET, np.array([0.0, 1.0, 1.0]))
    exact = value(evidence(log, np.tile([0.0, 1.0, 1.0], (4000, 1))), kind)
    assert exact.value == pytest.approx(0.9, abs=1e-9 if kind in ("dm", "dr", "sndr", "switch_dr", "dros") else 0.05)


@pytest.mark.parametrize("kind", ["ips", "dr"])
def test_unbiased_exactly(kind: Kind) -> None:
    """Over every log that there could have been, by its chance: two questions, three arms, rewards known."""
    chances = np.array([[0.5, 0.3, 0.2], [0.1, 0.2, 0.7]])
    target = np.array([[0.0, 0.5, 0.5], [0.9, 0.1, 0.0]])
    rewards = np.array([[0.1, 0.9, 0.4], [0.3, 0.8, 0.2]])
    model = np.array([[0.7, 0.1, 0.5], [0.2, 0.4, 0.6]])
    total = 0.0
    for actions in itertools.product(range(3), repeat=2):
        likely = chances[[0, 1], actions]
        log = logged(actions, likely, rewards[[0, 1], actions], target)
        total += float(likely.prod()) * value(evidence(log, model), kind).value
    assert total == pytest.approx((target * rewards).sum(axis=1).mean())


@given(st.integers(0, 2**32 - 1), st.sampled_from(["snips", "sndr", "dr"]), st.floats(-5, 5))
def test_shifting_rewards_shifts_the_value(seed: int, kind: Kind, by: float) -> None:
    """For those that do not depend on where zero is: the ratios, and any that use a model which shifts, too."""
    log = drawn(60, LOGGING, TARGET, MEANS, seed)
    moved = value(unmodelled(log.about(log.rewards + by), 0.5 + by), kind)
    found = value(unmodelled(log, 0.5), kind)
    assert moved.value == pytest.approx(found.value + by, abs=1e-6)
    assert moved.high - moved.low == pytest.approx(found.high - found.low, abs=1e-6)


@given(st.integers(0, 2**32 - 1), st.sampled_from(KINDS), st.floats(1e-4, 1e4))
def test_units_do_not_matter(seed: int, kind: Kind, unit: float) -> None:
    """Cents or dollars: the same estimate, and the same choice of how much to shrink."""
    log = drawn(60, LOGGING, TARGET, MEANS, seed)
    cents, dollars = (
        value(unmodelled(log.about(log.rewards * unit), 0.4 * unit), kind),
        value(unmodelled(log, 0.4), kind),
    )
    for name in ("value", "low", "high"):
        assert getattr(cents, name) == pytest.approx(unit * getattr(dollars, name), rel=1e-6, abs=1e-6 * unit)


@given(st.integers(0, 2**32 - 1), st.sampled_from(KINDS))
def test_order_and_names_do_not_matter(seed: int, kind: Kind) -> None:
    """Rows in another order, arms under other numbers: the same estimate."""
    log = drawn(50, LOGGING, TARGET, MEANS, seed)
    rows, arms = np.random.default_rng(seed).permutation(50), np.array([2, 0, 1])
    actions = np.argsort(arms)[log.actions[rows]]
    other = logged(actions, log.propensities[rows], log.rewards[rows], log.target[rows][:, arms])
    model = np.random.default_rng(1).random((50, 3))
    first, second = value(evidence(log, model), kind), value(evidence(other, model[rows][:, arms]), kind)
    for name in ("value", "low", "high", "ess", "max_weight"):
        assert getattr(first, name) == pytest.approx(getattr(second, name), abs=1e-9)


@given(st.integers(0, 2**32 - 1), st.sampled_from(KINDS), st.floats(0, 0.9))
def test_the_value_is_between_the_ends(seed: int, kind: Kind, lost: float) -> None:
    """With rewards missing, too; and the ends are none of them nan."""
    log = drawn(80, LOGGING, TARGET, MEANS, seed)
    kept = np.random.default_rng(seed).random(80) >= lost
    kept[0] = True
    log = log.about(np.where(kept, log.rewards, np.nan))
    found = value(evidence(log, predictions(log)), kind)
    assert found.low <= found.value <= found.high
    assert (found.n, found.kind, found.level) == (80, kind, 0.95)


@pytest.mark.parametrize("kind", KINDS)
def test_missing_at_random_is_no_bias(kind: Kind) -> None:
    """Rewards of the usual arm come twice as often: values stay where they are, and the plain mean would not."""
    log = drawn(40_000, LOGGING, TARGET, MEANS)
    known = np.random.default_rng(1).random(40_000) < np.where(log.actions == 0, 0.8, 0.4)
    log = log.about(np.where(known, log.rewards, np.nan))
    seen = evidence(log, predictions(log))
    assert value(seen, kind).value == pytest.approx(TRUTH, abs=0.02)
    assert change(seen, kind).value == pytest.approx(TRUTH - LOGGING @ MEANS, abs=0.02)
    assert abs(np.nanmean(log.rewards) - LOGGING @ MEANS) > 0.04


def test_a_change_is_surer_than_two_values() -> None:
    """What candidate and current policy share is in both, and so in no doubt."""
    log = drawn(2000, LOGGING, 0.9 * LOGGING + 0.1 * TARGET, MEANS)
    seen = evidence(log, predictions(log))
    assert change(seen).high - change(seen).low < 0.5 * (value(seen).high - value(seen).low)


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "dm"])
def test_compared_with_another_policy(kind: Kind) -> None:
    """A canary of a fifth is further ahead of what it would replace than of the mixture, of which it is a part."""
    split, canary = np.array([0.8, 0.2]), np.array([0.0, 1.0])
    log = drawn(20_000, split, canary, np.array([0.4, 0.6]))
    old = np.tile([1.0, 0.0], (20_000, 1))
    paired = logged(log.actions, log.propensities, log.rewards, log.target, against=old)
    assert change(unmodelled(log, 0.5), kind).value == pytest.approx(0.16, abs=0.02)
    assert change(unmodelled(paired, 0.5), kind).value == pytest.approx(0.2, abs=0.02)
    same = logged(log.actions, log.propensities, log.rewards, log.target, against=log.target)
    assert change(unmodelled(same, 0.5), kind).value == pytest.approx(0.0, abs=1e-12)


@pytest.mark.parametrize("kind", KINDS)
def test_shrinking_pays_only_where_it_may(kind: Kind) -> None:
    """One row of ten thousand has a weight of a thousand: none that shrinks is pulled as far as `ips` is."""
    rng = np.random.default_rng(0)
    rewards, likely = 0.5 + 0.1 * rng.random(10_000), np.full(10_000, 0.5)
    likely[0], rewards[0] = 0.0005, 1.0
    log = logged(np.zeros(10_000), likely, rewards, np.tile([0.5, 0.5], (10_000, 1)))
    found = value(unmodelled(log, 0.5), kind)
    plain = value(unmodelled(log, 0.5), "ips")
    assert found.high - found.low <= plain.high - plain.low + 1e-9
    assert found.max_weight == pytest.approx(1000.0)


def test_what_was_cut_is_owned_up_to() -> None:
    """A clipped estimate's interval reaches as far further as weight was cut off."""
    weights = np.array([1.0] * 9999 + [5000.0])
    target = np.tile([0.5, 0.5], (10_000, 1))
    log = logged(np.zeros(10_000), 0.5 / weights, np.ones(10_000), target)
    scores = ESTIMATORS["clipped_ips"](unmodelled(log))
    cut = value(unmodelled(log), "ips").value - scores.values.mean()
    assert scores.bias == pytest.approx(cut, abs=1e-9)


@pytest.mark.parametrize("kind", KINDS)
def test_no_rows(kind: Kind) -> None:
    """No value, and no end to doubt."""
    found = value(unmodelled(logged([], [], [], np.zeros((0, 2)))), kind)
    assert math.isnan(found.value)
    assert (found.low, found.high, found.n, found.ess) == (-math.inf, math.inf, 0, 0.0)


def edges() -> dict[str, Logged]:
    return {
        "one row": logged([0], [0.5], [1.0], [[1.0, 0.0]]),
        "nothing known": logged([0, 1], [0.5, 0.5], [np.nan, np.nan], [[0.5, 0.5]] * 2),
        "no weight": logged([0, 0, 0], [0.5] * 3, [1.0, 0.0, 1.0], [[0.0, 1.0]] * 3),
        "one known": logged([0, 1], [0.5, 0.5], [1.0, np.nan], [[0.5, 0.5]] * 2),
    }


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("edge", edges())
def test_where_nothing_can_be_said(edge: str, kind: Kind) -> None:
    """No end is nearer than infinity."""
    log = edges()[edge]
    found = value(evidence(log, predictions(log)), kind)
    assert (found.low, found.high) == (-math.inf, math.inf)


@pytest.mark.parametrize("kind", KINDS)
def test_a_single_arm(kind: Kind) -> None:
    """There is nothing to choose: its mean."""
    log = logged([0] * 6, [1.0] * 6, [1, 0, 1, 1, 0, 0], [[1.0]] * 6)
    assert value(unmodelled(log, 0.5), kind).value == pytest.approx(0.5)


def test_any_scores_make_an_estimate() -> None:
    """Groups of the log are drawn together."""
    log = on_policy(20)
    grouped = logged(log.actions, log.propensities, log.rewards, log.target, groups=np.arange(20) // 2)
    wide, plain = (
        estimated("mine", unmodelled(one), ESTIMATORS["ips"](unmodelled(one)), 0.9) for one in (grouped, log)
    )
    assert wide.kind == "mine"
    assert wide.value == plain.value
    assert wide.low != plain.low


def test_coverage() -> None:
    """Of 300 logs of 400 rows, of which some 30 speak for the candidate, 90 to 99 % of the intervals hold the truth."""
    logging, target = np.array([0.9, 0.05, 0.05]), np.array([0.1, 0.3, 0.6])
    kinds = [kind for kind in KINDS if kind != "dm"]
    truth, held = float(target @ MEANS), dict.fromkeys(kinds, 0)
    for seed in range(300):
        log = drawn(400, logging, target, MEANS, seed)
        seen = evidence(log, predictions(log))
        for kind in kinds:
            found = value(seen, kind)
            held[kind] += found.low <= truth <= found.high
    assert all(270 <= count <= 297 for count in held.values()), held
