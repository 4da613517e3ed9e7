"""What a request may cost at most."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from wrp_router.accounts import Accounts, Charge, Quota, Terms
from wrp_router.accounts.accounts import cost_nanos, nanos

PRICES = {"small": (0.1, 0.2), "large": (1.0, 4.0), "free": (0.0, 0.0)}
ACCOUNTS = Accounts({}, PRICES, assumed=100)


def test_the_dearest_pool_counts():
    """One of them answers, and nobody knows yet which."""
    most = ACCOUNTS.most(("small", "large"), 1000, 50, 1, all_of_them=False)
    assert most == Charge(1, 1050, 1_200_000)


def test_where_all_may_be_asked_all_count():
    """Tokens too: each of them reads the prompt and may answer."""
    most = ACCOUNTS.most(("small", "large"), 1000, 50, 1, all_of_them=True)
    assert most == Charge(1, 2100, 1_200_000 + 110_000)


def test_an_answer_without_a_bound_is_assumed():
    """As is written down; several answers are several times that."""
    assert ACCOUNTS.most(("free",), 5, None, 3, all_of_them=False) == Charge(1, 305, 0)


def test_pools_without_a_price_cost_nothing():
    """And none at all takes what its tokens are."""
    assert ACCOUNTS.most((), 5, 5, 1, all_of_them=True) == Charge(1, 10, 0)
    assert ACCOUNTS.most(("unknown",), 5, 5, 1, all_of_them=False).nanos == 0


@given(st.floats(0, 1000), st.floats(0, 1000), st.integers(0, 10**6), st.integers(0, 10**6))
def test_nothing_that_costs_something_is_free(price_in: float, price_out: float, prompt: int, answer: int):
    """Amounts are rounded up, by less than a nano-dollar and what floats lose."""
    cost = (prompt * price_in + answer * price_out) * 1e3
    assert cost * (1 - 1e-9) <= cost_nanos(price_in, price_out, prompt, answer) <= cost * (1 + 1e-9) + 1


def test_dollars_become_whole_nano_dollars():
    """What a float has too much of is not rounded up."""
    assert nanos(0.7) == 700_000_000
    assert nanos(1e-10) == 1
    assert nanos(0) == 0


def test_without_limits():
    """What may be asked for stays."""
    terms = {"a": Terms(frozenset({"m"}), quota=Quota(concurrent=1))}
    assert Accounts(terms, PRICES).without_limits() == Accounts({"a": Terms(frozenset({"m"}))}, PRICES)
