"""Dates that files and other machines can read."""

from __future__ import annotations

import pytest

from tests.cache.stores.kit import Time
from wrp_cache.stores.times import Times


def test_an_age_is_the_same_on_both_clocks():
    """Also in another process, whose clock began elsewhere."""
    wall = Time(1e9)
    here, there = Times(lambda: 50.0, wall, lambda category: 60.0), Times(lambda: -7.0, wall, lambda category: 60.0)
    written = here.written(40.0)
    assert written == 1e9 - 10.0
    assert there.created(written) == -17.0
    assert here.until("any", written) == 1e9 + 50.0
    assert here.wall() == 1e9


@pytest.mark.parametrize("ahead", [0.1, 1e9])
def test_nothing_is_from_the_future(ahead):
    """An entry dated by a clock that is ahead is as old as now."""
    times = Times(lambda: 50.0, lambda: 1e9, lambda category: 60.0)
    assert times.written(50.0 + ahead) == 1e9
    assert times.created(1e9 + ahead) == 50.0
