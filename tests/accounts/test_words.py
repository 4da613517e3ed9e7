"""The words of the accounts."""

from __future__ import annotations

from wrp_router.accounts import COUNTED, Ceiling, Charge, Quota


def test_limits_and_amounts_are_in_the_same_order():
    """The one that names them."""
    quota = Quota(requests=Ceiling(1, 1.0), tokens=Ceiling(2, 1.0), budget=Ceiling(3, 1.0))
    assert [ceiling.most for ceiling in quota.ceilings() if ceiling] == [1, 2, 3]
    assert Charge(1, 2, 3).amounts() == (1, 2, 3)
    assert COUNTED == ("requests", "tokens", "budget")


def test_a_quota_that_limits_nothing_says_so():
    """Then nothing is asked about it."""
    assert Quota().unlimited()
    assert not Quota(concurrent=0).unlimited()
    assert not Quota(budget=Ceiling(1, 1.0)).unlimited()
