"""How hard a request is: the probability that a small model (8B, instruction-tuned) fails on it. Reads, never tries."""

from __future__ import annotations

from typing import ClassVar

from .facts import Reading, RequestView, Vector
from .grams import wording_of
from .head import LinearHead, chosen_head
from .materials import Materials
from .signal import Tier, TierChoice, ValueType
from .spec import Spec, Text, blank, given, within_unit

SIGNAL = "complexity"


class ComplexitySpec(Spec, frozen=True, tag="complexity"):
    """The probability, 0 to 1, that a model like Llama-3.1-8B-Instruct fails on the last user message; 0 where nothing
    was said. `head` names a card of `wrp train complexity`, in place of the one that ships."""

    value_type: ClassVar[ValueType] = "number"
    wants_vector: ClassVar[bool] = True
    tier: TierChoice = "auto"
    head: Text | None = None

    def build(self, materials: Materials) -> Complexity:
        """Raises TierMissing, WrongEmbedder where no head was trained on these vectors, WeightsDamaged."""
        return Complexity(*chosen_head(SIGNAL, self.tier, self.head, materials))


class Complexity:
    """Value and score: the probability."""

    value_type: ValueType = ComplexitySpec.value_type
    expected_cost = 45e-6

    def __init__(self, tier: Tier, head: LinearHead) -> None:
        self.tier = tier
        self._head = head

    def read(self, view: RequestView, vector: Vector | None) -> Reading:
        vector, wording = given(vector), wording_of(view)
        if blank(wording.text):
            return Reading(0.0, 0.0, ("empty text",))
        hard = within_unit(float(self._head.probabilities(vector, wording)[1]))
        return Reading(hard, hard)
