"""Whether a request tries to turn the model from its instructions: jailbreaks, and injections in what tools return.

It reads form, not topic: a plain harmful question is none. A signal, not a boundary: it can be evaded.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, ClassVar, Literal, NamedTuple

import msgspec

from .attack_head import AttackHead, chosen_attack_head, probability
from .attack_patterns import NAMES
from .attack_pieces import PIECE, Pieces
from .attack_traits import FIRST_MEASURE, Seen, Traits
from .facts import Message, Reading, RequestView, Vector
from .materials import Materials
from .normalise import normalise
from .signal import Tier, TierChoice, ValueType
from .spec import EVIDENCE, Spec, Text, blank, given, short

WINDOW, OVERLAP = 6_000, 500
"""Characters that are judged together, and that two neighbouring windows share."""

WHOLE = 48_000
"""Characters of one message up to which all of it is read."""

EDGE, PIECES = 6_000, 8
"""Of a longer one: characters of its beginning and of its end, and pieces of what stands between (`attack_pieces`)."""

SCANNED = 250_000
"""Characters between beginning and end among which pieces are chosen. What comes after these is not seen."""

BUDGET = 64_000
"""Characters of one request that are read: the last user message first, then the others, the latest first."""

MESSAGES = 32
"""Messages of one request that are read."""

TRUSTED = frozenset({"system", "developer", "assistant"})
"""Whose messages are not read: the operator's own, and the model's."""

EMPTY = Reading(False, 0.0, ("empty text",))
DEFAULT_THRESHOLD = 0.9
"""About 3 % of look-alikes from sources never seen are taken for attacks there, and 0.1 % of ordinary requests."""


class JailbreakSpec(Spec, frozen=True, tag="jailbreak"):
    """True where the probability of a jailbreak or prompt injection is at least `threshold`.

    `where: all` reads the last user message and everything that tools and users said before; `last` only the last user
    message. The card beside the weights says what each threshold finds and what it costs. `head` names a card of
    `wrp train jailbreak`, in place of the one that ships.
    """

    value_type: ClassVar[ValueType] = "bool"
    wants_vector: ClassVar[bool] = True
    threshold: Annotated[float, msgspec.Meta(gt=0.0, le=1.0)] = DEFAULT_THRESHOLD
    where: Literal["all", "last"] = "all"
    tier: TierChoice = "auto"
    head: Text | None = None

    def build(self, materials: Materials) -> Jailbreak:
        """Raises TierMissing, WeightsDamaged, WrongEmbedder."""
        return Jailbreak(chosen_attack_head(self.tier, self.head, materials), self.threshold, self.where)


class Judged(NamedTuple):
    """One window: log odds, what was seen, whose message, and whether the vector was its own."""

    score: float
    seen: Seen
    role: str
    vector: Vector | None


class Jailbreak:
    """Value: whether it is one; score: its probability, that of the most suspicious window; evidence: the traits that
    weigh most there, and whose message it is where it is not the user's."""

    value_type: ValueType = JailbreakSpec.value_type
    expected_cost = 40e-6

    def __init__(
        self, head: AttackHead, threshold: float = DEFAULT_THRESHOLD, where: Literal["all", "last"] = "all"
    ) -> None:
        self.tier: Tier = head.card.tier
        self._head = head
        self._traits = Traits()
        self._pieces = Pieces()
        self._threshold = threshold
        self._all = where == "all"

    def read(self, view: RequestView, vector: Vector | None) -> Reading:
        worst = max(self._judged(view, given(vector)), key=_by_score, default=None)
        if worst is None:
            return EMPTY
        score = probability(worst.score)
        return Reading(score >= self._threshold, score, self._evidence(worst))

    def _judged(self, view: RequestView, vector: Vector) -> Iterator[Judged]:
        """Every window that is read. The vector is of the head of the last user message: it weighs there only."""
        asked = view.asked()
        left = BUDGET
        for number, message in enumerate(messages_of(view, asked) if self._all else [Message("user", asked)]):
            if left <= 0:
                return
            if blank(message.text):
                continue
            own = vector if number == 0 else None
            limit = min(left, WHOLE)
            left -= min(len(message.text), limit)
            for window, smuggled in windows_in(message.text, limit, self._pieces):
                seen = self._traits.of(window, smuggled)
                yield Judged(self._head.score(seen, own), seen, message.role, own)
                own = None

    def _evidence(self, judged: Judged) -> tuple[str, ...]:
        weights = self._head.side(judged.vector).traits
        told = [(weights[trait], trait) for trait in judged.seen.traits if weights[trait] > 0 and trait < FIRST_MEASURE]
        traits = [short(NAMES[trait]) for _, trait in sorted(told, reverse=True)]
        place = [] if judged.role == "user" else [short(f"in a message of {judged.role!r}")]
        return tuple([*place, *traits][:EVIDENCE])


def _by_score(judged: Judged) -> float:
    return judged.score


def messages_of(view: RequestView, asked: str) -> list[Message]:
    """What is read: the last user message (`asked`), then the others that neither the operator nor the model wrote, the
    latest first."""
    others = [message for message in reversed(view.messages[-4 * MESSAGES :]) if message.role not in TRUSTED]
    last = next((message for message in others if message.role == "user"), Message("user", asked))
    return [last, *(message for message in others if message is not last)][:MESSAGES]


def parts_of(text: str, limit: int, pieces: Pieces) -> list[str]:
    """What is read of a message: all of it up to `limit` characters; of a longer one beginning, end, and the pieces
    between them that have most of what attacks have. No more than `limit` characters together."""
    if len(text) <= limit:
        return [text]
    edge = min(EDGE, limit // 4)
    last = len(text) - edge
    count = min(PIECES, (limit - 2 * edge) // PIECE)
    if not count:
        return [text[:edge], text[last:]]
    between = text[edge - OVERLAP : last + OVERLAP][:SCANNED]
    return [text[:edge], *pieces.chosen(between, count), text[last:]]


def windows_in(text: str, limit: int, pieces: Pieces) -> Iterator[tuple[str, bool]]:
    """All windows of a message that are judged, normalised, and whether anything was hidden in what they are of."""
    for part in parts_of(text, limit, pieces):
        plain, findings = normalise(part)
        for window in windows_of(plain, min(limit, max(WINDOW, 2 * len(part)))):
            yield window, bool(findings)


def windows_of(text: str, limit: int) -> Iterator[str]:
    """The text in overlapping windows; of one longer than `limit` three quarters of that from its head, and the
    rest from its tail."""
    if len(text) > limit:
        yield from windows_of(text[: limit * 3 // 4], limit)
        yield from windows_of(text[-limit // 4 :], limit)
    elif len(text) <= WINDOW:
        yield text
    else:
        for start in range(0, len(text) - OVERLAP, WINDOW - OVERLAP):
            yield text[start : start + WINDOW]
