"""Logs for these tests: small ones that can be counted through, and drawn ones whose truth is known."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from wrp_policies.offpolicy import Evidence, Logged, evidence, logged

Floats = npt.NDArray[np.float64]


def on_policy(n: int = 40, k: int = 3, seed: int = 0) -> Logged:
    """The candidate is the policy that was logged."""
    rng = np.random.default_rng(seed)
    chances = rng.dirichlet(np.ones(k), n)
    actions = np.array([rng.choice(k, p=row) for row in chances])
    return logged(actions, chances[np.arange(n), actions], rng.random(n), chances, logging=chances)


def drawn(
    n: int,
    logging: Floats,
    target: Floats,
    means: Floats,
    seed: int = 0,
) -> Logged:
    """n rows: chances of both policies and the mean of yes-or-no rewards are the same for every row, [K] each."""
    rng = np.random.default_rng(seed)
    actions = rng.choice(len(logging), n, p=logging)
    rewards = (rng.random(n) < means[actions]).astype(np.float64)
    return logged(actions, logging[actions], rewards, np.tile(target, (n, 1)), logging=np.tile(logging, (n, 1)))


def unmodelled(log: Logged, constant: float = 0.0) -> Evidence:
    """With a model that says the same of everything."""
    return evidence(log, np.full((len(log), len(log.arms)), constant))


LOGGING, TARGET, MEANS = np.array([0.6, 0.3, 0.1]), np.array([0.1, 0.3, 0.6]), np.array([0.2, 0.5, 0.8])
TRUTH = float(TARGET @ MEANS)
