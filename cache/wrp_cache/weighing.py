"""A learned weighing of two questions: traits and words in, the probability that one answer serves both out. Plain
arrays with their card; it learns nothing, and refuses arrays that are not what their card says."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import msgspec
import numpy as np
import numpy.typing as npt

from wrp_cache.guard import RULES
from wrp_cache.index import unit
from wrp_cache.marks import Pair
from wrp_cache.meeting import Readers, shapes
from wrp_cache.nearness import NEARNESS, WordTable, nearness
from wrp_cache.traits import SHAPE, shape, wording
from wrp_signals.arrays import Arrays, Form
from wrp_signals.errors import WeightsDamaged, WrongEmbedder
from wrp_signals.facts import Vector
from wrp_signals.head import Calibration

TRAITS = (*SHAPE, *NEARNESS, "length", *(rule.__name__ for rule in RULES))
"""What a row of traits holds."""

LARGEST = 64 << 20
"""Bytes that the arrays of a guard may take."""

REMEDY = "run `wrp train guard --data PAIRS.jsonl --out GUARD.npz`"

_DTYPES = {
    "words": "<f2",
    "dense": "<f4",
    "splits": "<i2",
    "bars": "<f4",
    "leaves": "<f4",
    "scale": "<f4",
    "first": "<f2",
    "second": "<f2",
    "last": "<f4",
}


class GuardCard(msgspec.Struct, frozen=True):
    """What a learned guard is and how good.

    `bar`: the probability from which on a neighbour may answer; `pardon`: that from which on it may in spite of a
    rule's veto (above 1: never). `dim`: of the vectors. `table`: threshold -> (threshold, precision, recall,
    false-positive rate) on questions that were held out. `offset`: what the trees start from.
    """

    id: str
    embedder: str
    dim: int
    table_of_words: str
    sha256: str
    traits: tuple[str, ...]
    bar: float
    pardon: float
    offset: float
    topics: bool
    calibration: Calibration = Calibration()
    table: tuple[tuple[float, float, float, float], ...] = ()
    sources: tuple[str, ...] = ()
    report: dict[str, Any] = {}


_FORM = Form(GuardCard, LARGEST, "is no learned guard", REMEDY)


class Weighing:
    """A linear model of traits and words; its sum is one more trait for trees of one depth, whose leaves add up, and
    for small networks that see the vectors of both questions too (`meeting.Readers`, whose arrays these are besides).
    The score is the mean of both.

    `splits` int16[trees, 2^depth - 1] and `bars` float32 of that shape: a trait above its bar leads to the right;
    `leaves` float32[trees, 2^depth]. `words` float16[buckets]; `dense` float32[traits + 1], the bias last. Safe from
    several threads.
    """

    __slots__ = (
        "_bars",
        "_dense",
        "_depth",
        "_leaves",
        "_readers",
        "_roots",
        "_splits",
        "_starts",
        "_table",
        "_words",
        "card",
    )

    def __init__(self, card: GuardCard, arrays: Arrays, table: WordTable) -> None:
        """Raises WeightsDamaged where the shapes do not fit each other."""
        self.card, self._table = card, table
        _check(card, arrays)
        self._words = arrays["words"].astype(np.float32)
        self._dense, self._readers = arrays["dense"], Readers(arrays)
        trees, inner = arrays["splits"].shape
        self._depth = inner.bit_length()
        self._splits, self._bars = arrays["splits"].astype(np.intp).ravel(), arrays["bars"].ravel()
        self._leaves = arrays["leaves"].ravel()
        self._roots = np.arange(trees, dtype=np.intp) * inner
        self._starts = np.arange(trees, dtype=np.intp) * (inner + 1) - inner

    def probability(
        self, pair: Pair, evidence: Sequence[str | None], similarity: float, vectors: tuple[Vector, Vector]
    ) -> float:
        """That one answer serves both questions; 0.0 where the similarity is no number or the vectors, those of both
        in any order, cannot be compared."""
        try:
            u, v = (unit(vector, self.card.dim) for vector in vectors)
        except ValueError:
            return 0.0
        if not math.isfinite(similarity):
            return 0.0
        row = self.row(pair, evidence, similarity)
        at = np.zeros(len(self._roots), np.intp)
        for _ in range(self._depth):
            node = self._roots + at
            at += at + 1 + (row.take(self._splits.take(node)) > self._bars.take(node))
        trees = self.card.offset + float(self._leaves.take(self._starts + at).sum())
        raw = (trees + self._readers.score(u, v, row)) / 2
        settled = raw / self.card.calibration.temperature + self.card.calibration.offset
        return 1.0 / (1.0 + math.exp(-max(-60.0, min(60.0, settled))))

    def row(self, pair: Pair, evidence: Sequence[str | None], similarity: float) -> npt.NDArray[np.float32]:
        """The traits, and the linear model's sum last."""
        row = np.empty(len(TRAITS) + 1, np.float32)
        row[:-1] = traits_of(pair, evidence, similarity, self._table)
        row[-1] = 1.0
        found = wording(pair, len(self._words), self.card.topics)
        row[-1] = row @ self._dense + self._words.take(found).sum()
        return row


def traits_of(pair: Pair, evidence: Sequence[str | None], similarity: float, table: WordTable) -> list[float]:
    """The numbers that `TRAITS` names."""
    return [*shape(pair, similarity), *nearness(pair, table), *(each is not None for each in evidence)]


def load_weighing(data: bytes, name: str, embedder: str | None, table: WordTable, dim: int | None = None) -> Weighing:
    """The weighing in an .npz file's bytes. `embedder`: the id of the embedder whose vectors it will be given, of `dim`
    numbers.

    Raises WeightsDamaged where the bytes are not what their card says, or were written for other traits; WrongEmbedder
    where it was trained on another embedder's vectors. Both say what to run.
    """
    card, arrays = _FORM.unpacked(data, name)
    if card.traits != TRAITS:
        raise WeightsDamaged(f"{name} was trained by another version, on other traits: {REMEDY}")
    if embedder is not None and embedder.split("@")[0] != card.embedder.split("@")[0]:
        raise WrongEmbedder(
            f"{name} was trained on vectors of {card.embedder!r}, the embedder is {embedder!r}: {REMEDY}"
        )
    if dim is not None and dim != card.dim:
        raise WrongEmbedder(f"{name} was trained on vectors of {card.dim} numbers, here they have {dim}: {REMEDY}")
    if table.id != card.table_of_words:
        raise WrongEmbedder(
            f"{name} was trained with the words of {card.table_of_words!r}, here are {table.id!r}: {REMEDY}"
        )
    return Weighing(card, arrays, table)


def packed(card: GuardCard, arrays: Arrays) -> bytes:
    """The .npz file of a weighing; its card goes with it, with the digest of the arrays."""
    return _FORM.packed(card, arrays)


def _check(card: GuardCard, arrays: Arrays) -> None:
    found = {name: array.shape for name, array in arrays.items()}
    trees, inner = (*found.get("splits", ()), 0, 0)[:2]
    buckets = (*found.get("words", ()), 0)[0]
    wanted = {
        "words": (buckets,),
        "dense": (len(card.traits) + 1,),
        "splits": (trees, inner),
        "bars": (trees, inner),
        "leaves": (trees, inner + 1),
        **shapes(card.dim, len(card.traits) + 1, found),
    }
    whole = buckets > 0 and buckets & (buckets - 1) == 0 and min(trees, inner) > 0 and (inner + 1) & inner == 0
    if not whole or found != wanted or {name: array.dtype.str for name, array in arrays.items()} != _DTYPES:
        raise WeightsDamaged(f"{card.id}: arrays of {found}: {REMEDY}")
    inside = (arrays["splits"] >= 0) & (arrays["splits"] <= len(card.traits))
    numbers = (card.offset, card.bar, card.pardon, card.calibration.offset)
    added = arrays.keys() - {"splits", "bars"}
    finite = all(np.isfinite(arrays[name]).all() for name in added) and all(map(math.isfinite, numbers))
    if not inside.all() or np.isnan(arrays["bars"]).any() or not finite or not card.calibration.temperature > 0:
        raise WeightsDamaged(f"{card.id}: numbers out of range: {REMEDY}")
