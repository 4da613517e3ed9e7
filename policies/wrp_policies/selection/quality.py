"""The pool whose model is expected to answer this very prompt best, as learned from what models scored on others."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

import msgspec
import numpy as np
from msgspec import Meta

from wrp_policies.learning.arms import Floats, Lengths
from wrp_policies.learning.exploring import greedy
from wrp_policies.learning.quality_card import Quality as Learned
from wrp_policies.learning.quality_card import unpacked
from wrp_policies.learning.sight import Arms, Sight
from wrp_policies.types import Outcome, Plan, Pools, Tiers
from wrp_signals.errors import TierMissing, WrongEmbedder
from wrp_signals.facts import Facts, Vector
from wrp_signals.materials import Materials
from wrp_signals.signal import Sense, TierChoice
from wrp_signals.surface import SURFACE

from .choosing import Choosing, Weighed
from .spec import Floor, Looking


class Quality(Looking, frozen=True, kw_only=True, tag="quality"):
    """Sends a prompt where its expected quality, less cost and time, is highest; `card` is what `wrp train quality`
    wrote, whose models are found by the pools' `model`, or by `models`. What it was not told it does not learn: for
    what changes while it runs there is `linucb`. A request whose vectors were not in time goes by the models' means,
    one that looks like none of the prompts learned from by these and its length.

    Raises NoCapablePool where no pool can serve the request.
    """

    card: Annotated[str, Meta(min_length=1, description="The file (.npz) that `wrp train quality` wrote.")]
    models: Annotated[
        dict[str, str], Meta(description="What the card calls a pool's model, by pool; else the pool's `model`.")
    ] = msgspec.field(default_factory=dict)
    floor: Floor = 0.0
    tier: Annotated[
        TierChoice, Meta(description="Left at `auto`: the card says whose vectors it wants, and gets no others.")
    ] = "auto"

    @property
    def by_category(self) -> bool:
        """How long answers are differs by it, but that is not worth the reading of a signal."""
        return False

    def build(self, materials: Materials) -> Chooser:
        """Raises OSError, WeightsDamaged, TierMissing where the card wants a tier that is not here, and WrongEmbedder
        where that has other vectors."""
        learned = unpacked(materials.read_file(self.card), self.card)
        here = {str(tier): embedder.id for tier, embedder in materials.embedders().items()} | {"surface": SURFACE}
        for tier, wanted in learned.card.embedders.items():
            if tier not in here:
                raise TierMissing(f"{self.card} wants vectors of the {tier} tier, which is not here")
            if here[tier] != wanted:
                raise WrongEmbedder(
                    f"{self.card} was trained on {tier} vectors of {wanted!r}, here they are {here[tier]!r}: "
                    "run `wrp train quality` again"
                )
        return Chooser(self, learned)


class State(msgspec.Struct, frozen=True):
    """What a Chooser learned while it ran: how long answers are."""

    lengths: dict[str, Lengths]


class Chooser(Choosing):
    """Estimates each pool's quality, and prices it."""

    __slots__ = ("_columns", "_learned", "_means", "_spec")

    def __init__(self, spec: Quality, learned: Learned) -> None:
        super().__init__(Arms(spec.pools, spec.objective, spec.switch))
        self._spec, self._learned = spec, learned
        self._columns = {name: column for column, name in enumerate(learned.card.models)}
        self._means = np.array(learned.card.scores, np.float64)

    @property
    def tiers(self) -> Tiers:
        return frozenset(self._learned.card.embedders)

    def _weigh(self, facts: Facts, seen: Sight) -> Weighed:
        spec = self._spec
        vectors = vectors_in(facts, self._learned.card.embedders)
        estimates = self._learned.one(vectors)
        why = "quality" if estimates is not None else "quality, by the means, as no vector was in time"
        if self._learned.unlike(vectors):
            why = "quality, by length alone, as it looks like none that was learned from"
        qualities = self._of(seen.pools, self._means if estimates is None else estimates)
        values = spec.objective.quality * qualities - seen.taken
        return Weighed(values, qualities, greedy(int(values.argmax()), len(values), spec.floor), why)

    def judged(self, facts: Facts, plan: Plan, outcome: Outcome, quality: float) -> None:
        """Nothing follows from it."""

    def state(self) -> bytes:
        return msgspec.json.encode(State(self._arms.lengths()))

    def restore(self, state: bytes) -> None:
        """Raises msgspec.DecodeError where the bytes are not what `state` gave; empty ones change nothing."""
        if state:
            self._arms.restore(msgspec.json.decode(state, type=State).lengths)

    def _of(self, pools: Pools, estimates: Floats) -> Floats:
        """Of each pool in order; a model that the card does not know is as good as those it does are on average."""
        models = self._spec.models
        columns = [self._columns.get(models.get(pool.name, pool.model)) for pool in pools]
        unknown = float(self._means.mean())
        return np.array([unknown if column is None else estimates[column] for column in columns])


def vectors_in(facts: Facts, tiers: Mapping[Sense, str]) -> dict[Sense, Vector]:
    """Those of the tiers that were in time."""
    found = {tier: facts.vector(tier) for tier in tiers}
    return {tier: vector for tier, vector in found.items() if vector is not None}
