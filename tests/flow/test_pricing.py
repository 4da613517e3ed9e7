"""What attempts cost."""

from __future__ import annotations

import pytest

from tests.flow.makers import outcome, pool
from wrp_router.flow.pricing import FREE, Prices, cost_of, prices_of


def test_cached_tokens_at_their_own_price() -> None:
    """US$ per million; the price of all others where none is said."""
    assert prices_of(pool("small")) == Prices(1.0, 2.0, 1.0)
    prices = prices_of(pool("small", price_cached=0.1))
    spent = outcome(tokens_in=1_000_000, tokens_out=500_000, tokens_cached=400_000)
    assert cost_of(spent, prices) == pytest.approx(0.6 + 0.04 + 1.0)
    assert cost_of(spent, prices_of(pool("small"))) == pytest.approx(2.0)
    assert cost_of(spent, FREE) == 0.0


def test_more_cached_than_there_was() -> None:
    """An engine that says so is believed as far as its prompt goes."""
    odd = outcome(tokens_in=10, tokens_out=0, tokens_cached=1_000_000)
    assert cost_of(odd, Prices(1.0, 2.0, 0.0)) == 0.0
