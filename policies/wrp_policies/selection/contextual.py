"""What the configurations of contextual bandits have in common."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from msgspec import Meta

from wrp_policies.learning.context import LEAST_DIM, MOST_DIM, Context
from wrp_policies.learning.learner import Learner
from wrp_policies.learning.pacing import Pacer
from wrp_policies.learning.projection import projection
from wrp_policies.learning.sight import Sight
from wrp_policies.learning.warm import prior_of
from wrp_policies.sharing import Sharing
from wrp_policies.types import Outcome, Plan, Pools, Tiers
from wrp_signals.errors import TierMissing
from wrp_signals.facts import Facts
from wrp_signals.materials import Materials
from wrp_signals.signal import TierChoice

from .choosing import Choosing
from .spec import Looking


class Contextual(Looking, frozen=True, kw_only=True):
    """Give it a `build`, and a tag."""

    tier: Annotated[
        TierChoice,
        Meta(
            description="Whose vectors of what was asked it learns from; where that tier is missing, from shape alone."
        ),
    ] = "static"
    discount: Annotated[
        float, Meta(ge=0.9, le=1, description="What an observation is still worth after one more, of whatever pool.")
    ] = 1.0
    dim: Annotated[
        int, Meta(ge=LEAST_DIM, le=MOST_DIM, description="How many numbers of a request it learns from.")
    ] = 48
    budget: Annotated[
        Annotated[float, Meta(gt=0, extra={"unit": "rate"})] | None,
        Meta(description="What may be spent; without one, what `objective` says of cost decides alone."),
    ] = None
    budget_window: Annotated[
        float, Meta(gt=0, extra={"unit": "duration"}, description="Within which the budget has to be kept.")
    ] = 86400.0
    prior: Annotated[
        str | None, Meta(description="The file that `wrp train prior` wrote: what was learned offline.")
    ] = None
    prior_weight: Annotated[
        float, Meta(gt=0, le=1e6, description="How many observations of each pool that counts as, at most.")
    ] = 100.0

    def learner(self, materials: Materials) -> tuple[Learner, Tiers]:
        """What it learns with, and whose vectors that looks at. Raises OSError or WeightsDamaged for a prior that
        cannot be read, WrongEmbedder for one of another context, and TierMissing where `tier` is "model" and there is
        none."""
        context, tiers = self.context(materials)
        prior = prior_of(materials.read_file(self.prior), self.prior, context) if self.prior is not None else None
        learner = Learner(
            self.pools,
            context,
            self.objective,
            switch=self.switch,
            discount=self.discount,
            pacer=Pacer(self.budget, self.budget_window) if self.budget is not None else None,
            prior=prior,
            prior_weight=self.prior_weight,
        )
        return learner, tiers

    def context(self, materials: Materials) -> tuple[Context, Tiers]:
        """What it learns from: the axes along which a prior has to be made. Raises TierMissing as `learner` does."""
        try:
            tier, embedder = materials.embedder(self.tier)
        except TierMissing:
            if self.tier == "model":
                raise
            return Context(self.dim), frozenset()
        if self.dim == LEAST_DIM or tier == "none":
            return Context(self.dim), frozenset()
        axes = projection(tier, embedder.id, embedder.dim, self.dim - LEAST_DIM)
        return Context(self.dim, tier, axes), frozenset([tier])


class Learning(Choosing):
    """A policy that learns by a Learner, whatever it does with what that sees."""

    __slots__ = ("_learner", "_tiers")

    def __init__(self, learner: Learner, tiers: Tiers) -> None:
        super().__init__(learner.arms)
        self._learner, self._tiers = learner, tiers

    @property
    def tiers(self) -> Tiers:
        return self._tiers

    @property
    def shared(self) -> Mapping[str, Sharing]:
        return {"": self._learner}

    def _look(self, facts: Facts, pools: Pools, now: float) -> Sight:
        return self._learner.look(facts, pools, now)

    def learn(self, facts: Facts, plan: Plan, outcome: Outcome) -> None:
        self._learner.learn(facts, plan, outcome)

    def judged(self, facts: Facts, plan: Plan, outcome: Outcome, quality: float) -> None:
        self._learner.judged(facts, plan, outcome, quality)

    def state(self) -> bytes:
        return self._learner.state()

    def restore(self, state: bytes) -> None:
        """Raises msgspec.DecodeError or ValueError where the bytes are not what `state` gave."""
        self._learner.restore(state)
