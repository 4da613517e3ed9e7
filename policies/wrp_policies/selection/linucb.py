"""The pool that may be the best: what is expected of it, and what is not known yet, in its favour."""

from __future__ import annotations

from typing import Annotated, Literal

import numpy as np
from msgspec import Meta

from wrp_policies.learning.exploring import floored, greedy, inverse_gap
from wrp_policies.learning.learner import Learner
from wrp_policies.learning.sight import Sight
from wrp_policies.types import Tiers
from wrp_signals.facts import Facts
from wrp_signals.materials import Materials

from .choosing import Weighed
from .contextual import Contextual, Learning


class LinUcb(Contextual, frozen=True, tag="linucb"):
    """Learns which pool answers which requests well, from feedback, and sends each where that, less its cost and time,
    promises most (LinUCB, Li et al. 2010, one ridge for each pool; only quality is learned, prices are known).

    Raises NoCapablePool where no pool can serve the request.
    """

    alpha: Annotated[
        float, Meta(ge=0, le=10, description="How much what is not known counts: standard deviations of an answer.")
    ] = 0.7
    """Answers that are right or wrong differ by 0.45; with much less, a pool that had bad luck at first stays out."""
    choose: Annotated[
        Literal["best", "inverse_gap"],
        Meta(description="The best always, floors aside; or each the oftener the closer it is to the best (SquareCB)."),
    ] = "best"
    gamma: Annotated[float, Meta(gt=0, le=1e6, description="Of `inverse_gap`: how much a gap counts.")] = 200.0

    def build(self, materials: Materials) -> Optimist:
        """Raises OSError, WeightsDamaged or WrongEmbedder for a prior that it cannot have, TierMissing for a missing
        model."""
        return Optimist(self, *self.learner(materials))


class Optimist(Learning):
    """Chooses by upper confidence bounds."""

    __slots__ = ("_alpha", "_spec")

    def __init__(self, spec: LinUcb, learner: Learner, tiers: Tiers) -> None:
        super().__init__(learner, tiers)
        self._spec = spec
        self._alpha = np.full(len(learner.arms), spec.alpha, np.float32)  # an array times a number is thrice as slow

    def _weigh(self, facts: Facts, seen: Sight) -> Weighed:
        learner, spec = self._learner, self._spec
        context = learner.context(facts)
        if spec.choose == "inverse_gap":
            means = learner.means(seen, context)
            values = learner.weight * means - seen.taken
            chances = floored(inverse_gap(values.tolist(), spec.gamma), spec.floor)
        else:
            means, widths = learner.both(seen, context)
            widths *= self._alpha[: len(widths)]
            widths += means
            weight = learner.weight
            values = (widths if weight == 1.0 else widths * weight) - seen.taken
            chances = greedy(int(values.argmax()), len(values), spec.floor)
        return Weighed(values, means, chances, "linucb")
