"""What the model of rewards promises to those who lean on it."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.policies.offpolicy.makers import LOGGING, MEANS, TARGET, drawn
from wrp_policies.offpolicy import BadLog, Logged, logged, predictions


def linear(n: int, seed: int = 0, k: int = 3) -> tuple[Logged, np.ndarray, np.ndarray]:
    """A log, features, and the true means: hard questions are hard for everybody, and each arm has its own strength."""
    rng = np.random.default_rng(seed)
    features = rng.normal(size=(n, 4))
    means = 0.5 + 0.1 * features[:, :1] + 0.1 * features[:, 1:4][:, :k] + 0.05 * np.arange(k)
    actions = rng.integers(0, k, n)
    rewards = means[np.arange(n), actions] + 0.1 * rng.normal(size=n)
    return logged(actions, np.full(n, 1 / k), rewards, np.full((n, k), 1 / k)), features, means


def test_it_learns_what_there_is() -> None:
    """Of two thousand rows it explains nine tenths of what differs between questions and arms."""
    log, features, means = linear(2000)
    found = predictions(log, features)
    assert ((found - means) ** 2).mean() < 0.1 * means.var()


def test_without_features_it_knows_the_arms() -> None:
    """Their means, in all other folds."""
    found = predictions(drawn(5000, LOGGING, TARGET, MEANS))
    assert found.mean(axis=0) == pytest.approx(MEANS, abs=0.05)


def test_few_rows_lean_on_all() -> None:
    """An arm with one row is not believed to be as good as that one was; one with none is like the mean of all."""
    actions = np.array([0] * 100 + [1])
    log = logged(actions, np.full(101, 0.5), np.array([0.0, 1.0] * 50 + [1.0]), np.full((101, 3), 1 / 3))
    found = predictions(log)
    assert found[:, 1].max() < 0.65
    assert found[:, 2].mean() == pytest.approx(0.5, abs=0.02)


def test_no_row_tells_its_own_fold() -> None:
    """A reward changes the predictions of other folds only."""
    log, features, _ = linear(50)
    changed = log.rewards.copy()
    changed[7] += 5.0
    same = predictions(log, features) == predictions(log.about(changed), features)
    assert same[np.arange(50) % 5 == 7 % 5].all()
    assert not same[np.arange(50) % 5 != 7 % 5].all()


def test_groups_are_not_parted() -> None:
    """Rows of a session learn nothing from each other."""
    log, features, _ = linear(60)
    groups = np.arange(60) // 10
    together = logged(log.actions, log.propensities, log.rewards, log.target, groups=groups)
    changed = log.rewards.copy()
    changed[3] += 5.0
    same = (predictions(together, features) == predictions(together.about(changed), features)).all(axis=1)
    assert same[:10].all()
    assert not same[10:20].any()


@given(st.integers(0, 30), st.integers(0, 6), st.integers(0, 2**32 - 1))
def test_always_finite_and_within_what_was_seen(n: int, width: int, seed: int) -> None:
    """Fewer rows than features, none at all, constant features, rewards that are missing."""
    rng = np.random.default_rng(seed)
    rewards = np.where(rng.random(n) < 0.3, np.nan, rng.random(n))
    log = logged(rng.integers(0, 3, n), np.full(n, 0.5), rewards, np.full((n, 3), 1 / 3))
    features = np.where(np.arange(width) % 2, 1.0, rng.normal(size=(n, width)))
    found = predictions(log, features)
    assert found.shape == (n, 3)
    assert ((found >= 0.0) & (found <= 1.0)).all()


def test_features_that_do_not_fit() -> None:
    """Are refused: too few rows, no rows at all, nan."""
    log, features, _ = linear(10)
    for given_features in (features[:5], features[:, 0], np.where(features > 1, np.nan, features)):
        with pytest.raises(BadLog, match="features"):
            predictions(
                log, np.vstack([given_features, [[np.nan] * 4]])[:10] if given_features.ndim == 2 else given_features
            )
