"""The room as others see it."""

from __future__ import annotations

import wrp_policies
from wrp_policies import CheapestCapable, Static, Weighted, pools_of


def test_the_pools_of_a_policy():
    """All that it may choose, whatever form its field has."""
    assert pools_of(Static(("a", "b"))) == ("a", "b")
    assert pools_of(Weighted({"a": 1.0, "b": 2.0})) == ("a", "b")
    assert pools_of(CheapestCapable(("a",))) == ("a",)


def test_public_names():
    """The package gives what it lists."""
    assert [name for name in wrp_policies.__all__ if not hasattr(wrp_policies, name)] == []
