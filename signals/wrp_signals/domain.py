"""What a request is about: MMLU-Pro's fourteen categories, code and conversation, or the user's own categories.

It sees the last user message only, and refuses vectors that its head was not trained on.
"""

from __future__ import annotations

from typing import Annotated, ClassVar, Protocol

import msgspec

from .declared import declared
from .facts import Reading, RequestView, Vector
from .grams import Wording, wording_of
from .head import LinearHead, chosen_head
from .materials import Materials
from .ranking import Ranking, ranked
from .signal import Tier, TierChoice, ValueType
from .spec import LENGTH, Share, Spec, Text, blank, given, short, within_unit

SIGNAL = "domain"
OTHER = "other"
Examples = Annotated[tuple[Text, ...], msgspec.Meta(min_length=1, max_length=10_000)]
Categories = Annotated[dict[Text, Examples], msgspec.Meta(max_length=1_000)]


class DomainSpec(Spec, frozen=True, tag="domain"):
    """The category of the last user message; "other" where the score is below `unknown_below`, or nothing was said.

    Without `categories`, the trained head (`head` names a card of `wrp train domain`, in place of the one that ships):
    score is a calibrated probability. With `categories` (name -> examples), a head fitted to the examples: score says
    how much at home the text is among them; `unknown_below: 0.5` keeps about 95 % of what belongs to a category.
    """

    value_type: ClassVar[ValueType] = "string"
    wants_vector: ClassVar[bool] = True
    unknown_below: Share = 0.0
    categories: Categories = msgspec.field(default_factory=dict)
    tier: TierChoice = "auto"
    head: Text | None = None

    def build(self, materials: Materials) -> Domain:
        """Raises TierMissing, WrongEmbedder where no head was trained on these vectors, WeightsDamaged; BadVector where
        the examples of a category cancel out."""
        if self.categories:
            tier, embedder = materials.embedder(self.tier)
            return Domain(declared(self.categories, embedder), tier, self.unknown_below)
        tier, head = chosen_head(SIGNAL, self.tier, self.head, materials)
        return Domain(Trained(head), tier, self.unknown_below)


class Head(Protocol):
    """`answer` ranks the classes; its score is what the reading's will be."""

    @property
    def classes(self) -> tuple[str, ...]: ...

    def answer(self, vector: Vector, wording: Wording) -> Ranking: ...


class Trained:
    """A trained head: the score is the probability of the best class."""

    __slots__ = ("_head", "classes")

    def __init__(self, head: LinearHead) -> None:
        self._head = head
        self.classes = head.classes

    def answer(self, vector: Vector, wording: Wording) -> Ranking:
        scores = self._head.scores(vector, wording).tolist()
        return ranked(scores if len(scores) > 1 else [0.0, *scores])


class Domain:
    """Value: the category; score: its probability (declared categories: how much at home); evidence: the runner-up."""

    value_type: ValueType = DomainSpec.value_type
    expected_cost = 45e-6

    def __init__(self, head: Head, tier: Tier, unknown_below: float = 0.0) -> None:
        self.tier = tier
        self._head = head
        self._names = tuple([short(name, LENGTH - 20) for name in head.classes])
        self._unknown_below = unknown_below

    def read(self, view: RequestView, vector: Vector | None) -> Reading:
        vector, wording = given(vector), wording_of(view)
        if blank(wording.text):
            return Reading(OTHER, 0.0, ("empty text",))
        best, second, chance, sure = self._head.answer(vector, wording)
        score = within_unit(sure)
        evidence = () if second == best else (f"then {self._names[second]} at {chance:.2f}",)
        if score <= 0.0 or score < self._unknown_below:
            return Reading(OTHER, score, (f"{self._names[best]} at {score:.2f}", *evidence))
        return Reading(self._head.classes[best], score, evidence)
