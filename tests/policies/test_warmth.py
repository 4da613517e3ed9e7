"""Caches of which nothing is known."""

from __future__ import annotations

from wrp_policies.warmth import COLD


def test_nothing_is_known() -> None:
    """No server holds anything; blocks are blocks."""
    assert COLD.tokens((1, 2, 3)) == {}
    assert COLD.span(4) == 4
