"""Which examples go before a prompt."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given as drawn
from hypothesis import strategies as st

from tests.policies.examples.making import DIM, axis, between, kept
from wrp_policies.examples.choosing import Bounds, chosen
from wrp_policies.examples.shelf import Kept, Shelf
from wrp_policies.examples.types import Given
from wrp_policies.examples.utility import Utility, judged_with

FREE = Bounds(3, 10_000, 0.0)


def shelved(*rows: tuple[Any, float, int]) -> list[tuple[Kept, float]]:
    """Examples by vector, gain (judged forty times) and tokens; found by the first axis, the nearest first."""
    shelf = Shelf("s", DIM)
    for number, (vector, gain, tokens) in enumerate(rows):
        one = kept(f"e{number}", tokens=tokens)
        for _ in range(40):
            judged_with([one], [0.0], gain)
        shelf.add(one, vector)
    return shelf.near(axis(0), 24, -1.0)


def choose(found: list[tuple[Kept, float]], bounds: Bounds = FREE, bar: float = 0.0) -> Given | None:
    utility = Utility()
    utility.bar = bar
    return chosen("small", found, utility, "default", bounds)


def test_utility_before_likeness() -> None:
    """What helped is taken, the best next to the question; what is more like but did harm is not."""
    found = shelved((between(0.95), -0.5, 100), (between(0.7, other=2), 0.5, 100), (between(0.6, other=3), 0.3, 50))
    given = choose(found)
    assert given is not None
    assert (given.ids, given.tokens, given.pool) == (("e2", "e1"), 150, "small")
    assert given.nearest == pytest.approx(0.7, abs=1e-3)
    assert 0.4 < given.gain < 0.8


def test_the_same_thing_once() -> None:
    """Of two that say the same the better one; another that says something else comes with it."""
    close = between(0.8, other=2) * 0.99 + axis(5) * 0.05
    same = np.asarray(close / np.linalg.norm(close), np.float32)
    found = shelved((between(0.8, other=2), 0.5, 10), (same, 0.49, 10), (between(0.5, other=3), 0.2, 10))
    given = choose(found)
    assert given is not None
    assert set(given.ids) == {"e0", "e2"}


def test_below_the_bar() -> None:
    """The best goes alone: nobody would know else how good it is."""
    found = shelved((between(0.9), 0.1, 10), (between(0.7, other=2), 0.2, 10))
    given = choose(found, bar=0.5)
    assert given is not None
    assert given.ids == ("e1",)


def test_worth_its_tokens() -> None:
    """A second one has to add more than its tokens cost."""
    found = shelved((between(0.9, other=2), 0.5, 100), (between(0.7, other=3), 0.4, 1_000))
    for price, count in ((0.0, 2), (0.001, 1)):
        given = choose(found, Bounds(3, 10_000, price))
        assert given is not None
        assert len(given.ids) == count


def test_nothing_fits() -> None:
    """Or nothing is there."""
    assert choose([]) is None
    assert choose(shelved((between(0.9), 0.5, 100)), Bounds(3, 99, 0.0)) is None


@drawn(
    rows=st.lists(st.tuples(st.floats(-1, 1), st.integers(1, 500), st.integers(0, 10**6)), min_size=1, max_size=20),
    most=st.integers(1, 8),
    tokens=st.integers(0, 1_500),
    bar=st.floats(-0.5, 0.5),
)
def test_bounds_hold(rows: list[tuple[float, int, int]], most: int, tokens: int, bar: float) -> None:
    """Whatever is there: no more than allowed, none twice, tokens counted right, the same again for the same."""
    made = [
        (np.random.default_rng(seed).standard_normal(DIM).astype(np.float32), gain, size) for gain, size, seed in rows
    ]
    found = shelved(*[(vector / np.linalg.norm(vector), gain, size) for vector, gain, size in made])
    bounds = Bounds(most, tokens, 0.0)
    given = choose(found, bounds, bar)
    sizes = {one.id: one.tokens for one, _ in found}
    assert (given is None) == (min(sizes.values()) > tokens)
    if given is not None:
        assert len(set(given.ids)) == len(given.ids) <= most
        assert sum([sizes[id] for id in given.ids]) == given.tokens <= tokens
        assert choose(found, bounds, bar) == given
