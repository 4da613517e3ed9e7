"""What the user says of the previous answer, by wording and by asking again. It knows phrases and words, not meaning,
and nothing of whether the answer was right.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, ClassVar

import msgspec

from .asked_again import asked_in, likeness
from .card import weights
from .facts import Reading, RequestView
from .feedback_phrases import NO_ANSWER, PHRASES, Phrase
from .grams import Wording
from .head import LinearHead, load_head
from .materials import Materials
from .pattern import Patterns, options_of
from .signal import Tier, ValueType
from .spec import EVIDENCE, Share, Spec, Text, short, within_unit

SIGNAL = "feedback"
CARD = "feedback-none-card.json"
CLASSES = ("none", "wrong", "unclear", "alternative", "satisfied")
"""What the head can hear."""

HEARD = 160
"""Characters of a message up to which the head is asked: longer ones are requests."""

HEAD, TAIL = 240, 120
"""Characters of a message's beginning and end where people say what they think of an answer; what stands between is
what they ask next, or what they paste."""

BRIEF = 100
"""Characters of a message up to which it can be about the answer as a whole."""

LONG, POLITE = 600, 0.4
"""Characters of a message from which on praise is politeness; and what that is worth of an opinion."""

MEMORY = 32 << 20
"""Bytes that the phrases' automaton may grow to; past it re2 starts over, which is slower and still right."""

ORDER = ("wrong", "unclear", "alternative", "satisfied")
"""What decides where people say several things at once: "thanks, but that is wrong"."""

CLOSE = 0.12
"""How much surer a later one of these must be to decide."""


class FeedbackSpec(Spec, frozen=True, tag="feedback"):
    """What the last user message says of the answer before it: `wrong`, `unclear` (asks to have it explained),
    `alternative` (wants another one), `satisfied`; `reask` where it asks an earlier question again (at least
    `reask_from` alike, one of the `lookback` messages before) and says nothing else; `none` where all is less sure than
    `none_below`. `head` names a card of `wrp train feedback`, in place of the one that ships.
    """

    value_type: ClassVar[ValueType] = "string"
    wants_vector: ClassVar[bool] = False
    none_below: Share = 0.5
    reask_from: Share = 0.8
    lookback: Annotated[int, msgspec.Meta(ge=0, le=20)] = 3
    head: Text | None = None

    def build(self, materials: Materials) -> Feedback:
        """Raises WeightsDamaged where the head is not what its card says, WrongEmbedder where it reads vectors."""
        read, name = (weights, CARD) if self.head is None else (materials.read_file, self.head)
        return Feedback(self, load_head(SIGNAL, name, read, None))


class Feedback:
    """Value: one of the six words; score: how sure (of phrases set by hand; where there is none the head's probability;
    of `none` how far the rest is from sure); evidence: what was said, and which message is asked again."""

    value_type: ValueType = FeedbackSpec.value_type
    tier: Tier = "none"
    expected_cost = 40e-6

    def __init__(self, spec: FeedbackSpec, head: LinearHead) -> None:
        self._spec = spec
        self._head = head
        self._brief = Phrases(PHRASES)
        self._any = Phrases([phrase for phrase in PHRASES if not phrase.brief])

    def read(self, view: RequestView, vector: object = None) -> Reading:
        said, answered = turns_of(view)
        if not said:
            return Reading("none", 1.0)
        sure = self._said(said[-1], answered)
        value, score = decided(sure)
        alike, back = asked_again(said[-self._spec.lookback - 1 :] if answered else said[-1:])
        evidence = [f"says {name}" for name in ORDER if name in sure]
        if alike >= self._spec.reask_from:
            evidence.append(f"asks again what it asked {back} messages before" if back > 1 else "asks the same again")
            value, score = (value, score) if score >= self._spec.none_below else ("reask", alike)
        if score < self._spec.none_below and answered and len(said[-1]) <= HEARD:
            heard, chance = self._heard(said[-1])
            if heard != "none" and chance > score:
                value, score = heard, chance
                evidence.append(f"sounds {heard}")
        if score < self._spec.none_below:
            return Reading("none", within_unit(1.0 - score), tuple(evidence[:EVIDENCE]))
        return Reading(value, within_unit(score), tuple(map(short, evidence[:EVIDENCE])))

    def _said(self, text: str, answered: bool) -> dict[str, float]:
        """What the wording says, and how sure: the surest phrase counts whole, a second one half of the rest."""
        seen = said_of_it(text)
        sure: dict[str, float] = {}
        for phrase in (self._brief if len(seen) <= BRIEF else self._any).found(seen):
            worth = phrase.sure if answered else NO_ANSWER[phrase.sure]
            if phrase.says == "satisfied" and len(text) > LONG:
                worth *= POLITE
            other = sure.get(phrase.says, 0.0)
            sure[phrase.says] = max(worth, other) + (1 - max(worth, other)) * min(worth, other) / 2
        return sure

    def _heard(self, text: str) -> tuple[str, float]:
        """What the head hears, and its probability."""
        chances = self._head.probabilities(None, Wording(said_of_it(text)))
        best = int(chances.argmax())
        return self._head.classes[best], float(chances[best])


class Phrases:
    """Phrases in one automaton."""

    def __init__(self, phrases: Sequence[Phrase]) -> None:
        self._phrases = tuple(phrases)
        self._set = Patterns([phrase.pattern for phrase in self._phrases], options_of(MEMORY))

    def found(self, text: str) -> list[Phrase]:
        """Those that occur."""
        return [self._phrases[index] for index in self._set.found(text.encode("utf-8", "replace"))]


def turns_of(view: RequestView) -> tuple[list[str], bool]:
    """What the user said, in order; and whether an answer stands before the last of it."""
    messages = view.messages
    said = [message.text for message in messages if message.role == "user" and not message.text.isspace()]
    last = next((n for n in range(len(messages) - 1, -1, -1) if messages[n].role == "user"), 0)
    return said, any(message.role == "assistant" for message in messages[:last])


def said_of_it(text: str) -> str:
    """Where the opinion stands: the beginning and the end, in lower case, on one line."""
    seen = text if len(text) <= HEAD + TAIL else f"{text[:HEAD]} {text[-TAIL:]}"
    return " ".join(seen.lower().split())


def asked_again(said: list[str]) -> tuple[float, int]:
    """How alike the last of these messages is to the likeliest before it, and how many messages before that was."""
    *earlier, last = said
    words = asked_in(last) if earlier else frozenset()
    alike = [likeness(words, asked_in(text)) for text in reversed(earlier)]
    best = max(alike, default=0.0)
    return best, alike.index(best) + 1 if alike else 0


def decided(sure: dict[str, float]) -> tuple[str, float]:
    """The surest; of those about as sure the first by ORDER."""
    best = max(sure.values(), default=0.0)
    return next(((name, sure[name]) for name in ORDER if name in sure and sure[name] >= best - CLOSE), ("none", 0.0))
