"""What an entry weighs and what keeping it is worth."""

from __future__ import annotations

import random

import pytest

from tests.cache.makers import entry
from wrp_cache.shelf import Home, Row, Shelf, saving, weigh


def row(now: float = 0.0, **fields: object) -> Row:
    """A row in a home of its own."""
    return Row(1, entry(**fields), Home(("a", b"p", "default"), Shelf("default")), now)


def test_weight_counts_the_texts() -> None:
    """A longer body or question weighs more, by what it is longer."""
    assert weigh(entry(body=b"x" * 1000)) - weigh(entry(body=b"x" * 10)) == 990
    assert weigh(entry(asked="ä€" * 100)) > weigh(entry(asked="ab" * 100))


def test_what_a_hit_saves() -> None:
    """The cost if there is one, else the tokens at a nominal price, else the length of the body."""
    assert saving(entry(cost=0.5, tokens_out=10)) == 0.5
    assert saving(entry(tokens_in=1000, tokens_out=1000)) == pytest.approx(0.75e-3)
    assert saving(entry(body=b"x" * 4000)) == pytest.approx(0.6e-3)


def test_worth_falls_with_age_and_rises_with_hits() -> None:
    """Half of the life gone is half of the worth; a hit doubles it; a half-life takes the hit's weight back by half."""
    kept = row()
    fresh = kept.worth(0.0, 100.0, 1e9)
    assert kept.worth(50.0, 100.0, 1e9) == pytest.approx(fresh / 2)
    assert kept.worth(100.0, 100.0, 1e9) == kept.worth(200.0, 100.0, 1e9) == 0.0
    assert kept.worth(0.0, 0.0, 1e9) == 0.0
    kept.touch(0.0, 10.0)
    assert kept.worth(0.0, 100.0, 10.0) == pytest.approx(2 * fresh)
    assert kept.warmth(10.0, 10.0) == pytest.approx(1.0)


def test_rows_come_and_go() -> None:
    """Removing from the middle keeps every other row drawable."""
    shelf = Shelf("default")
    rows = [row() for _ in range(5)]
    for each in rows:
        shelf.add(each)
    shelf.remove(rows[1])
    shelf.remove(rows[4])
    rng = random.Random(1)
    assert {id(shelf.draw(rng)) for _ in range(100)} == {id(rows[0]), id(rows[2]), id(rows[3])}
    assert shelf.stats().entries == 3
