"""Each pool as often as it may be the best, by what is known of it so far."""

from __future__ import annotations

from typing import Annotated

import numpy as np
from msgspec import Meta

from wrp_policies.learning.exploring import floored, normals, wins
from wrp_policies.learning.learner import Learner
from wrp_policies.learning.sight import Sight
from wrp_policies.types import Tiers
from wrp_signals.facts import Facts
from wrp_signals.materials import Materials

from .choosing import Weighed
from .contextual import Contextual, Learning


class LinTs(Contextual, frozen=True, tag="lints"):
    """As `linucb`, but what is not known makes chance of it: each pool is drawn as often as it is the best in `samples`
    draws of the posterior (Thompson sampling, Agrawal and Goyal 2013): a log has overlap wherever there is doubt.

    The draws are the same for all requests: chances follow from what was asked and learned alone, and are exact.
    Raises NoCapablePool where no pool can serve the request.
    """

    spread: Annotated[
        float, Meta(ge=0, le=10, description="Standard deviation of an answer's quality beside what was expected.")
    ] = 0.3
    samples: Annotated[int, Meta(ge=8, le=1024, description="Draws of the posterior.")] = 64

    def build(self, materials: Materials) -> Sampler:
        """Raises OSError, WeightsDamaged or WrongEmbedder for a prior that it cannot have, TierMissing for a missing
        model."""
        return Sampler(self, *self.learner(materials))


class Sampler(Learning):
    """Chooses by probability matching."""

    __slots__ = ("_normals", "_spec")

    def __init__(self, spec: LinTs, learner: Learner, tiers: Tiers) -> None:
        super().__init__(learner, tiers)
        self._spec = spec
        self._normals = normals(spec.samples, len(spec.pools))

    def _weigh(self, facts: Facts, seen: Sight) -> Weighed:
        learner, spec = self._learner, self._spec
        means, widths = learner.both(seen, learner.context(facts))
        values = learner.weight * means - seen.taken
        spreads = learner.weight * spec.spread * widths
        shares = wins(np.asarray(values, np.float64), np.asarray(spreads, np.float64), self._normals[:, : len(values)])
        return Weighed(values, means, floored(shares, spec.floor), "lints")
