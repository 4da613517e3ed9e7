"""Folds that never part what belongs together."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wrp_signals.training.folds import grouped_folds, splits, stem

GROUPS = st.lists(st.integers(0, 30), min_size=2, max_size=200).filter(lambda groups: len(set(groups)) > 1)


@given(GROUPS, st.integers(2, 6), st.integers(0, 3))
def test_a_group_is_in_one_fold(groups: list[int], k: int, seed: int):
    """And every fold has somebody."""
    k = min(k, len(set(groups)))
    folds = grouped_folds(groups, k, seed)
    assert folds.shape == (len(groups),)
    assert {*folds.tolist()} == {*range(k)}
    assert all(len({*folds[np.array(groups) == group].tolist()}) == 1 for group in set(groups))


@given(GROUPS)
def test_folds_are_of_like_size(groups: list[int]):
    """They differ by no more than the largest group."""
    sizes = np.bincount(grouped_folds(groups, 2))
    assert sizes.max() - sizes.min() <= np.bincount(groups).max()


def test_a_seed_decides():
    """The same seed, the same folds; another, others."""
    groups = list(range(100))
    assert (grouped_folds(groups, 5, 1) == grouped_folds(groups, 5, 1)).all()
    assert (grouped_folds(groups, 5, 1) != grouped_folds(groups, 5, 2)).any()


@pytest.mark.parametrize(("groups", "k"), [(["a", "a"], 2), (["a", "b"], 1), ([], 2)])
def test_too_few_groups(groups: list[str], k: int):
    """Are told, not split."""
    with pytest.raises(ValueError, match="groups cannot make"):
        grouped_folds(groups, k)


def test_splits():
    """Each fold is judged in its turn; together they cover everything once."""
    folds = np.array([0, 1, 0, 2])
    assert [(train.tolist(), test.tolist()) for train, test in splits(folds)] == [
        ([1, 3], [0, 2]),
        ([0, 2, 3], [1]),
        ([0, 1, 2], [3]),
    ]


def test_stem():
    """Case, space and signs make no other question; the end of a long one neither."""
    assert stem("What is 2 + 2?") == stem("what is  2+2") == "whatis22"
    assert stem("a" * 200 + "b") == stem("a" * 200 + "c")
