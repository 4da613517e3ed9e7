"""Several verifiers as one: all must accept, or any may. What one cannot tell decides only where others do not."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Annotated

from msgspec import Meta

from wrp_policies.cascading.types import Answer, Verdict, Verifier, Wanted
from wrp_signals.facts import Facts
from wrp_signals.materials import Materials

from .form import Schema
from .learned import Learned
from .likely import Logprob, Margin
from .spec import Spec

Single = (
    Logprob  # how likely its words were to the model itself
    | Margin  # how far ahead of other words
    | Schema  # whether it has the form asked for
    | Learned  # a head on features of question and answer
)

EVEN = 0.5
"""The bar of all that is composed: each one's own bar is moved there."""

Several = Annotated[tuple[Single, ...], Meta(min_length=2, max_length=8, description="The verifiers.")]


class AllOf(Spec, frozen=True, tag="all"):
    """Accepts what all accept; the score is the lowest, each moved so that its own bar is at 0.5."""

    of: Several

    def build(self, materials: Materials) -> Composed:
        return Composed([one.build(materials) for one in self.of], min, 0.0)


class AnyOf(Spec, frozen=True, tag="any"):
    """Accepts what any accepts; the score is the highest, each moved so that its own bar is at 0.5."""

    of: Several

    def build(self, materials: Materials) -> Composed:
        return Composed([one.build(materials) for one in self.of], max, 1.0)


class Composed:
    """In the three-valued logic of Kleene: `settles` is the score that decides whatever the others say."""

    __slots__ = ("_choose", "_parts", "_settles", "partial", "tops")

    def __init__(self, parts: Sequence[Verifier], choose: Callable[[Iterable[float]], float], settles: float) -> None:
        self._parts = parts
        self._choose = choose
        self._settles = settles
        self.partial = all([part.partial for part in parts])
        wanted = [part.tops for part in parts if part.tops is not None]
        self.tops: int | None = max(wanted) if wanted else None

    @property
    def bar(self) -> float:
        """In the middle."""
        return EVEN

    def judge(self, facts: Facts, wanted: Wanted, answer: Answer) -> Verdict:
        """Evidence is that of all."""
        scores: list[float | None] = []
        said: list[str] = []
        for part in self._parts:
            verdict = part.judge(facts, wanted, answer)
            scores.append(None if verdict.score is None else moved(verdict.score, part.bar))
            said.append(verdict.evidence)
        known = [score for score in scores if score is not None]
        evidence = ", ".join(said)
        if not known:
            return Verdict(None, evidence)
        score = self._choose(known)
        settled = score < EVEN if self._settles == 0.0 else score >= EVEN
        return Verdict(score if settled or None not in scores else None, evidence)


def moved(score: float, bar: float) -> float:
    """The score on a scale whose 0.5 is the bar; order is kept."""
    if score < bar:
        return EVEN * score / bar
    return EVEN + EVEN * (score - bar) / (1.0 - bar) if bar < 1.0 else 1.0
