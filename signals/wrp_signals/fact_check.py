"""Whether an answer would rest on facts that can be wrong: people, dates, figures, health, law, news. Reads the wording
of the request; it checks no fact.
"""

from __future__ import annotations

from typing import ClassVar

import re2

from .card import weights
from .facts import Reading, RequestView
from .grams import wording_of
from .head import LinearHead, load_head
from .keyword import automaton
from .materials import Materials
from .signal import Tier, ValueType
from .spec import Share, Spec, Text, blank, within_unit

SIGNAL = "fact_check"
CARD = "fact_check-none-card.json"

ASKED = (
    "fact-check",
    "fact check",
    "cite source",
    "cite your source",
    "cite reliable",
    "with sources",
    "reliable sources",
    "support the claim",
    "is it true that",
    "verify the claim",
    "verify this claim",
    "核实",
    "出处",
    "查证",
    "出典",
    "quellenangabe",
    "cita fuentes",
    "cite des sources",
)
"""Asked for in so many words; lower case."""

SURE = 0.95
"""The probability where it was asked for. Set by hand."""

SEEN = 2_000
"""Characters among which ASKED is looked for."""


class FactCheckSpec(Spec, frozen=True, tag="fact_check"):
    """True where the last user message needs facts, at `threshold` or above (a probability). `head` names a card of
    `wrp train fact_check`, in place of the one that ships."""

    value_type: ClassVar[ValueType] = "bool"
    wants_vector: ClassVar[bool] = False
    threshold: Share = 0.5
    head: Text | None = None

    def build(self, materials: Materials) -> FactCheck:
        """Raises WeightsDamaged where the head is not what its card says, WrongEmbedder where it reads vectors."""
        read, name = (weights, CARD) if self.head is None else (materials.read_file, self.head)
        return FactCheck(load_head(SIGNAL, name, read, None), self.threshold)


class FactCheck:
    """Value: whether it needs facts; score: the probability of that; evidence: whether it was asked for."""

    value_type: ValueType = FactCheckSpec.value_type
    tier: Tier = "none"
    expected_cost = 90e-6

    def __init__(self, head: LinearHead, threshold: float = 0.5) -> None:
        self._head = head
        self._threshold = threshold
        self._asked = automaton([re2.escape(asked) for asked in ASKED], case=True)

    def read(self, view: RequestView, vector: object = None) -> Reading:
        wording = wording_of(view)
        if blank(wording.text):
            return Reading(False, 0.0, ("empty text",))
        score = within_unit(float(self._head.probabilities(None, wording)[1]))
        asked = self._asked.found(wording.text[:SEEN].lower().encode("utf-8", "replace"))
        if asked:
            sure = max(score, SURE)
            return Reading(sure >= self._threshold, sure, (f"asks: {ASKED[min(asked)]}",))
        return Reading(score >= self._threshold, score)
