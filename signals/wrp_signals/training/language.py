"""`wrp train language`: the table that tells languages of one script apart, learned from letter statistics.

It needs no text: words are drawn after each language's statistics (`ngrams.py`), put in rows like sentences, and a
softmax regression over hashed runs of letters learns from them. Seeded: the same data give the same table.
"""

from __future__ import annotations

import hashlib
import random
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import numpy as np

from wrp_signals.language_table import LANGUAGE_CARD, Group, LanguageCard, buckets_of
from wrp_signals.signal import Embedder
from wrp_signals.training.ngrams import Words, counts_of, wheel_in
from wrp_signals.training.simplified import simplified
from wrp_signals.writing import writing_of

Progress = Callable[[str, float], None]

LENGTHS = ((1, 1, 6_000), (2, 2, 3_000), (3, 6, 2_500), (7, 20, 3_500))
"""Fewest and most words of a row, and how many such rows a language gets."""

DRAWN = 150_000
"""Words drawn per language."""

STRANGE = 0.25
"""The share of longer rows in Latin script with English words among them, as names and terms are everywhere."""

HELD_OUT = 0.05
RATE, EPOCHS, BATCH = 0.05, 5, 256
QUANTILE = 0.9995
"""Of the weights' sizes: what int8 can say; larger ones are cut."""


class Plan(NamedTuple):
    """One script: its languages, the lengths of its runs of letters, the bits of its buckets; and how many times the
    usual number of rows, where there are few languages."""

    script: str
    languages: tuple[str, ...]
    orders: tuple[int, ...]
    bits: int
    times: int = 1


LATIN = """af az bs ca cs cy da de en eo es et eu fi fr ga hr hu id is it la lg lt lv mi ms nb nl nn pl pt ro sk sl sn
so sq st sv sw tl tn tr ts vi xh yo zu"""
PLANS = (
    Plan("latin", tuple(LATIN.split()), (3, 5), 15),
    Plan("cyrillic", ("be", "bg", "kk", "mk", "mn", "ru", "sr", "uk"), (3, 5), 14),
    Plan("arabic", ("ar", "fa", "ur"), (3, 5), 13, 2),
    Plan("devanagari", ("hi", "mr"), (3, 5), 13, 3),
    Plan("han", ("ja", "zh"), (1,), 16, 6),
)
SOURCES = ("lingua 1.3.5, n-gram statistics of 75 languages (Apache-2.0, Peter M. Stahl)",)


def train(data: Path, out: Path, embedder: Embedder | None, progress: Progress) -> LanguageCard:
    """Writes language.bin and its card. `data` holds lingua's wheel; no embedder is used. About ten minutes of one
    core. Raises SignalError where the wheel or brotli is missing."""
    return built(PLANS, wheel_in(data), out, progress)


def built(plans: Sequence[Plan], wheel: Path, out: Path, progress: Progress, share: float = 1.0) -> LanguageCard:
    """The same for any plans, with a share of the rows."""
    groups, parts, report = [], [], {}
    start = 0
    for number, plan in enumerate(plans):
        progress(plan.script, number / len(plans))
        weights, scale, report[plan.script] = _trained(plan, wheel, share)
        groups.append(Group(plan.script, plan.languages, plan.orders, plan.bits, scale, start))
        parts.append(weights.tobytes())
        start += weights.size
    content = b"".join(parts)
    digest = hashlib.sha256(content).hexdigest()
    card = LanguageCard(
        f"language-{digest[:8]}", "language", "language.bin", digest, tuple(groups), SOURCES, {"held_out": report}
    )
    out.mkdir(parents=True, exist_ok=True)
    (out / card.weights).write_bytes(content)
    (out / LANGUAGE_CARD).write_bytes(msgspec.json.format(msgspec.json.encode(card), indent=2) + b"\n")
    progress("done", 1.0)
    return card


def _trained(plan: Plan, wheel: Path, share: float) -> tuple[Any, float, dict[str, float]]:
    """int8[buckets, languages], the logit of one count, and accuracy on rows that were held out."""
    rng = random.Random(plan.script)
    share *= plan.times
    drawn = {name: _drawn(wheel, name, rng, int(DRAWN * share)) for name in plan.languages}
    rows: list[str] = []
    labels: list[int] = []
    for label, name in enumerate(plan.languages):
        strange = drawn.get("en", []) if name != "en" else []
        for low, high, count in LENGTHS:
            rows += _rows(drawn[name], strange, low, high, int(count * share), rng)
        labels += [label] * (len(rows) - len(labels))
    matrix, labels_array = _matrix(plan, rows), np.array(labels)
    order = np.random.default_rng(7).permutation(len(rows))
    held, kept = np.split(order, [int(HELD_OUT * len(rows))])
    weights = _fitted(matrix[kept], labels_array[kept], len(plan.languages))
    scale = float(np.quantile(np.abs(weights[weights != 0]), QUANTILE) / 127)
    counts = np.clip(np.rint(weights / scale), -127, 127).astype(np.int8)
    said = (matrix[held] @ counts.astype(np.float32)).argmax(1)
    return counts, scale, {"accuracy": round(float((said == labels_array[held]).mean()), 4), "rows": len(rows)}


def _drawn(wheel: Path, language: str, rng: random.Random, count: int) -> list[str]:
    """Words of a language; of Chinese half of the rows' worth in either way of writing."""
    counts = counts_of(wheel, language)
    ways = [counts] if language != "zh" else [counts, simplified(counts, counts_of(wheel, "ja"))]
    return [word for way in map(Words, ways) for word in [way.draw(rng) for _ in range(count // len(ways))]]


def _rows(words: list[str], strange: list[str], low: int, high: int, count: int, rng: random.Random) -> list[str]:
    """`count` rows of `low` to `high` words, some of the longer ones with strange words among theirs."""
    rows = []
    for _ in range(count):
        size = rng.randint(low, high)
        first = rng.randrange(len(words) - size)
        row = words[first : first + size]
        if strange and size > 5 and rng.random() < STRANGE:
            for _ in range(rng.randint(1, size // 5)):
                row.insert(rng.randrange(len(row)), rng.choice(strange))
        rows.append(" ".join(row))
    return rows


def _matrix(plan: Plan, rows: list[str]) -> Any:
    """A sparse row per text: counts of its buckets over the square root of their number, as `Table` weighs them."""
    from scipy import sparse

    indices = [buckets_of(writing_of(row).codes, plan.orders, plan.bits).astype(np.int32) for row in rows]
    sizes = np.array([len(row) for row in indices])
    values = np.repeat(np.maximum(sizes, 1) ** -0.5, sizes).astype(np.float32)
    ends = np.concatenate([[0], sizes.cumsum()])
    matrix = sparse.csr_matrix((values, np.concatenate(indices), ends), (len(rows), 1 << plan.bits))
    matrix.sum_duplicates()
    return matrix


def _fitted(matrix: Any, labels: Any, classes: int) -> Any:
    """float32[buckets, classes]: softmax regression by Adagrad (Duchi et al. 2011), every weight from zero."""
    rng = np.random.default_rng(11)
    weights = np.zeros((matrix.shape[1], classes), np.float32)
    squares = np.full_like(weights, 1e-6)
    for _ in range(EPOCHS):
        order = rng.permutation(matrix.shape[0])
        for first in range(0, len(order), BATCH):
            chosen = order[first : first + BATCH]
            batch = matrix[chosen]
            used = np.unique(batch.indices)
            batch = batch[:, used]
            scores = batch @ weights[used]
            wrong = np.exp(scores - scores.max(1, keepdims=True))
            wrong /= wrong.sum(1, keepdims=True)
            wrong[np.arange(len(chosen)), labels[chosen]] -= 1.0
            gradient = batch.T @ wrong
            squares[used] += gradient * gradient
            weights[used] -= RATE * gradient / np.sqrt(squares[used])
    return weights
