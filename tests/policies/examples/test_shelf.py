"""Rows of vectors, and whose they are."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.policies.examples.making import DIM, axis, between, ids, kept
from wrp_policies.examples.shelf import FEWEST, Shelf


@given(steps=st.lists(st.tuples(st.booleans(), st.integers(0, 30)), max_size=120), seed=st.integers(0, 99))
def test_as_a_plain_list(steps: list[tuple[bool, int]], seed: int) -> None:
    """After any adding and removing it finds what a search through all would find, and takes memory for few more."""
    shelf, draw = Shelf("s", DIM), np.random.default_rng(seed)
    plain = {}
    for number, (adds, which) in enumerate(steps):
        if adds or not plain:
            one, vector = kept(f"e{number}"), draw.standard_normal(DIM).astype(np.float32)
            vector /= np.linalg.norm(vector)
            shelf.add(one, vector)
            plain[one] = vector
        else:
            one = list(plain)[which % len(plain)]
            shelf.remove(one)
            del plain[one]
            assert one.shelf is None
    asked = axis(0)
    found = shelf.near(asked, 5, -1.0)
    expected = sorted(plain.values(), key=lambda vector: -float(vector @ asked))[:5]
    assert [near for _, near in found] == pytest.approx([float(vector @ asked) for vector in expected])
    assert all([plain[one] @ asked == pytest.approx(near) for one, near in found])
    assert len(shelf._rows) <= max(2 * FEWEST, 4 * len(plain))


def test_likeness() -> None:
    """Nothing below the least is found; of those that are there everybody's likeness to everybody else is known."""
    shelf = Shelf("s", DIM)
    two = [kept("near"), kept("far")]
    for one, near in zip(two, (0.9, 0.3), strict=True):
        shelf.add(one, between(near))
    assert ids(shelf.near(axis(0), 9, 0.5)) == ["near"]
    assert np.diag(shelf.likenesses(two)) == pytest.approx([1.0, 1.0])
    assert shelf.likenesses(two)[0, 1] == pytest.approx(0.9 * 0.3 + np.sqrt((1 - 0.81) * (1 - 0.09)), abs=1e-6)
    assert shelf.dim == DIM


def test_memory_comes_back() -> None:
    """What a shelf once held is given back when it is gone; what is left is still found."""
    shelf, all_ = Shelf("s", DIM), [kept(f"e{number}") for number in range(40)]
    for one in all_:
        shelf.add(one, axis(all_.index(one) % DIM))
    grown = shelf._rows.nbytes
    for one in all_[3:]:
        shelf.remove(one)
    assert shelf._rows.nbytes < grown / 2
    assert ids(shelf.near(axis(2), 1, 0.5)) == ["e2"]
