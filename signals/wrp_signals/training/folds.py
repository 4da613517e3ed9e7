"""Who trains and who judges: folds that never part what belongs together. Knows nothing of models."""

from __future__ import annotations

import random
from collections.abc import Hashable, Iterator, Sequence

import numpy as np
import numpy.typing as npt

Index = npt.NDArray[np.intp]


def stem(text: str, length: int = 160) -> str:
    """What makes two questions the same, as their group: letters and digits of the beginning, in lower case."""
    return "".join(filter(str.isalnum, text.lower()))[:length]


def grouped_folds(groups: Sequence[Hashable], k: int = 5, seed: int = 0) -> Index:
    """The fold (0 to k - 1) of every row, intp[n]: rows of one group share it, folds are of like size.

    The largest group goes first, each to the smallest fold so far; equal ones in an order that `seed` shuffles. Raises
    ValueError where there are fewer groups than folds.
    """
    sizes: dict[Hashable, int] = {}
    for group in groups:
        sizes[group] = sizes.get(group, 0) + 1
    if not 2 <= k <= len(sizes):
        raise ValueError(f"{len(sizes)} groups cannot make {k} folds")
    names = list(sizes)
    random.Random(seed).shuffle(names)
    filled, fold_of = [0] * k, {}
    for name in sorted(names, key=sizes.__getitem__, reverse=True):
        fold = filled.index(min(filled))
        fold_of[name] = fold
        filled[fold] += sizes[name]
    return np.array([fold_of[group] for group in groups], np.intp)


def splits(folds: Index) -> Iterator[tuple[Index, Index]]:
    """For every fold the rows that train and the rows that judge."""
    for fold in np.unique(folds):
        yield np.flatnonzero(folds != fold), np.flatnonzero(folds == fold)
