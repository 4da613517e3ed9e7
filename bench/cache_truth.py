"""Requests whose right answers are known: questions in several wordings, near misses, facts that change. No texts.

A question has a direction near that of its family (its near misses), and every wording a direction near that of its
question. How near is drawn so that pairs of wordings have the cosines that pairs of the same label have in Quora's
question pairs under all-MiniLM-L6-v2 (int8), by keywords of the category: paraphrases within 0.03, near misses 0.04 to
0.09 farther apart (`measured`), of which the nearest of several is found.
"""

from __future__ import annotations

import math
import random
from collections.abc import Iterator
from dataclasses import dataclass, replace

import msgspec
import numpy as np

from wrp_signals.facts import Vector

DIMENSION = 128
COST = 0.15e-6
"""US$ for a byte of an answer."""

SHARES = (0.02, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.98)
"""The quantiles at which cosines were measured."""

PARAPHRASES = {
    "code": (0.620, 0.662, 0.710, 0.773, 0.809, 0.845, 0.871, 0.898, 0.925, 0.952, 0.974, 0.986, 0.992),
    "stem": (0.668, 0.701, 0.728, 0.770, 0.802, 0.837, 0.873, 0.896, 0.924, 0.947, 0.973, 0.989, 0.996),
    "finance": (0.614, 0.652, 0.692, 0.731, 0.764, 0.790, 0.820, 0.847, 0.876, 0.909, 0.952, 0.976, 0.990),
    "conversation": (0.648, 0.688, 0.746, 0.801, 0.833, 0.861, 0.884, 0.910, 0.931, 0.953, 0.980, 0.990, 0.994),
}
"""Cosines of 442, 342, 1001 and 925 pairs labelled duplicates."""

NEAR_MISSES = {
    "code": (-0.057, -0.013, 0.047, 0.200, 0.370, 0.460, 0.550, 0.629, 0.697, 0.772, 0.838, 0.894, 0.931),
    "stem": (-0.047, -0.011, 0.025, 0.217, 0.370, 0.466, 0.542, 0.616, 0.693, 0.762, 0.842, 0.884, 0.931),
    "finance": (-0.056, -0.008, 0.047, 0.220, 0.393, 0.479, 0.564, 0.620, 0.692, 0.764, 0.840, 0.891, 0.925),
    "conversation": (-0.029, 0.021, 0.126, 0.346, 0.456, 0.549, 0.623, 0.688, 0.752, 0.812, 0.877, 0.921, 0.958),
}
"""Cosines of 987, 954, 1421 and 1575 pairs labelled different."""


class Asked(msgspec.Struct, frozen=True):
    """One request. `question` and `version` say which answer is right, `wording` which text it is (the same wording is
    the same request), `now` is in seconds. `length` (bytes) and `cost` (US$) are those of an answer."""

    now: float
    tenant: str
    category: str
    question: int
    wording: int
    version: int
    vector: Vector
    length: int = 1000
    cost: float = 0.0


@dataclass(frozen=True)
class Kind:
    """One category. `share` of the requests; `families` of `siblings` questions each, asked by Zipf's law with exponent
    `skew`; a request words its question anew with probability `fresh`, and then only a little
    otherwise than before (cosine 0.96 to 0.999) in `typed` of the cases. The answer to a question changes every `life`
    seconds (0: never), in `volatile` of the questions. In `near` of the families the questions are near misses of each
    other (those that a guard has not seen), in the others they only share a subject (cosines from the lower half).
    `tight` of the requests go to families told apart by a word (cosines from the last tenth). `churn`: new questions
    per request. `words`: bytes of an answer."""

    name: str
    share: float
    families: int = 400
    siblings: int = 6
    skew: float = 1.0
    fresh: float = 0.5
    typed: float = 0.4
    life: float = 0.0
    volatile: float = 1.0
    near: float = 0.15
    tight: float = 0.0
    churn: float = 0.02
    words: int = 1200


MIXED = (
    Kind("code", 0.35, families=500, siblings=8, skew=1.05, fresh=0.45, near=0.12),
    Kind("stem", 0.20, families=300, siblings=5, skew=1.1, near=0.1),
    Kind("conversation", 0.30, families=1500, siblings=2, skew=0.9, fresh=0.7, life=86400.0, volatile=0.3, words=600),
    Kind("finance", 0.15, families=120, siblings=4, skew=1.1, life=4500.0, words=500),
)
"""Volatile as the paper on category-aware caches has it (80 % of financial facts change within the hour, code hardly);
a request in five to ten has near misses that a guard would not see."""


class Change(msgspec.Struct, frozen=True):
    """From request number `at` on, the category is another: fields of `Kind` to replace. `speed`: how many times as
    fast its facts change."""

    at: int
    category: str
    tight: float | None = None
    fresh: float | None = None
    share: float | None = None
    speed: float | None = None


class _Questions:
    """The directions of the questions and wordings of one category."""

    def __init__(self, kind: Kind, draw: np.random.Generator) -> None:
        self._draw, self._kind = draw, kind
        self._same = _Spread(PARAPHRASES[kind.name], 0.9995)
        apart = [max(0.05, cosine) / (0.95 * self._same.middle) for cosine in NEAR_MISSES[kind.name]]
        self._apart = _Spread(tuple(min(0.97, cosine) for cosine in apart), 0.985)
        self._families: dict[tuple[bool, int], tuple[Vector, bool]] = {}
        self._questions: dict[int, Vector] = {}
        self.wordings: dict[int, list[Vector]] = {}

    def vector(self, question: int, family: int, tight: bool, wording: int) -> Vector:
        """Of a wording that is known already, or of the next new one."""
        known = self.wordings.setdefault(question, [])
        if wording >= len(known):
            if question not in self._questions:
                self._questions[question] = self._beside(family, tight)
            if known and self._draw.random() < self._kind.typed:
                like = known[int(len(known) * self._draw.random())]
                known.append(_beside(like, self._draw.uniform(0.96, 0.999), self._draw))
            else:
                known.append(_beside(self._questions[question], self._same.draw(self._draw, (0.0, 1.0)), self._draw))
        return known[wording]

    def _beside(self, family: int, tight: bool) -> Vector:
        if (tight, family) not in self._families:
            self._families[tight, family] = (_random(self._draw), self._draw.random() < self._kind.near)
        centre, near = self._families[tight, family]
        within = (0.9, 0.98) if tight else (0.0, 1.0) if near else (0.0, 0.5)
        return _beside(centre, self._apart.draw(self._draw, within), self._draw)


class _Spread:
    """Distances from a centre, such that the cosines of two drawn around it have given quantiles, nearly: each is the
    root of the median times a deviation of half the variance of the logarithm."""

    def __init__(self, quantiles: tuple[float, ...], most: float) -> None:
        self.middle = quantiles[len(quantiles) // 2]
        self._quantiles, self._most = quantiles, most

    def draw(self, rng: np.random.Generator, within: tuple[float, float]) -> float:
        """One between two quantiles."""
        cosine = float(np.interp(rng.uniform(*within), SHARES, self._quantiles))
        return min(self._most, math.sqrt(self.middle) * (cosine / self.middle) ** math.sqrt(0.5))


class World:
    """An endless stream of requests, the same for the same arguments."""

    def __init__(
        self,
        kinds: tuple[Kind, ...],
        seed: int,
        rate: float = 20.0,
        changes: tuple[Change, ...] = (),
        tenants: tuple[str, ...] = ("acme",),
    ) -> None:
        """`rate`: requests per second."""
        self._kinds = {kind.name: kind for kind in kinds}
        self._rng, draw = random.Random(seed), np.random.default_rng(seed)
        self._questions = {kind.name: _Questions(kind, draw) for kind in kinds}
        self._rate, self._tenants = rate, tenants
        self._changes = sorted(changes, key=lambda change: change.at)
        self._clocks = {kind.name: (0.0, 0.0, 1.0) for kind in kinds}
        self._asked = dict.fromkeys(self._kinds, 0)

    def __iter__(self) -> Iterator[Asked]:
        now, number = 0.0, 0
        while True:
            now += self._rng.expovariate(self._rate)
            while self._changes and self._changes[0].at <= number:
                self._change(self._changes.pop(0), now)
            yield self._ask(now)
            number += 1

    def version(self, category: str, question: int, now: float) -> int:
        """Which of the answers that the question has in the course of time is right now."""
        kind = self._kinds[category]
        luck = random.Random(question * 7919 + len(category))
        if kind.life <= 0.0 or luck.random() >= kind.volatile:
            return 0
        life = kind.life * luck.uniform(0.5, 1.5)
        since, before, speed = self._clocks[category]
        return int((before + (now - since) * speed) / life + luck.random())

    def _ask(self, now: float) -> Asked:
        kinds = list(self._kinds.values())
        kind = self._rng.choices(kinds, [kind.share for kind in kinds])[0]
        self._asked[kind.name] += 1
        tight = self._rng.random() < kind.tight
        family, sibling = divmod(self._rank(kind), kind.siblings)
        question = 2 * (family * kind.siblings + sibling) + tight
        questions = self._questions[kind.name]
        known = len(questions.wordings.get(question, ()))
        fresh = known == 0 or self._rng.random() < kind.fresh
        wording = known if fresh else int(known * self._rng.random() ** 2)
        vector = questions.vector(question, family, tight, wording)
        version = self.version(kind.name, question, now)
        tenant = self._rng.choice(self._tenants)
        return Asked(now, tenant, kind.name, question, wording, version, vector, kind.words, kind.words * COST)

    def _rank(self, kind: Kind) -> int:
        """A question by Zipf's law (by the inverse of its continuous distribution); what is popular moves on."""
        questions = kind.families * kind.siblings
        u, power = self._rng.random(), 1.0 - kind.skew
        even = abs(power) < 1e-9
        rank = questions**u if even else (1.0 + u * (questions**power - 1.0)) ** (1.0 / power)
        spread = (int(rank) * 2654435761) % questions  # so that the popular ones are no siblings
        return spread + int(self._asked[kind.name] * kind.churn)

    def _change(self, change: Change, now: float) -> None:
        kind = self._kinds[change.category]
        fields = {name: getattr(change, name) for name in ("tight", "fresh", "share")}
        self._kinds[change.category] = replace(kind, **{name: new for name, new in fields.items() if new is not None})
        if change.speed is not None:
            since, before, speed = self._clocks[change.category]
            self._clocks[change.category] = (now, before + (now - since) * speed, change.speed)


def measured(kind: Kind, seed: int, pairs: int = 2000) -> dict[str, list[float]]:
    """Quantiles of the cosines that the generator itself makes, at `SHARES`: of paraphrases and of near misses."""
    questions, same, apart = _Questions(replace(kind, near=1.0, typed=0.0), np.random.default_rng(seed)), [], []
    for pair in range(pairs):
        one, two = (questions.vector(2 * pair, pair, False, wording) for wording in (0, 1))
        other = questions.vector(2 * pair + 1, pair, False, 0)
        same.append(float(one @ two))
        apart.append(float(one @ other))
    return {name: np.quantile(of, SHARES).round(3).tolist() for name, of in (("same", same), ("apart", apart))}


def _random(draw: np.random.Generator) -> Vector:
    vector = draw.standard_normal(DIMENSION, dtype=np.float32)
    return vector / np.linalg.norm(vector)


def _beside(centre: Vector, cosine: float, draw: np.random.Generator) -> Vector:
    """A random unit vector at that cosine to a unit vector."""
    away = _random(draw)
    away -= (away @ centre) * centre
    away /= np.linalg.norm(away)
    return cosine * centre + math.sqrt(1.0 - cosine * cosine) * away
