"""The pool that looks best, but for a share that is drawn at random and shrinks as more is known."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from wrp_policies.learning.exploring import floored
from wrp_policies.learning.learner import Learner
from wrp_policies.learning.sight import Sight
from wrp_policies.types import Tiers
from wrp_signals.facts import Facts
from wrp_signals.materials import Materials

from .choosing import Weighed
from .contextual import Contextual, Learning


class EpsilonGreedy(Contextual, frozen=True, tag="epsilon_greedy"):
    """Learns as `linucb` does; a share of the requests goes to any pool alike, the rest where most is expected.

    The share is `epsilon` before the first judged answer, half of that after `half` of them, a third after twice as
    many, and so on: never less than every pool's `floor`. Raises NoCapablePool where no pool can serve the request.
    """

    epsilon: Annotated[
        float, Meta(ge=0, le=1, extra={"unit": "percent"}, description="The share that is drawn at random, at first.")
    ] = 0.5
    half: Annotated[float, Meta(gt=0, le=1e9, description="Judged answers after which it is half of that.")] = 100.0

    def build(self, materials: Materials) -> Wanderer:
        """Raises OSError, WeightsDamaged or WrongEmbedder for a prior that it cannot have, TierMissing for a missing
        model."""
        return Wanderer(self, *self.learner(materials))


class Wanderer(Learning):
    """Chooses greedily, mostly."""

    __slots__ = ("_spec",)

    def __init__(self, spec: EpsilonGreedy, learner: Learner, tiers: Tiers) -> None:
        super().__init__(learner, tiers)
        self._spec = spec

    def _weigh(self, facts: Facts, seen: Sight) -> Weighed:
        learner, spec = self._learner, self._spec
        means = learner.means(seen, learner.context(facts))
        values = learner.weight * means - seen.taken
        epsilon = spec.epsilon * spec.half / (spec.half + learner.ridge.seen)
        shares = [epsilon / len(values)] * len(values)
        shares[int(values.argmax())] += 1.0 - epsilon
        why = f"epsilon_greedy, {epsilon:.2g} at random"
        return Weighed(values, means, floored(shares, spec.floor), why)
