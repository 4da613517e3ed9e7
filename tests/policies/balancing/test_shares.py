"""Counts that fade: what each server got of the latest requests."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wrp_policies.balancing.shares import FADES, Shares


@given(st.lists(st.sampled_from("abc"), max_size=60))
def test_as_the_plain_sum(servers: list[str]) -> None:
    """Each request counts FADES to the power of how many came after it."""
    shares = Shares()
    for server in servers:
        shares.note(server)
    for name in "abc":
        plain = sum(FADES ** (len(servers) - 1 - place) for place, one in enumerate(servers) if one == name)
        assert shares.counts().get(name, 0.0) == pytest.approx(plain)


def test_who_got_more_than_its_share() -> None:
    """Beyond the bound times the mean, and one request more."""
    shares = Shares()
    assert not shares.over("a", 2, 1.25)
    for _ in range(10):
        shares.note("a")
        shares.note("b")
    assert not shares.over("a", 2, 1.25)
    for _ in range(10):
        shares.note("a")
    assert shares.over("a", 2, 1.25)
    assert not shares.over("b", 2, 1.25)
    assert not shares.over("c", 3, 1.25)


def test_they_stay_right_for_ever() -> None:
    """A hundred thousand requests do not wear the numbers out, and the past is forgotten."""
    shares = Shares()
    for _ in range(2_000):
        shares.note("a")
    for _ in range(100_000):
        shares.note("b")
    assert "a" not in shares.counts()
    assert shares.counts()["b"] == pytest.approx(1.0 / (1.0 - FADES), rel=1e-3)


def test_taken_up_again() -> None:
    """`restore` takes up what `counts` gave."""
    shares, again = Shares(), Shares()
    for server in "aabbbc":
        shares.note(server)
    again.restore(shares.counts())
    assert again.counts() == pytest.approx(shares.counts())
