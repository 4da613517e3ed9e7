"""What bandits are compared with: the plain epsilon-greedy and LinUCB as libraries have it, and what only hindsight
knows."""

from __future__ import annotations

import random
from collections.abc import Sequence

import numpy as np

from wrp_policies.learning.context import Context
from wrp_policies.learning.exploring import drawn
from wrp_policies.learning.projection import random_axes
from wrp_policies.types import Choice, Outcome, Plan, Pools
from wrp_policies.unlearned import Unlearned
from wrp_signals.facts import Facts

from .bandits_data import Floats, Stream

EPSILON, FOLDS = 0.1, 5


class Plain(Unlearned):
    """Epsilon-greedy without context: the best average reward so far but for a tenth of the requests. A pool that was
    never judged comes first."""

    tiers = frozenset()

    def __init__(self, models: Sequence[str], rate: float) -> None:
        self._rate = rate
        self._counts, self._means = dict.fromkeys(models, 0), dict.fromkeys(models, 0.0)

    def select(self, facts: Facts, pools: Pools, now: float, rng: random.Random) -> Choice:
        names = [pool.name for pool in pools]
        best = max(names, key=lambda name: self._means[name] if self._counts[name] else 1.0)
        chances = [EPSILON / len(names) + (1.0 - EPSILON) * (name == best) for name in names]
        first = drawn(chances, rng)
        return Choice((names[first],), "plain", chances[first], dict(zip(names, chances, strict=True)))

    def judged(self, facts: Facts, plan: Plan, outcome: Outcome, quality: float) -> None:
        self._counts[outcome.pool] += 1
        reward = quality - self._rate * outcome.cost
        self._means[outcome.pool] += (reward - self._means[outcome.pool]) / self._counts[outcome.pool]


class Disjoint(Unlearned):
    """LinUCB as in its paper and in libraries: a ridge for each arm from the identity, alpha 1, the whole reward
    learned, the vector turned onto 63 random axes, no floors."""

    tiers = frozenset(["static"])

    def __init__(self, models: Sequence[str], rate: float) -> None:
        self._rate, self._models = rate, list(models)
        self._axes = random_axes("disjoint", 256, 63)
        self._inverses = np.tile(np.eye(64), (len(models), 1, 1))
        self._targets = np.zeros((len(models), 64))

    def _context(self, facts: Facts) -> Floats:
        vector = facts.vector("static")
        return np.concatenate([[1.0], self._axes @ vector]) if vector is not None else np.eye(64)[0]

    def select(self, facts: Facts, pools: Pools, now: float, rng: random.Random) -> Choice:
        context = self._context(facts)
        turned = self._inverses @ context
        values = np.einsum("kd,kd->k", turned, self._targets) + np.sqrt(turned @ context)
        return Choice((self._models[int(values.argmax())],), "disjoint")

    def judged(self, facts: Facts, plan: Plan, outcome: Outcome, quality: float) -> None:
        arm, context = self._models.index(outcome.pool), self._context(facts)
        turned = self._inverses[arm] @ context
        self._inverses[arm] -= np.multiply.outer(turned, turned) / (1.0 + context @ turned)
        self._targets[arm] += context * (quality - self._rate * outcome.cost)


def by_context(stream: Stream, context: Context) -> Floats:
    """float64[n, models]: the quality that a ridge expects that has seen all other folds with all their answers: what
    can be known from contexts like these."""
    rows = np.array([context(one) for one in stream.facts], np.float64)
    fold = np.random.default_rng(0).integers(0, FOLDS, len(rows))
    expected = np.zeros_like(stream.scores)
    for one in range(FOLDS):
        seen, held = rows[fold != one], fold == one
        gram = seen.T @ seen + np.diag(context.precision)
        expected[held] = rows[held] @ np.linalg.solve(gram, seen.T @ (stream.scores[fold != one] - 0.5)) + 0.5
    return expected


def exchange(stream: Stream) -> float:
    """The price of a US$, in quality, at which the best model is worth no more than the next one down the hull of cost
    and quality: where no fixed choice between the two is better than the other."""
    quality, cost = stream.scores.mean(0), stream.costs.mean(0)
    best = int(quality.argmax())
    cheaper = [other for other in range(len(quality)) if cost[other] < cost[best]]
    return float(min((quality[best] - quality[other]) / (cost[best] - cost[other]) for other in cheaper))


def mix(quality: Floats, cost: Floats, spent: float) -> float:
    """The best quality that a fixed mix of models reaches, in hindsight, for so many US$ a request: on the upper hull
    of what each has."""
    best = -np.inf
    for one in range(len(cost)):
        for two in range(len(cost)):
            low, high = cost[one], cost[two]
            if low <= spent and (low == high or spent <= high):
                share = (spent - low) / (high - low) if high > low else 0.0
                best = max(best, quality[one] + share * (quality[two] - quality[one]))
            elif max(low, high) <= spent:
                best = max(best, quality[one], quality[two])
    return float(best)
