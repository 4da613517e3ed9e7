"""Fits a table of words so that sums of its rows point where a teacher's vectors of texts point. Reads no files."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from wrp_signals.facts import Vector
from wrp_signals.static import Table
from wrp_signals.vectors import Rows

COMMON = 3e-4
"""Share of all words at which a word's first guess counts half (smooth inverse frequency, Arora et al. 2017)."""

EPOCHS, BATCH, RATE, WARM = 8, 8_192, 0.02, 20
DROPPED = 0.15
"""Share of a text's words that one step does not see, so that rows do not lean on each other (Srivastava et al. 2014).
Domain on unseen questions: .755 without, .768 with it."""

PULL = 1.0
"""How strongly rows are held at their first guess: a row that few texts have hardly leaves it."""

FADE1, FADE2 = 0.9, 0.98

Sparse = Any
"""scipy's csr_matrix of float32."""

Progress = Callable[[str, float], None]


class Lesson(NamedTuple):
    """What a table is fitted to: how often each text (row) has each entry (column), where its vector shall point
    (float32[texts, dim], unit), and how much each text counts."""

    counts: Sparse
    targets: Rows
    weight: Vector


def counted(found: Sequence[Sequence[int]], entries: int) -> Sparse:
    """The rows of each text as a matrix of counts, [texts, entries]. A text without any has the empty entry."""
    from scipy import sparse

    filled = [rows or (0,) for rows in found]
    ends = np.concatenate([[0], np.cumsum([len(rows) for rows in filled])])
    columns = np.fromiter((row for rows in filled for row in rows), np.int32, int(ends[-1]))
    counts = sparse.csr_matrix((np.ones(len(columns), np.float32), columns, ends), shape=(len(filled), entries))
    counts.sum_duplicates()
    return counts


def directions(vectors: Rows, dim: int) -> Rows:
    """The directions in which the vectors differ most, float32[width, dim]: a projection that keeps cosines."""
    return np.asarray(np.linalg.eigh(vectors.T @ vectors)[1][:, : -dim - 1 : -1], np.float32)


def normed(rows: Rows) -> Rows:
    """Rows at length 1; zero stays zero."""
    return np.asarray(rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-9), np.float32)


def first_guess(counts: Sparse, words: Rows) -> Rows:
    """Each word's own vector (entries 1, 2, …), the less the more frequent it is; zero for all other entries."""
    share = np.asarray(counts.sum(0), np.float64).ravel() + 1
    share /= share.sum()
    table = np.zeros((counts.shape[1], words.shape[1]), np.float32)
    table[1 : 1 + len(words)] = words * (COMMON / (COMMON + share[1 : 1 + len(words), None]))
    return table


def fitted(lesson: Lesson, first: Rows, seed: int, progress: Progress, note: str) -> Rows:
    """The table, float32[entries, dim], by Adam (Kingma & Ba 2015) on 1 - cosine of the sum of a text's rows and its
    target, plus PULL times the squared way from the first guess."""
    rng = np.random.default_rng(seed)
    table, mean, spread = first.copy(), np.zeros_like(first), np.zeros_like(first)
    texts = len(lesson.targets)
    steps = EPOCHS * -(-texts // BATCH)
    step = 0
    for _ in range(EPOCHS):
        order = rng.permutation(texts)
        for start in range(0, texts, BATCH):
            slope = _slope(table, lesson, order[start : start + BATCH], rng)
            slope += (PULL / texts) * (table - first)
            step += 1
            mean += (1 - FADE1) * (slope - mean)
            spread += (1 - FADE2) * (slope * slope - spread)
            rate = RATE * min(1.0, step / WARM) * 0.5 * (1 + np.cos(np.pi * step / steps)) / (1 - FADE1**step)
            table -= np.float32(rate) * mean / (np.sqrt(spread / np.float32(1 - FADE2**step)) + np.float32(1e-9))
            progress(note, step / steps)
    return table


def _slope(table: Rows, lesson: Lesson, batch: npt.NDArray[np.intp], rng: np.random.Generator) -> Rows:
    """The gradient of the weighted mean of 1 - cosine over the texts of a batch, some of their words dropped."""
    counts, targets, weight = lesson.counts[batch], lesson.targets[batch], lesson.weight[batch][:, None]
    counts.data *= rng.random(len(counts.data)) >= DROPPED
    sums = counts @ table
    lengths = np.sqrt((sums * sums).sum(1, keepdims=True)) + np.float32(1e-6)
    points = sums / lengths
    way = -weight * targets
    way = (way - (way * points).sum(1, keepdims=True) * points) / lengths / weight.sum()
    return np.asarray(counts.T @ way, np.float32)


def rounded(table: Rows) -> tuple[Table, Vector]:
    """(int8[entries, dim], float32[entries]): each row scaled by its largest value."""
    scales = np.abs(table).max(1) / 127
    scales[scales == 0] = 1e-9
    return np.rint(table / scales[:, None]).astype(np.int8), scales.astype(np.float32)
