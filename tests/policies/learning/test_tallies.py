"""Tables that several processes know together."""

from __future__ import annotations

import numpy as np

from wrp_policies.learning.tallies import Tallies
from wrp_policies.learning.totals import totals_of


def made() -> tuple[Tallies, tuple[np.ndarray, ...]]:
    tables = (np.zeros((4, 2)), np.zeros((4, 2)), np.zeros((4, 2)))
    return Tallies(("a", "b"), 4, lambda: tables), tables


def observed(tallies: Tallies, tables: tuple[np.ndarray, ...], place: int, arm: int, quality: float) -> None:
    for table, value in zip(tables, (1.0, quality, quality * quality), strict=True):
        table[place, arm] += value
    tallies.observe(place, arm, quality)


def test_before_it_begins_nothing_is_kept() -> None:
    """It is in what is known when it does."""
    tallies, tables = made()
    observed(tallies, tables, 1, 0, 0.5)
    tallies.restart(2)
    assert tallies.begun() == totals_of(
        0, {"a": np.array([0, 1, 0, 0, 0, 0.5, 0, 0, 0, 0.25, 0, 0]), "b": np.zeros(12)}
    )
    assert tallies.told() == b""


def test_a_new_beginning_is_told() -> None:
    """Of all pools in that category, and of no other category; what came afterwards counts."""
    tallies, tables = made()
    other, theirs = made()
    other.begun()
    observed(other, theirs, 1, 1, 1.0)
    observed(other, theirs, 2, 1, 1.0)
    total = other.merged(tallies.begun(), [other.told()])
    tallies.restart(1)
    observed(tallies, tables, 1, 0, 0.5)
    assert tallies.told(take=False) == tallies.told(take=False)
    total = tallies.merged(total, [tallies.told()])
    observed(other, theirs, 3, 0, 1.0)
    list(other.heard(total))
    assert theirs[0].tolist() == [[0, 0], [1, 0], [0, 1], [1, 0]]
    assert theirs[1].tolist() == [[0, 0], [0.5, 0], [0, 1], [1, 0]]


def test_pools_that_nobody_told_of() -> None:
    """Have what was learned here since."""
    tallies, tables = made()
    tallies.begun()
    observed(tallies, tables, 0, 0, 1.0)
    list(tallies.heard(totals_of(0, {})))
    assert tables[0].tolist() == [[1, 0], [0, 0], [0, 0], [0, 0]]
    assert tallies.common == "tallies/4"
