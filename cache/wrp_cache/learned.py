"""The learned guard: the rules' vetoes first, then a learned probability with a bar. It learns nothing here."""

from __future__ import annotations

from collections.abc import Sequence

from wrp_cache.against import Against, Recall, unknown
from wrp_cache.guard import RULES, Guard
from wrp_cache.marks import Pair
from wrp_cache.weighing import Weighing
from wrp_signals.facts import Vector

_NONE: tuple[None, ...] = (None,) * (1 + len(RULES))


class LearnedGuard:
    """A rule's veto stands, unless the learned probability reaches `pardon` (above 1: never). What the rules let pass
    is vetoed below `bar`, with the evidence `learned: 0.31 < 0.80`; and so is a
    neighbour without a vector. Bars default to those of the weighing's card."""

    __slots__ = ("_guard", "_weighing", "bar", "pardon")

    def __init__(
        self, weighing: Weighing, bar: float | None = None, pardon: float | None = None, guard: Guard | None = None
    ) -> None:
        self._weighing = weighing
        self._guard = guard or Guard()
        self.bar = weighing.card.bar if bar is None else bar
        self.pardon = weighing.card.pardon if pardon is None else pardon

    @property
    def id(self) -> str:
        """That of the weighing."""
        return self._weighing.card.id

    def judge(self, asked: str, vector: Vector | None = None) -> Against:
        """What is asked of each neighbour; what was asked is read only once."""
        compare = self._guard.reader(asked)

        def against(stored: str, similarity: float = 1.0, recall: Recall = unknown) -> str | None:
            pair = compare(stored)
            return self._evidence(pair, similarity, vector, recall) if isinstance(pair, Pair) else pair

        return against

    def _evidence(self, pair: Pair, similarity: float, vector: Vector | None, recall: Recall) -> str | None:
        if self.pardon > 1.0:  # then nothing more is to be known of a pair that a rule vetoes
            veto = self._guard.first(pair)
            evidence: Sequence[str | None] = _NONE
        else:
            evidence = self._guard.evidence(pair)
            veto = next(filter(None, evidence), None)
        if veto is not None and self.pardon > 1.0:
            return veto
        other = None if vector is None else recall()
        if vector is None or other is None:
            return veto or "learned: no vector"
        chance = self._weighing.probability(pair, evidence, similarity, (vector, other))
        if veto is not None and not chance >= self.pardon:
            return veto
        return None if chance >= self.bar else f"learned: {chance:.2f} < {self.bar:.2f}"

    def probability(self, asked: str, stored: str, similarity: float, vectors: tuple[Vector, Vector]) -> float:
        """The learned probability alone, in which the rules' evidence is weighed: 1.0 for the same text, 0.0 for what
        is not compared. `vectors`: of what was asked and of what is stored."""
        pair = self._guard.reader(asked)(stored)
        if not isinstance(pair, Pair):
            return 1.0 if pair is None else 0.0
        return self._weighing.probability(pair, self._guard.evidence(pair), similarity, vectors)
