"""What is fitted, and that nothing is judged by what it was fitted to."""

from __future__ import annotations

import math

import numpy as np
import pytest

from tests.cache.training.pairs import drawn, examples, silent
from tests.cache.weighings import card, words
from wrp_cache.guard import Guard
from wrp_cache.marks import Pair
from wrp_cache.training.learning import BUCKETS, Example, folds_of, groups, held_out_scores, modelled, rows_of
from wrp_cache.training.network import Plan
from wrp_cache.weighing import TRAITS, Weighing
from wrp_signals.training.metrics import auroc


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
    u, v = drawn("u"), drawn("v")
    pairs = [
        Example("How do I open the door?", "How can I open a door?", True, 0.9, vectors=(u, v)),
        Example("Open it", "open it", True, 0.9, vectors=(v, v)),
        Example("x" * 3000, "y", False, 0.9, vectors=(u, v)),
    ]
    rows = rows_of(pairs, words(), True, silent)
    assert rows.traits.shape == (3, len(TRAITS))
    assert rows.words.shape == (3, BUCKETS)
    assert np.isnan(rows.fixed[0])
    assert rows.fixed[1:].tolist() == [1.0, 0.0]
    assert rows.vetoed.tolist() == [False, False, True]
    assert rows.words[0].nnz > 3
    assert rows.words[1].nnz == 0
    assert rows.couples.vectors[rows.couples.ends[0]].tolist() == [u.tolist(), v.tolist()]
    with pytest.raises(ValueError, match="pair 1 has no vectors"):
        rows_of([pairs[0], pairs[1]._replace(vectors=None)], words(), True, silent)


def test_the_arrays_are_the_model():
    """What serves says of a pair what was fitted says; words are stored as they were judged."""
    many = examples(300)
    rows = rows_of(many, words(), False, silent)
    labels = np.array([one.dup for one in many])
    model = modelled(rows, labels, folds_of(many, 0), shared, trees=12)
    arrays, start = model.arrays()
    assert (arrays["words"].astype(np.float32) == model.straight.words).all()
    made = card(arrays, offset=start, dim=8, topics=False)
    weighing, guard = Weighing(made, arrays, words()), Guard()
    told = model.scores(rows)
    for place in range(0, len(many), 7):
        one = many[place]
        pair = guard.reader(one.a)(one.b)
        assert isinstance(pair, Pair)
        chance = weighing.probability(pair, guard.evidence(pair), one.similarity, one.vectors)
        assert math.log(chance / (1 - chance)) == pytest.approx(told[place], abs=0.02)


def test_what_is_judged_was_not_learned():
    """Labels that say nothing give scores that say nothing: no pair is judged by what it was fitted to."""
    many = examples(300)
    rows = rows_of(many, words(), False, silent)
    labels = np.random.default_rng(1).random(300) < 0.5
    folds = folds_of(many, 0)
    plan = Plan(hidden=16, joint=8, epochs=60, drops=(0.0, 0.0, 0.0), decay=0.0, members=1)
    inside = modelled(rows, labels, folds, shared, 12, plan).scores(rows)
    outside = held_out_scores(rows, labels, folds, silent, 12, plan)
    assert auroc(inside, labels) > 0.8
    assert 0.35 < auroc(outside, labels) < 0.65


def shared(share: float) -> None:
    assert 0.0 <= share <= 1.0
