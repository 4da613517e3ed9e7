"""Whose turn it is."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wrp_router.live.turns import PLACES, Turns, page


@pytest.fixture
def fd() -> Iterator[int]:
    made = page()
    yield made
    os.close(made)


def test_who_is_alone(fd: int):
    """It is always its turn."""
    assert all(Turns(fd, 5).is_mine(count) for count in (0, 7, 1000))


def test_the_fewest_connections(fd: int):
    """Have the turn, and at as many both; who left is not waited for."""
    one, other = Turns(fd, 0), Turns(fd, PLACES - 1)
    assert one.is_mine(0)
    assert not other.is_mine(1)
    assert one.is_mine(1)
    assert other.is_mine(1)
    assert not one.is_mine(2)
    other.leave()
    assert one.is_mine(2)
    other.is_mine(0)
    one.clear(PLACES - 1)
    assert one.is_mine(3)


@given(st.lists(st.integers(0, 3), max_size=60))
def test_a_burst_is_shared(wakes: list[int]):
    """Whoever wakes first, nobody has two more than another."""
    fd = page()
    crew, counts = [Turns(fd, place) for place in range(4)], [0] * 4
    for turns in crew:
        turns.is_mine(0)
    for who in wakes:
        for place in (*range(who, 4), *range(who)):  # all wake, in any order
            if crew[place].is_mine(counts[place]):
                counts[place] += 1
                crew[place].is_mine(counts[place])
                break
    assert max(counts) - min(counts) <= 1
    for turns in crew:
        turns.close()
    os.close(fd)


def test_a_file_that_is_no_page(tmp_path):
    """It is too short."""
    with (tmp_path / "x").open("w+b") as file, pytest.raises((OSError, ValueError)):
        Turns(file.fileno())
