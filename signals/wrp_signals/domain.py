"""What a request is about: MMLU-Pro's fourteen categories, code and conversation, or the user's own categories.

A linear head over the embedding. It does not read the text again, and refuses vectors it was not trained on.
"""

from __future__ import annotations

from typing import Annotated, ClassVar

import msgspec
import numpy as np

from .card import DOMAIN_CARD, DomainCard, checked, domain_card, weights
from .errors import WrongEmbedder
from .facts import Reading, RequestView, Vector
from .signal import Embedder, ValueType
from .spec import LENGTH, Share, Spec, Text, blank, given, needed, short, within_unit
from .vectors import Rows, unit

OTHER = "other"
Examples = Annotated[tuple[Text, ...], msgspec.Meta(min_length=1, max_length=10_000)]
Categories = Annotated[dict[Text, Examples], msgspec.Meta(max_length=1_000)]


class DomainSpec(Spec, frozen=True, tag="domain"):
    """The category of the last user message; "other" where the score is below `unknown_below`, or nothing was said.

    Without `categories`, the trained head: score is a calibrated probability. With `categories` (name -> examples), the
    category whose examples' middle is nearest: score is that cosine, so thresholds are lower (0.3 to 0.5).
    """

    value_type: ClassVar[ValueType] = "string"
    wants_vector: ClassVar[bool] = True
    unknown_below: Share = 0.0
    categories: Categories = msgspec.field(default_factory=dict)

    def build(self, embedder: Embedder | None) -> Domain:
        """Raises TierMissing without an embedder, WrongEmbedder where the head was trained on another one's vectors."""
        embedder = needed(embedder, "domain")
        if self.categories:
            return Domain(declared(self.categories, embedder), self.unknown_below)
        card = domain_card(weights(DOMAIN_CARD))
        return Domain(trained(card, weights(card.weights), embedder), self.unknown_below)


class Head(msgspec.Struct, frozen=True):
    """scores = rows @ vector + bias; probabilities by softmax where `softmax`, else the scores are cosines."""

    classes: tuple[str, ...]
    rows: Rows
    bias: Vector
    softmax: bool


class Domain:
    """Value: the category; score: its probability (declared categories: cosine); evidence: the runner-up."""

    value_type: ValueType = DomainSpec.value_type
    wants_vector = DomainSpec.wants_vector
    expected_cost = 15e-6

    def __init__(self, head: Head, unknown_below: float = 0.0) -> None:
        self._head = head
        self._names = tuple([short(name, LENGTH - 20) for name in head.classes])
        self._unknown_below = unknown_below

    def read(self, view: RequestView, vector: Vector | None) -> Reading:
        vector = given(vector)
        if blank(view.asked()):
            return Reading(OTHER, 0.0, ("empty text",))
        scores = scores_of(self._head, vector)
        best, *rest = scores.argsort()[::-1][:2].tolist()
        score = within_unit(float(scores[best]))
        evidence = tuple([f"then {self._names[i]} at {scores[i]:.2f}" for i in rest])
        if score <= 0.0 or score < self._unknown_below:
            return Reading(OTHER, score, (f"{self._names[best]} at {score:.2f}", *evidence))
        return Reading(self._head.classes[best], score, evidence)


def scores_of(head: Head, vector: Vector) -> Vector:
    """One score per class, float32[classes]."""
    raw = head.rows @ vector + head.bias
    if not head.softmax:
        return np.asarray(raw, np.float32)
    powers = np.exp(raw - raw.max())
    return np.asarray(powers / powers.sum(), np.float32)


def declared(categories: dict[str, tuple[str, ...]], embedder: Embedder) -> Head:
    """The middle of each category's examples. Raises BadVector where examples cancel out."""
    middles = [embedder.embed(examples).mean(0) for examples in categories.values()]
    return Head(tuple(categories), unit(np.asarray(middles, np.float32)), np.zeros(len(middles), np.float32), False)


def trained(card: DomainCard, data: bytes, embedder: Embedder) -> Head:
    """The head in `data`. Raises WeightsDamaged, and WrongEmbedder saying what to run. Another window of the same model
    (`id@tokens`) is accepted: it changes the vectors of long texts only."""
    if embedder.id.split("@")[0] != card.embedder:
        raise WrongEmbedder(
            f"the domain head was trained on vectors of {card.embedder!r}, the embedder is {embedder.id!r}: run "
            "`python scripts/train_domain.py`, or declare `categories:` with examples"
        )
    table = np.frombuffer(checked(data, card.sha256, card.weights), np.dtype("<f4"))
    table = table.reshape(len(card.classes), card.dim + 1)
    return Head(card.classes, np.ascontiguousarray(table[:, :-1]), np.ascontiguousarray(table[:, -1]), True)
