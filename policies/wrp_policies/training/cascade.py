"""From judged answers of a small and a large model to the card of a cascade: a learned head, thresholds, a report."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Mapping, Sequence

import msgspec
import numpy as np
import numpy.typing as npt

from wrp_policies.cascading.cards import Card, Head
from wrp_policies.cascading.conformal import Bools, Floats, calibrated
from wrp_policies.cascading.features import NAMES, features
from wrp_policies.cascading.types import Answer, Verifier, Wanted
from wrp_policies.cascading.verifiers import Logprob, Margin
from wrp_policies.cascading.verifiers.learned import scored
from wrp_signals.facts import Facts

LEAST = 100
"""Questions that a head is learned from."""
RIDGE, STEPS = 1.0, 30

PER_TOKEN = frozenset({"least_likely", "unlikely"})
"""Features that the mean of log-probabilities does not tell."""


_JUDGES: Mapping[str, Verifier] = {"logprob": Logprob(), "margin": Margin()}


class TooFew(Exception):
    """There is not enough to learn or to calibrate from."""


class Judged(msgspec.Struct, frozen=True):
    """One question, how good both models' answers were, in [0, 1], and what a verifier could see of the small one's:
    its own score (`confidence`), or the answer. `whole` says that the answer's log-probabilities are by token."""

    asked: str
    category: str
    small: float
    large: float
    confidence: float | None = None
    answer: Answer | None = None
    whole: bool = True


def train(
    samples: Sequence[Judged], names: tuple[str, str], verifier: str, alpha: float, delta: float, seed: int
) -> Card:
    """The card for this kind of verifier. A head is learned from one half of the questions, and thresholds are
    calibrated on the other. Of equal questions the first counts: the guarantee is of independent ones. Raises TooFew.
    """
    head, report, rest = None, dict[str, float](), distinct(samples)
    if verifier == "learned":
        learning, rest = _halves(rest, seed)
        head = fitted(learning)
        scores = np.array([_by_head(head, one) for one in rest])
        report = {"learned_from": float(len(learning)), "auroc": auroc(scores, ~worse_of(rest))}
    else:
        scores = np.array([score_of(verifier, one) for one in rest])
    if not len(rest):
        raise TooFew("there is nothing to calibrate with")
    found = calibrated(scores, worse_of(rest), [one.category for one in rest], alpha, delta)
    told = msgspec.json.encode([names, verifier, alpha, delta, found, head])
    id = f"cascade-{hashlib.blake2b(told, digest_size=6).hexdigest()}"
    return Card(id, verifier, *names, alpha, delta, found, head, report)


def distinct(samples: Sequence[Judged]) -> list[Judged]:
    """One of each question, whatever its case and spacing."""
    found: dict[str, Judged] = {}
    for one in samples:
        found.setdefault(" ".join(one.asked.casefold().split()), one)
    return list(found.values())


def worse_of(samples: Sequence[Judged]) -> Bools:
    """Of which questions the large model's answer was better."""
    return np.array([one.small < one.large for one in samples], dtype=np.bool_)


def score_of(verifier: str, sample: Judged) -> float:
    """What the verifier says of the small model's answer. Raises TooFew where it cannot."""
    if sample.confidence is not None:
        return sample.confidence
    judge = _JUDGES.get(verifier)
    verdict = None
    if judge is not None and sample.answer is not None:
        verdict = judge.judge(_facts(), Wanted(sample.asked), sample.answer).score
    if verdict is None:
        raise TooFew(f"a line has neither `confidence` nor what {verifier!r} looks at")
    return verdict


def _facts() -> Facts:
    return Facts("", "chat", "")


def _halves(samples: Sequence[Judged], seed: int) -> tuple[list[Judged], list[Judged]]:
    """To learn from, and to calibrate with."""
    if any(one.answer is None for one in samples):
        raise TooFew("a head is learned from answers: every line needs `answers` of the small model")
    order = list(samples)
    random.Random(seed).shuffle(order)
    if len(order) < 2 * LEAST:
        raise TooFew(f"a head needs at least {2 * LEAST} different questions, half of them to calibrate with")
    return order[::2], order[1::2]


def _seen(sample: Judged) -> tuple[float, ...]:
    assert sample.answer is not None
    return features(_facts(), Wanted(sample.asked), sample.answer)


def _by_head(head: Head, sample: Judged) -> float:
    return scored(head, tuple([NAMES.index(name) for name in head.names]), _seen(sample))


def fitted(samples: Sequence[Judged]) -> Head:
    """A logistic regression of "as good as the large model's" on features that differ, with a ridge, by Newton's
    method. Raises TooFew where all answers are as good, or none."""
    seen = np.array([_seen(one) for one in samples])
    good = (~worse_of(samples)).astype(np.float64)
    if good.min() == good.max():
        raise TooFew("all answers are equally good: there is nothing to tell apart")
    scales = seen.std(axis=0)
    mean_only = not all(one.whole for one in samples)
    kept = [n for n, name in enumerate(NAMES) if scales[n] > 1e-9 and not (mean_only and name in PER_TOKEN)]
    means, scales = seen[:, kept].mean(axis=0), scales[kept]
    weights = _newton(np.hstack([(seen[:, kept] - means) / scales, np.ones((len(good), 1))]), good)
    names = tuple([NAMES[n] for n in kept])
    return Head(names, _plain(means), _plain(scales), _plain(weights[:-1]), float(weights[-1]))


def _newton(seen: Floats, good: Floats) -> Floats:
    """`seen` float64[n, d] with a last column of ones, which has no ridge."""
    ridge = np.full(seen.shape[1], RIDGE)
    ridge[-1] = 1e-9
    weights: Floats = np.zeros(seen.shape[1])
    for _ in range(STEPS):
        likely = 1.0 / (1.0 + np.exp(-np.clip(seen @ weights, -40.0, 40.0)))
        slope = seen.T @ (likely - good) + ridge * weights
        bend = (seen * np.maximum(likely * (1.0 - likely), 1e-9)[:, None]).T @ seen + np.diag(ridge)
        step = np.linalg.solve(bend, slope)
        weights = weights - step
        if float(np.abs(step).max()) < 1e-9:
            break
    return weights


def _plain(numbers: Floats) -> tuple[float, ...]:
    return tuple([float(number) for number in numbers])


def auroc(scores: Floats, good: Bools) -> float:
    """How likely a good answer scores higher than another; ties count half. 0.5 where there is only one kind."""
    yes, no = int(good.sum()), int((~good).sum())
    if not yes or not no:
        return 0.5
    _, place, counts = np.unique(scores, return_inverse=True, return_counts=True)
    last: npt.NDArray[np.int64] = np.cumsum(counts)
    ranks = (last - (counts - 1) / 2.0)[place]
    return float((ranks[good].sum() - yes * (yes + 1) / 2.0) / (yes * no))
