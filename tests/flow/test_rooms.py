"""What a flow is given."""

from __future__ import annotations

from tests.flow.makers import rooms, way


def test_the_way_of_a_model():
    """By its name; else that of the pools which take any; else none."""
    exact, other = way("exact"), way("other")
    named = rooms(named={"m": exact})
    assert named.way_of("m") is exact
    assert named.way_of("n") is None
    assert rooms(named={"m": exact, "*": other}).way_of("n") is other


def test_limits_have_defaults():
    """The routing budget is the smaller of the two times."""
    limits = rooms().limits
    assert 0 < limits.routing < limits.embedding
    assert limits.extra_attempts == 2
