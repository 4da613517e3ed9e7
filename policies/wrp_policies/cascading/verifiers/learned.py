"""A learned head: how likely an answer is to be as good as the large model's, by features of question and answer."""

from __future__ import annotations

from math import exp
from typing import Annotated, ClassVar

from msgspec import Meta

from wrp_policies.cascading.cards import Card, CardDamaged, Head, read_card
from wrp_policies.cascading.features import NAMES, features
from wrp_policies.cascading.types import Answer, Verdict, Wanted
from wrp_signals.facts import Facts
from wrp_signals.materials import Materials

from .spec import Spec


class Learned(Spec, frozen=True, tag="learned"):
    """`wrp train cascade` writes the card; its thresholds are the bars, by category. Log-probabilities are features
    where there are some."""

    tops: ClassVar[int | None] = 0

    card: Annotated[str, Meta(min_length=1, description="The file that `wrp train cascade` wrote.")]

    def build(self, materials: Materials) -> LearnedVerifier:
        """Raises CardDamaged, OSError."""
        return LearnedVerifier(read_card(self.card, "learned", materials), self.card)


class LearnedVerifier:
    """The head of one card."""

    __slots__ = ("_head", "_places", "card")

    partial = False
    tops: int | None = 0

    def __init__(self, card: Card, path: str = "") -> None:
        if card.head is None:
            raise CardDamaged(f"{path} has no head")
        self.card = card
        self._head = card.head
        self._places = _places(card.head, path)

    @property
    def bar(self) -> float:
        """Of requests whose category has none of its own."""
        return self.card.bar("")

    def judge(self, facts: Facts, wanted: Wanted, answer: Answer) -> Verdict:
        """The score is the probability."""
        score = scored(self._head, self._places, features(facts, wanted, answer))
        return Verdict(score, f"learned {score:.3f}")


def _places(head: Head, path: str) -> tuple[int, ...]:
    """Where each of its features stands among ours. Raises CardDamaged."""
    sizes = {len(head.names), len(head.means), len(head.scales), len(head.weights)}
    if len(sizes) > 1 or not set(head.names) <= set(NAMES) or 0.0 in head.scales:
        raise CardDamaged(f"{path} has a head that does not fit these features: train it again")
    return tuple([NAMES.index(name) for name in head.names])


def scored(head: Head, places: tuple[int, ...], seen: tuple[float, ...]) -> float:
    """What the head makes of features, in [0, 1]."""
    total = head.bias
    for place, mean, scale, weight in zip(places, head.means, head.scales, head.weights, strict=True):
        total += weight * (seen[place] - mean) / scale
    return 1.0 / (1.0 + exp(-max(-40.0, min(40.0, total))))
