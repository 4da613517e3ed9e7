"""What is fitted, and that nothing is judged by what it was fitted to."""

from __future__ import annotations

import numpy as np
import pytest

from tests.cache.training.pairs import examples, silent
from tests.cache.weighings import words
from wrp_cache.training.learning import (
    BUCKETS,
    DEPTH,
    Example,
    arrays_of,
    folds_of,
    forest,
    groups,
    linear,
    network,
    rows_of,
)
from wrp_cache.weighing import TRAITS


def test_questions_hang_together():
    """Pairs that share a question, by its letters and digits, are one heap; so are those that others link."""
    pairs = [("A b", "c"), ("a B!", "d"), ("d", "e"), ("x", "y"), ("?", "!")]
    told = groups([Example(a, b, True, 0.5) for a, b in pairs])
    assert told[0] == told[1] == told[2]
    assert len({told[0], told[3], told[4]}) == 3


def test_folds_never_part_a_heap():
    """Whatever the seed."""
    many = examples(200)
    for seed in (0, 1):
        folds = folds_of(many, seed)
        heap: dict[str, set[int]] = {}
        for name, fold in zip(groups(many), folds, strict=True):
            heap.setdefault(name, set()).add(int(fold))
        assert all(len(found) == 1 for found in heap.values())
        assert set(folds.tolist()) == {0, 1, 2, 3, 4}
    with pytest.raises(ValueError, match="cannot make 5 folds"):
        folds_of([Example("a", "b", True, 0.5)] * 9, 0)


def test_rows():
    """A row of traits and one of words for each pair; what needs no weighing is settled."""
    pairs = [
        Example("How do I open the door?", "How can I open a door?", True, 0.9),
        Example("Open it", "open it", True, 0.9),
        Example("x" * 3000, "y", False, 0.9),
    ]
    rows = rows_of(pairs, words(), True, silent)
    assert rows.traits.shape == (3, len(TRAITS))
    assert rows.words.shape == (3, BUCKETS)
    assert np.isnan(rows.fixed[0])
    assert rows.fixed[1:].tolist() == [1.0, 0.0]
    assert rows.vetoed.tolist() == [False, False, True]
    assert rows.words[0].nnz > 3
    assert rows.words[1].nnz == 0


def test_the_arrays_are_the_model():
    """Full trees of plain arrays say what scikit-learn's say; words are stored as they were judged."""
    many = examples(300)
    rows = rows_of(many, words(), False, silent)
    labels = np.array([one.dup for one in many])
    straight = linear(rows, labels)
    table = np.column_stack([rows.traits, straight.sums(rows)]).astype(np.float32)
    model = forest(table, labels, trees=12)
    layers = network(table, labels)
    arrays, start = arrays_of(straight, model, layers)
    assert (arrays["words"].astype(np.float32) == straight.words).all()
    at = np.zeros((len(many), 12), int)
    trees = np.arange(12)
    for _ in range(DEPTH):
        chosen = np.take_along_axis(table, arrays["splits"][trees, at].astype(int), 1)
        at = 2 * at + 1 + (chosen > arrays["bars"][trees, at])
    told = start + arrays["leaves"][trees, at - (2**DEPTH - 1)].sum(1)
    assert told == pytest.approx(model.decision_function(table), abs=1e-4)
    hidden = np.maximum(table @ arrays["inner"][:-1] + arrays["inner"][-1], 0)
    assert hidden @ arrays["outer"][:-1] + arrays["outer"][-1] == pytest.approx(layers.scores(table), abs=1e-3)
