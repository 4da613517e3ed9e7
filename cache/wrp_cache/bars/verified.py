"""Every entry learns how near a question has to be: an answer is served only where wrong ones stay below delta.

The rule of vCache (Schroeder et al., arXiv 2502.03771), from its mathematics: an entry's observations (similarity,
right or wrong) are fitted by a logistic curve with midpoint t and slope g; with t raised by what is uncertain about
it, the curve says how likely the answer is right at least, and the request goes upstream with such a chance that all in
all no more than delta of the answers are wrong. It compares no answers, and tells no entry about another.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from random import Random
from statistics import NormalDist
from typing import Annotated

import msgspec
from msgspec import Meta

from wrp_cache.bars.acceptance import Neighbour, Verdict, lowest
from wrp_cache.types import Bar

_DOUBTS = (0.0025, 0.005, 0.01, 0.02, 0.035, 0.05, 0.075, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5)
"""Chances that the midpoint lies higher than taken. Each gives a valid bound; the best of them counts."""

_BOUNDS = tuple((1.0 - doubt, NormalDist().inv_cdf(1.0 - doubt)) for doubt in _DOUBTS)
_SLOPE, _SPREAD = math.log(12.0), 1.0
_MIDDLE, _WIDTH = 0.85, 0.15
VERSION = 1
_STEPS, _AGAIN = 8, 2
_GROWTH = 1.2


class VerifiedTerms(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`delta`: of all questions with a neighbour, the share that may get a wrong answer (the paper's promise: what
    goes upstream counts as right); with `each`, the chance that an answer that is served may be wrong (serves less).
    `least`: observations of an entry before it may answer at all; `most`: those that are kept, the newest. `entries`:
    how many entries are remembered."""

    delta: Annotated[float, Meta(gt=0, lt=1)] = 0.01
    each: bool = False
    least: Annotated[int, Meta(ge=1)] = 6
    most: Annotated[int, Meta(ge=6, le=1000)] = 48
    entries: Annotated[int, Meta(ge=1)] = 1 << 20


class Curve(msgspec.Struct, frozen=True, gc=False):
    """Right answers by similarity: `slope` per unit of cosine, midpoint `middle` and its standard error."""

    slope: float
    middle: float
    error: float

    def certainty(self, similarity: float) -> float:
        """At least how likely the answer is right: the best over the chances e that the midpoint is higher than t', of
        (1 - e) sigmoid(slope (similarity - t'))."""
        best = 0.0
        for sure, z in _BOUNDS:
            middle = min(1.0, max(0.0, self.middle + z * self.error))
            bound = sure / (1.0 + math.exp(min(700.0, self.slope * (middle - similarity))))
            if bound > best:
                best = bound
        return best


class Learner:
    """One entry: what was observed of it, the newest last, and the curve through that. The curve is drawn anew when a
    fifth more is known, and at once after a wrong answer."""

    __slots__ = ("curve", "due", "rights", "similarities")

    def __init__(self) -> None:
        self.similarities: list[float] = []
        self.rights: list[bool] = []
        self.curve: Curve | None = None
        self.due = 0.0

    def add(self, similarity: float, right: bool, most: int) -> None:
        self.similarities.append(similarity)
        self.rights.append(right)
        if len(self.rights) > most:
            del self.similarities[0], self.rights[0]
        self.due = self.due - 1.0 if right else 0.0

    def drawn(self) -> Curve:
        """The curve as of now."""
        if self.curve is None or self.due <= 0.0:
            self.curve = fitted(self.similarities, self.rights, self.curve)
            self.due = max(1.0, len(self.rights) * (_GROWTH - 1.0))
        return self.curve


class LearnerState(msgspec.Struct, frozen=True):
    name: bytes
    similarities: list[float]
    rights: list[bool]


class VerifiedState(msgspec.Struct, frozen=True):
    """What has been observed of every entry, to be written as msgpack."""

    learners: list[LearnerState]
    version: int = VERSION


class Verified:
    """An answer that is not served is a `probe`: only what was compared teaches anything. After one that was right the
    fresh answer is best kept without its vector, so that what is asked that way teaches the entry that is there already
    (the paper's rule: insert only what was wrong)."""

    def __init__(self, terms: VerifiedTerms | None = None) -> None:
        self.terms = VerifiedTerms() if terms is None else terms
        self._learners: dict[bytes, Learner] = {}

    def __len__(self) -> int:
        return len(self._learners)

    def floor(self, category: str, bar: Bar, relief: float) -> float:
        return lowest(bar)

    def verdict(self, near: Neighbour, bar: Bar, relief: float, now: float, rng: Random) -> Verdict:
        if not near.similarity >= lowest(bar):
            return "miss"
        learner = self._learners.get(near.name)
        if learner is None or len(learner.rights) < self.terms.least:
            return "probe"
        certainty, delta = learner.drawn().certainty(near.similarity), self.terms.delta
        if self.terms.each:
            return "serve" if 1.0 - certainty <= delta else "probe"
        return "probe" if rng.random() < explored(certainty, delta) else "serve"

    def learn(self, near: Neighbour, right: bool, now: float) -> None:
        if not 0.0 <= near.similarity <= 1.0 + 1e-6:
            return
        learner = self._learners.get(near.name)
        if learner is None:
            if len(self._learners) >= self.terms.entries:
                del self._learners[next(iter(self._learners))]
            learner = self._learners[near.name] = Learner()
        learner.add(min(1.0, near.similarity), right, self.terms.most)

    def forget(self, name: bytes) -> None:
        self._learners.pop(name, None)

    def state(self, now: float) -> VerifiedState:
        """What has been observed, to be restored after a restart."""
        return VerifiedState([LearnerState(name, of.similarities, of.rights) for name, of in self._learners.items()])

    def states(self, at_once: int) -> Iterator[VerifiedState]:
        """`state` in parts of so many entries, between which it may learn."""
        names = list(self._learners)
        for at in range(0, len(names), at_once):
            some = [(name, self._learners.get(name)) for name in names[at : at + at_once]]
            yield VerifiedState(
                [LearnerState(name, list(of.similarities), list(of.rights)) for name, of in some if of is not None]
            )

    def restore(self, state: VerifiedState, now: float) -> None:
        """Go on from there, in place of what has been observed since. Raises ValueError for what this version has not
        written; then nothing is changed."""
        if state.version != VERSION:
            raise ValueError("the state is of another version")
        for saved in state.learners:
            if len(saved.similarities) != len(saved.rights) or not all(0.0 <= s <= 1.0 for s in saved.similarities):
                raise ValueError("the state is damaged")
        self._learners = {}
        for saved in state.learners[-self.terms.entries :]:
            learner = self._learners[saved.name] = Learner()
            learner.similarities = list(saved.similarities[-self.terms.most :])
            learner.rights = list(saved.rights[-self.terms.most :])


def explored(certainty: float, delta: float) -> float:
    """How likely a request has to go upstream: with it, (1 - explored) (1 - certainty) <= delta."""
    wrong = 1.0 - certainty
    return 0.0 if wrong <= delta else 1.0 - delta / wrong


def fitted(similarities: list[float], rights: list[bool], before: Curve | None = None) -> Curve:
    """The most likely logistic curve, and by the delta method the standard error of its midpoint.

    Weak priors keep it finite where right and wrong are perfectly apart: a midpoint of 0.85 +- 0.15, and a slope of 12
    within a factor e. Newton's method on (log slope, midpoint), with Fisher's information, from the curve `before`.
    """
    log_slope, middle = (_SLOPE, _MIDDLE) if before is None else (math.log(before.slope), before.middle)
    error = _WIDTH
    for _ in range(_STEPS if before is None else _AGAIN):
        steps, error = _newton(similarities, rights, log_slope, middle)
        log_slope += min(1.0, max(-1.0, steps[0]))
        middle += min(0.1, max(-0.1, steps[1]))
        if abs(steps[0]) < 0.02 and abs(steps[1]) < 0.002:
            break
    return Curve(math.exp(log_slope), middle, error)


def _newton(
    similarities: list[float], rights: list[bool], log_slope: float, middle: float
) -> tuple[tuple[float, float], float]:
    """The step of (log slope, midpoint), and the standard error of the midpoint."""
    slope = math.exp(log_slope)
    rests = along = a = b = c = 0.0
    for similarity, right in zip(similarities, rights, strict=True):
        logit = slope * (similarity - middle)
        p = 1.0 / (1.0 + math.exp(-logit)) if logit > -700.0 else 0.0
        rest, weight = right - p, p * (1.0 - p)
        rests += rest
        along += logit * rest
        a += logit * logit * weight
        b += logit * weight
        c += weight
    toward = along - (log_slope - _SLOPE) / _SPREAD**2, -slope * rests - (middle - _MIDDLE) / _WIDTH**2
    a, b, c = a + 1.0 / _SPREAD**2, -slope * b, slope * slope * c + 1.0 / _WIDTH**2
    det = a * c - b * b
    steps = (c * toward[0] - b * toward[1]) / det, (a * toward[1] - b * toward[0]) / det
    return steps, math.sqrt(a / det)
