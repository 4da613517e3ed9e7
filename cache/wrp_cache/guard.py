"""The hit guard: is the neighbour's question the same question? It vetoes on evidence and never approves a guess.

Sentence vectors hardly see a negation, a number or a swapped name ("delete X" lies beside "do not delete X"), so
every neighbour above the threshold is compared word for word before its answer is served.
"""

from __future__ import annotations

from collections.abc import Callable

from wrp_cache.against import Against, Recall, unknown
from wrp_cache.amounts import amounts
from wrp_cache.contrast import opposites, polarity
from wrp_cache.frames import direction, same_question
from wrp_cache.marks import Marks, Pair, read
from wrp_cache.matter import overlap, substitution
from wrp_cache.references import capitals, identifiers, known_names, operators, quotations
from wrp_cache.tongues import language
from wrp_signals.facts import Vector

Rule = Callable[[Pair], str | None]
"""The evidence against a pair of texts, or None. Rules are symmetric."""

RULES: tuple[Rule, ...] = (
    language,
    amounts,
    polarity,
    opposites,
    known_names,
    capitals,
    identifiers,
    operators,
    quotations,
    same_question,
    direction,
    substitution,
    overlap,
)
"""In the order in which they are asked."""

_HANDFUL = 6


class Guard:
    """The rules in order; the first evidence is the veto.

    Texts of more than `max_chars` pass only if they are equal, for no vector has read them whole. Beyond a handful of
    words, one text may be at most `ratio` times as long as the other.
    """

    __slots__ = ("_max_chars", "_ratio", "_rules")

    def __init__(self, max_chars: int = 2048, ratio: float = 3.0, rules: tuple[Rule, ...] = RULES) -> None:
        self._max_chars, self._ratio, self._rules = max_chars, ratio, rules

    def veto(self, asked: str, stored: str) -> str | None:
        """Why the answer to `stored` must not answer `asked`, such as `number: 3 != 5`; or None if nothing speaks
        against it. Linear in the length of the texts."""
        return self.judge(asked)(stored, 1.0)

    def judge(self, asked: str, vector: Vector | None = None) -> Against:
        """`veto` for several stored texts: what was asked is read only once. Vectors, and how alike they are, the
        rules do not mind."""
        compare = self.reader(asked)

        def against(stored: str, similarity: float = 1.0, recall: Recall = unknown) -> str | None:
            pair = compare(stored)
            return self.first(pair) if isinstance(pair, Pair) else pair

        return against

    def reader(self, asked: str) -> Callable[[str], Pair | str | None]:
        """What lays a stored text beside the one that was asked, which is read only once: a pair to be judged, or
        evidence that needs no rule, or None where nothing differs."""
        marks: Marks | None = None

        def compare(stored: str) -> Pair | str | None:
            nonlocal marks
            if asked == stored:
                return None
            longest = max(len(asked), len(stored))
            if longest > self._max_chars:
                return f"length: {longest} characters are not compared"
            marks = read(asked) if marks is None else marks
            return _beside(marks, read(stored))

        return compare

    def first(self, pair: Pair) -> str | None:
        """The first evidence against a pair, in the order of the rules."""
        evidence = self._length(pair)
        if evidence is not None:
            return evidence
        for rule in self._rules:
            evidence = rule(pair)
            if evidence is not None:
                return evidence
        return None

    def evidence(self, pair: Pair) -> list[str | None]:
        """What every rule has against a pair: that of lengths first, then the others in their order."""
        return [self._length(pair), *(rule(pair) for rule in self._rules)]

    def _length(self, pair: Pair) -> str | None:
        fewer, more = sorted((len(pair.a.words), len(pair.b.words)))
        if more - fewer > _HANDFUL and more > fewer * self._ratio:
            return f"length: {len(pair.a.words)} words != {len(pair.b.words)} words"
        return None


def _beside(a: Marks, b: Marks) -> Pair | str | None:
    if not a.words or not b.words:
        return f"length: {len(a.words)} words != {len(b.words)} words"
    return None if a.words == b.words and a.plain and b.plain else Pair(a, b)
