"""Likeness to declared examples. Knows nothing but cosines; what the examples have in common is not its business."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

import msgspec
import numpy as np

from .facts import Reading, RequestView, Vector
from .materials import Materials
from .signal import Tier, TierChoice, ValueType
from .spec import Share, Spec, Text, blank, given, short, within_unit
from .vectors import Rows, unit

Aggregate = Literal["max", "mean", "centroid"]
EMPTY = Reading(False, 0.0, ("empty text",))

DIGITS = 6
"""Decimal digits of a cosine that float32 gets right: a text's to itself is 1, not 0.9999999."""


class EmbeddingSpec(Spec, frozen=True, tag="embedding"):
    """True where the last user message is at least `threshold` like the examples: like the nearest one (`max`), on
    average (`mean`), or like their middle (`centroid`)."""

    value_type: ClassVar[ValueType] = "bool"
    wants_vector: ClassVar[bool] = True
    examples: Annotated[tuple[Text, ...], msgspec.Meta(min_length=1, max_length=10_000)]
    threshold: Share = 0.75
    aggregate: Aggregate = "max"
    tier: TierChoice = "auto"

    def build(self, materials: Materials) -> Likeness:
        """Embeds the examples. Raises TierMissing."""
        tier, embedder = materials.embedder(self.tier)
        return Likeness(self, embedder.embed(self.examples), tier)


class Likeness:
    """Value: whether it is alike; score: the cosine, negative ones as 0; evidence: the nearest example."""

    value_type: ValueType = EmbeddingSpec.value_type
    expected_cost = 10e-6

    def __init__(self, spec: EmbeddingSpec, examples: Rows, tier: Tier) -> None:
        self.tier = tier
        self._examples = examples
        self._names = tuple(map(short, spec.examples))
        self._threshold = spec.threshold
        self._weights = weights_of(spec.aggregate, examples)

    def read(self, view: RequestView, vector: Vector | None) -> Reading:
        vector = given(vector)
        if blank(view.asked()):
            return EMPTY
        cosines = self._examples @ vector
        nearest = int(cosines.argmax())
        likeness = round(float(cosines[nearest] if self._weights is None else self._weights @ vector), DIGITS)
        return Reading(likeness >= self._threshold, within_unit(likeness), (self._names[nearest],))


def weights_of(aggregate: Aggregate, examples: Rows) -> Vector | None:
    """The one vector whose product with a text's gives the aggregate; none for the maximum, which is not linear."""
    if aggregate == "max":
        return None
    mean: Vector = np.asarray(examples.mean(0), np.float32)
    return mean if aggregate == "mean" else unit(mean[None])[0]
