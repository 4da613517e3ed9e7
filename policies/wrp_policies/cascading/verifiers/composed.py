"""Several verifiers as one: all must accept, or any may. What one cannot tell decides only where others do not, and who
has to ask for it is only asked where others do not decide."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Annotated

import msgspec
from msgspec import Meta

from wrp_policies.cascading.cases import Case, Examiner
from wrp_policies.cascading.types import Answer, Verdict, Verifier, Wanted
from wrp_policies.questions import Asking
from wrp_signals.facts import Facts
from wrp_signals.materials import Materials

from .consistent import SelfConsistency
from .form import Schema
from .judge import Judge
from .learned import Learned
from .likely import Logprob, Margin
from .spec import Spec

Single = (
    Logprob  # how likely its words were to the model itself
    | Margin  # how far ahead of other words
    | Schema  # whether it has the form asked for
    | Learned  # a head on features of question and answer
    | SelfConsistency  # whether the model says the same when it is asked again
    | Judge  # what another model says of it
)

EVEN = 0.5
"""The bar of all that is composed: each one's own bar is moved there."""

Several = Annotated[tuple[Single, ...], Meta(min_length=2, max_length=8, description="The verifiers.")]


class AllOf(Spec, frozen=True, tag="all"):
    """Accepts what all accept; the score is the lowest, each moved so that its own bar is at 0.5."""

    of: Several

    @property
    def asks(self) -> tuple[str, ...]:
        """Those of all."""
        return asked_by(self.of)

    def build(self, materials: Materials) -> Composed | Examined:
        return composed([one.build(materials) for one in self.of], min, 0.0)


class AnyOf(Spec, frozen=True, tag="any"):
    """Accepts what any accepts; the score is the highest, each moved so that its own bar is at 0.5."""

    of: Several

    @property
    def asks(self) -> tuple[str, ...]:
        """Those of all."""
        return asked_by(self.of)

    def build(self, materials: Materials) -> Composed | Examined:
        return composed([one.build(materials) for one in self.of], max, 1.0)


def asked_by(parts: Sequence[Single]) -> tuple[str, ...]:
    """The pools that these ask."""
    return tuple(dict.fromkeys([name for part in parts for name in part.asks]))


Choose = Callable[[Iterable[float]], float]


def composed(parts: Sequence[Verifier | Examiner], choose: Choose, settles: float) -> Composed | Examined:
    """Of those that ask, and those that need not."""
    quick = Composed([part for part in parts if not isinstance(part, Examiner)], choose, settles)
    asking = [part for part in parts if isinstance(part, Examiner)]
    return Examined(quick, asking) if asking else quick


class Composed:
    """In the three-valued logic of Kleene: `settles` is the score that decides whatever the others say."""

    __slots__ = ("_choose", "_parts", "_settles", "partial", "tops")

    def __init__(self, parts: Sequence[Verifier], choose: Choose, settles: float) -> None:
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
        return self.together(self.each(facts, wanted, answer), EVEN)

    def each(self, facts: Facts, wanted: Wanted, answer: Answer) -> list[Verdict]:
        """What each says, moved."""
        return [moved_of(part.judge(facts, wanted, answer), part.bar) for part in self._parts]

    def settled(self, verdicts: Sequence[Verdict], bar: float) -> bool:
        """Whether nothing that others say could bring it to the other side of the bar."""
        known = [one.score for one in verdicts if one.score is not None]
        return bool(known) and self._decides(self._choose(known), bar)

    def together(self, verdicts: Sequence[Verdict], bar: float) -> Verdict:
        """As one, before this bar."""
        known = [one.score for one in verdicts if one.score is not None]
        evidence = ", ".join([one.evidence for one in verdicts])
        if not known:
            return Verdict(None, evidence)
        score = self._choose(known)
        sure = len(known) == len(verdicts) or self._decides(score, bar)
        return Verdict(score if sure else None, evidence)

    def _decides(self, score: float, bar: float) -> bool:
        return score < bar if self._settles == 0.0 else score >= bar


class Examined:
    """Those that need not ask come first; of the others each is asked only where it still matters."""

    __slots__ = ("_asking", "_quick", "asks", "tops")

    partial = False

    def __init__(self, quick: Composed, asking: Sequence[Examiner]) -> None:
        self._quick = quick
        self._asking = asking
        self.tops = quick.tops
        self.asks = tuple(dict.fromkeys([name for part in asking for name in part.asks]))

    @property
    def bar(self) -> float:
        """In the middle."""
        return EVEN

    def examine(self, case: Case) -> Asking[Verdict]:
        """Evidence is that of all who said something."""
        quick = self._quick
        verdicts = quick.each(case.facts, case.wanted, case.answer)
        for part in self._asking:
            if quick.settled(verdicts, case.bar):
                break
            own = msgspec.structs.replace(case, bar=unmoved(case.bar, part.bar))
            verdict = yield from part.examine(own)
            verdicts.append(moved_of(verdict, part.bar))
        return quick.together(verdicts, case.bar)


def moved_of(verdict: Verdict, bar: float) -> Verdict:
    """With its score moved."""
    return verdict if verdict.score is None else Verdict(moved(verdict.score, bar), verdict.evidence)


def moved(score: float, bar: float) -> float:
    """The score on a scale whose 0.5 is the bar; order is kept."""
    if score < bar:
        return EVEN * score / bar
    return EVEN + EVEN * (score - bar) / (1.0 - bar) if bar < 1.0 else 1.0


def unmoved(score: float, bar: float) -> float:
    """What is moved there."""
    if score < EVEN:
        return bar * score / EVEN
    return bar + (1.0 - bar) * (score - EVEN) / EVEN
