"""`wrp train guard`: a learned guard from labelled pairs of questions, reproducibly, with its card."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from wrp_cache.nearness import WordTable
from wrp_cache.training.judging import judged, least_precision
from wrp_cache.training.learning import (
    BUCKETS,
    TREES,
    Example,
    Floats,
    Progress,
    folds_of,
    groups,
    held_out_scores,
    modelled,
    rows_of,
    some,
)
from wrp_cache.weighing import TRAITS, GuardCard, packed
from wrp_signals.arrays import digest
from wrp_signals.head import Calibration
from wrp_signals.training.heads import platt
from wrp_signals.training.metrics import auroc, calibration_table, ece

PRECISION = 0.95
"""What the bar asks of those that pass, with a confidence of 95 %, on pairs that were held out."""

FEWEST = 200
"""Pairs that a guard may be learned from."""

FEWEST_TREES = 40
"""Trees that are grown from few pairs: one for every 20 pairs, up to TREES."""

NEVER = 2.0


class TooFew(Exception):
    """Pairs that nothing can be learned from. The message says what is missing."""


class Trained(NamedTuple):
    """The file's bytes, its card, and the held-out probability of every pair."""

    data: bytes
    card: GuardCard
    chances: Floats


def train(
    examples: Sequence[Example],
    embedder: str,
    table: WordTable,
    progress: Progress,
    seed: int = 0,
    precision: float = PRECISION,
    sources: Sequence[str] = (),
    trees: int | None = None,
) -> Trained:
    """Fits, judges on questions that were held out, calibrates, and picks bars. Raises TooFew."""
    labels = np.array([one.dup for one in examples], np.bool_)
    if len(examples) < FEWEST or labels.all() or not labels.any():
        raise TooFew(f"{len(examples)} pairs, {labels.sum()} of them duplicates: at least {FEWEST} of both kinds")
    try:
        folds = folds_of(examples, seed)
    except ValueError:
        raise TooFew("all pairs hang together by the questions they share: none can be held out") from None
    trees = trees or min(TREES, max(FEWEST_TREES, len(examples) // 20))
    rows = rows_of(examples, table, True, progress)
    open_ = np.isnan(rows.fixed)  # the others need no weighing, and would teach that zeros mean something
    learned, told = some(rows, open_), labels[open_]
    scores = held_out_scores(learned, told, folds[open_], progress, trees)
    temperature, offset = _curve(scores, told)
    chances = rows.fixed.copy()
    chances[open_] = 1.0 / (1.0 + np.exp(-np.clip(scores / temperature + offset, -60, 60)))
    model = modelled(learned, told, folds[open_], lambda share: progress("fitting", share), trees)
    arrays, start = model.arrays()
    progress("fitting", 1.0)
    card = GuardCard(
        id=f"guard-{digest(arrays)[:8]}",
        embedder=embedder,
        dim=rows.couples.vectors.shape[1],
        table_of_words=table.id,
        sha256=digest(arrays),
        traits=TRAITS,
        bar=_bar(chances, labels, ~rows.vetoed, precision),
        pardon=_bar(chances, labels, rows.vetoed, precision, otherwise=NEVER),
        offset=start,
        topics=True,
        calibration=Calibration(temperature, offset, round(ece(chances, labels), 4)),
        table=calibration_table(chances, labels),
        sources=tuple(sources),
        report=_report(examples, rows, chances, labels),
    )
    return Trained(packed(card, arrays), card, chances)


def _curve(scores: Floats, labels: Any) -> tuple[float, float]:
    """Platt's curve; the plain logistic one where scores do not rise with the labels."""
    temperature, offset = platt(scores, labels)
    return (temperature, offset) if math.isfinite(temperature) and temperature > 0 else (1.0, 0.0)


def _bar(chances: Floats, labels: Any, which: Any, precision: float, otherwise: float = 0.99) -> float:
    """The lowest probability from which on pairs of a kind reach the precision with confidence."""
    found = least_precision(chances[which], labels[which], precision)
    return otherwise if found is None else round(min(max(found.threshold, 0.01), 0.999), 4)


def _report(examples: Sequence[Example], rows: Any, chances: Floats, labels: Any) -> dict[str, Any]:
    """Held-out figures beside those of the cosine alone, on the same pairs."""
    cosines = np.array([one.similarity for one in examples])
    told = judged(chances, labels)
    return {
        "pairs": len(examples),
        "heaps": len(set(groups(examples))),
        "buckets": BUCKETS,
        "cosine_auroc": round(auroc(cosines, labels), 4),
        "vetoed_by_rules": int(rows.vetoed.sum()),
        "held_out": told,
    }
