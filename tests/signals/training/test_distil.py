"""Fitting a table of words: sums of rows come to point where the teacher points, rounding keeps that."""

import numpy as np
import pytest

from wrp_signals.training.distil import Lesson, counted, directions, first_guess, fitted, normed, rounded


def taught(texts=400, entries=30, dim=8):
    """Texts of three entries each whose targets are the sums of hidden rows."""
    rng = np.random.default_rng(0)
    hidden = rng.normal(size=(entries, dim)).astype(np.float32)
    found = rng.integers(1, entries, (texts, 3)).tolist()
    counts = counted(found, entries)
    return Lesson(counts, normed(counts @ hidden), np.ones(texts, np.float32)), hidden


def cosine(table, lesson):
    return float((normed(lesson.counts @ table) * lesson.targets).sum(1).mean())


def told():
    notes = []
    return notes, lambda note, share: notes.append((note, share))


def test_counts():
    """Repeated rows count, a text without any has the empty entry."""
    assert counted([[1, 2, 1], []], 4).toarray().tolist() == [[0, 2, 1, 0], [1, 0, 0, 0]]


def test_the_fitted_table_points_where_the_teacher_points():
    """From noise; progress ends at one."""
    lesson, hidden = taught()
    notes, progress = told()
    first = np.random.default_rng(1).normal(scale=0.01, size=hidden.shape).astype(np.float32)
    table = fitted(lesson, first, 0, progress, "fit")
    assert cosine(table, lesson) > cosine(first, lesson) + 0.5
    assert notes[-1] == ("fit", 1.0)


def test_the_same_seed_gives_the_same_table():
    """Reproducible; another seed differs."""
    lesson, hidden = taught()
    tables = [fitted(lesson, hidden * 0, seed, told()[1], "") for seed in (3, 3, 4)]
    assert np.array_equal(tables[0], tables[1])
    assert not np.array_equal(tables[0], tables[2])


def test_directions_keep_cosines():
    """Vectors that lie in a plane keep their angles in two dimensions."""
    plane = np.random.default_rng(0).normal(size=(50, 2)) @ np.random.default_rng(1).normal(size=(2, 9))
    vectors = normed(plane.astype(np.float32))
    seen = vectors @ directions(vectors, 2)
    assert np.allclose(seen @ seen.T, vectors @ vectors.T, atol=1e-4)


def test_frequent_words_start_small():
    """A word's first guess shrinks with its frequency; entries that are not words start at zero."""
    counts = counted([[1]] * 99 + [[2, 3]], 4)
    table = first_guess(counts, np.ones((2, 5), np.float32))
    assert 0 < table[1, 0] < table[2, 0] < 1
    assert not table[[0, 3]].any()


@pytest.mark.parametrize("scale", [1e-3, 1.0, 50.0])
def test_rounding_keeps_rows(scale):
    """To one part in 200 of the largest value; an empty row stays empty."""
    table = (scale * np.random.default_rng(0).normal(size=(6, 16))).astype(np.float32)
    table[2] = 0
    small, scales = rounded(table)
    assert small.dtype == np.int8
    assert np.abs(small * scales[:, None] - table).max() <= np.abs(table).max() / 200
