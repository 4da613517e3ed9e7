"""How much a text is about declared terms, by how often they occur for its length (BM25). It knows no other text."""

from __future__ import annotations

from typing import Annotated, ClassVar

import msgspec
import re2

from .errors import BadPattern
from .facts import Reading, RequestView
from .keyword import Where, automaton, chosen
from .materials import Materials
from .signal import Tier, ValueType
from .spec import EVIDENCE, Spec, Text, short
from .words import words_of

WINDOW = 65_536
"""Characters that are read."""

Weight = Annotated[float, msgspec.Meta(gt=0.0, le=1_000.0)]


class BM25Spec(Spec, frozen=True, tag="bm25"):
    """True where the `terms` (words or phrases, each with its weight) score at least `threshold`.

    A term of weight 1 that occurs once in a text of `usual` words scores 1; again, ever less more, up to 1 + `k`. `b`
    says how much a longer text takes off (1: in proportion, 0: nothing). In place of the inverse document frequency,
    for which other texts would have to be known, stand the weights. (Robertson and Zaragoza 2009, 3.4.)
    """

    value_type: ClassVar[ValueType] = "bool"
    wants_vector: ClassVar[bool] = False
    terms: Annotated[dict[Text, Weight], msgspec.Meta(min_length=1, max_length=10_000)]
    threshold: Annotated[float, msgspec.Meta(gt=0.0, le=1e6)] = 1.0
    where: Where = "last"
    usual: Annotated[int, msgspec.Meta(ge=1, le=100_000)] = 60
    k: Annotated[float, msgspec.Meta(ge=0.0, le=10.0)] = 1.2
    b: Annotated[float, msgspec.Meta(ge=0.0, le=1.0)] = 0.75

    def build(self, materials: Materials | None = None) -> BM25:
        """Raises BadPattern for a term without a letter or digit."""
        return BM25(self)


class BM25:
    """Value: whether the terms score enough; score: from 0 to 1, 0.5 at the threshold; evidence: what counts most."""

    value_type: ValueType = BM25Spec.value_type
    tier: Tier = "none"
    expected_cost = 4e-6

    def __init__(self, spec: BM25Spec) -> None:
        self._spec = spec
        self._singles: dict[str, float] = {}
        self._phrases: dict[str, list[tuple[list[str], float]]] = {}
        for term, weight in spec.terms.items():
            first, *others = words_of(term, len(term)) or [""]
            if not first:
                raise BadPattern(f"term {short(term)!r}: there is no word in it")
            if others:
                self._phrases.setdefault(first, []).append((others, weight))
            else:
                self._singles[first] = weight
        # most texts hold no term at all, and this tells so in a third of the time
        self._first = automaton([re2.escape(first) for first in {**self._singles, **self._phrases}], case=False)

    def read(self, view: RequestView, vector: object = None) -> Reading:
        text = chosen(view, self._spec.where)[:WINDOW]
        if text.isascii() and not self._first.found(text.encode()):
            return NOTHING
        words = words_of(text, WINDOW)
        counts: dict[str, int] = {}
        for word in filter(self._singles.__contains__, words):
            counts[word] = counts.get(word, 0) + 1
        weights = self._singles
        if self._phrases:
            weights = weights | self._count_phrases(words, counts)
        if not counts:
            return NOTHING
        return self._scored(counts, weights, len(words))

    def _scored(self, counts: dict[str, int], weights: dict[str, float], length: int) -> Reading:
        spec = self._spec
        damping = spec.k * (1.0 - spec.b + spec.b * length / spec.usual)
        scores = {term: weights[term] * count * (spec.k + 1.0) / (count + damping) for term, count in counts.items()}
        total = sum(scores.values())
        best = sorted(scores, key=lambda term: (-scores[term], term))[:EVIDENCE]
        evidence = tuple([short(f"{term} {scores[term]:.2f}") for term in best])
        return Reading(total >= spec.threshold, 1.0 - 0.5 ** (total / spec.threshold), evidence)

    def _count_phrases(self, words: list[str], counts: dict[str, int]) -> dict[str, float]:
        """Adds the phrases to the counts; gives their weights."""
        weights: dict[str, float] = {}
        for place, word in enumerate(words):
            for others, weight in self._phrases.get(word, ()):
                if words[place + 1 : place + 1 + len(others)] == others:
                    phrase = " ".join((word, *others))
                    weights[phrase] = weight
                    counts[phrase] = counts.get(phrase, 0) + 1
        return weights


NOTHING = Reading(False, 0.0)
