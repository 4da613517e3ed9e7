"""What a flow is given."""

from __future__ import annotations

from tests.flow.makers import rooms, way
from wrp_policies.catalogue import Catalogue


def test_the_way_of_a_model():
    """By its name; else that of the pools which take any; else none."""
    exact, other = way("exact"), way("other")
    named = rooms(named={"m": exact})
    assert named.way_of("m") is exact
    assert named.way_of("n") is None
    assert rooms(named={"m": exact, "*": other}).way_of("n") is other


def test_the_way_of_an_adapter():
    """A model's own name stands before all adapters, and these before pools that take any name."""
    model, adapter, other = way("model"), way("adapter"), way("other")
    found = rooms(named={"sql-1": model, "*": other}, adapters=Catalogue({"sql-*": adapter}))
    assert [found.way_of(name) for name in ("sql-1", "sql-2", "law")] == [model, adapter, other]


def test_limits_have_defaults():
    """The routing budget is the smaller of the two times."""
    limits = rooms().limits
    assert 0 < limits.routing < limits.embedding
    assert limits.extra_attempts == 2
