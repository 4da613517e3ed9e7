"""What every policy does that values pools: it looks at what there is, says what each is worth, and one is drawn."""

from __future__ import annotations

import random
from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import NamedTuple

from wrp_policies.learning.arms import Floats
from wrp_policies.learning.sight import Arms, Sight
from wrp_policies.types import Choice, Outcome, Plan, Pools, Tiers
from wrp_signals.facts import Facts, Vector


class Weighed(NamedTuple):
    """Of each pool that is seen, in order: what it is worth and the quality that is expected of it (float[n] both), how
    likely it is drawn; and why."""

    values: Floats
    qualities: Floats | Vector
    chances: Sequence[float]
    why: str


class Choosing(ABC):
    """Give it a `_weigh`. By itself it learns how long answers are, and of quality nothing."""

    __slots__ = ("_arms",)

    def __init__(self, arms: Arms) -> None:
        self._arms = arms

    @property
    def tiers(self) -> Tiers:
        return frozenset()

    def select(self, facts: Facts, pools: Pools, now: float, rng: random.Random) -> Choice:
        """Raises NoCapablePool where no pool can serve the request."""
        seen = self._look(facts, pools, now)
        settled = seen.settled()
        return settled if settled is not None else seen.choice(*self._weigh(facts, seen), rng)

    def _look(self, facts: Facts, pools: Pools, now: float) -> Sight:
        return self._arms.look(facts, pools)

    @abstractmethod
    def _weigh(self, facts: Facts, seen: Sight) -> Weighed:
        """What each is worth: chance plays no part in it, so that a log's chances are exact."""

    def learn(self, facts: Facts, plan: Plan, outcome: Outcome) -> None:
        """How long its answer was."""
        self._arms.learn(facts, outcome)
