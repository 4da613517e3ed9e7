"""How many retries the fleet can bear."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wrp_router.fleet import RetryBudget


def test_three_at_once_even_when_idle() -> None:
    """The floor: a quiet fleet may retry, too."""
    budget = RetryBudget()
    assert [budget.try_take(0, 1.0) for _ in range(4)] == [True, True, True, False]
    budget.give_back()
    assert budget.in_flight == 2
    assert budget.try_take(0, 1.0)


def test_a_fifth_of_the_active_when_busy() -> None:
    """Twenty retries beside a hundred requests, and not one more."""
    budget = RetryBudget()
    assert sum(budget.try_take(100, 1.0) for _ in range(30)) == 20


def test_bucket_empties_and_refills() -> None:
    """Ten retries a second for ten seconds; deposits of requests come on top; both expire after ten seconds."""
    budget = RetryBudget()

    def taken(now: float) -> int:
        count = 0
        while budget.try_take(10_000, now):
            budget.give_back()
            count += 1
        return count

    assert taken(0.5) == 100
    assert taken(9.9) == 0
    assert taken(10.0) == 100
    for _ in range(50):
        budget.note_request(10.5)
    assert taken(10.6) == 10


def test_long_silence_and_a_clock_that_stumbles() -> None:
    """A jump of an hour empties every slot once; a step back changes nothing."""
    budget = RetryBudget()
    for _ in range(100):
        assert budget.try_take(10_000, 5.0)
    assert not budget.try_take(10_000, 5.0)
    assert budget.try_take(10_000, 3_605.0)
    assert budget.try_take(10_000, 3_600.0)


def test_nothing_to_give_back_is_a_mistake() -> None:
    """Counting below zero would grant retries out of nothing."""
    with pytest.raises(ValueError, match="no retry is out"):
        RetryBudget().give_back()


@given(st.lists(st.tuples(st.floats(0, 2), st.integers(0, 30), st.integers(0, 30)), max_size=60))
def test_retries_never_exceed_either_bound(steps: list[tuple[float, int, int]]) -> None:
    """In flight <= max(3, a fifth of active); in any ten seconds <= a fifth of the requests + 100, a slot's width more
    or less."""
    budget, now, requests, retries = RetryBudget(), 0.0, [], []
    for later, asked, wanted in steps:
        now += later
        for _ in range(asked):
            budget.note_request(now)
            requests.append(now)
        for _ in range(wanted):
            if budget.try_take(50, now):
                retries.append(now)
        assert budget.in_flight <= 10
        while budget.in_flight:
            budget.give_back()
        recent = [at for at in retries if at > now - 9.0]
        assert len(recent) <= 100 + 0.2 * len([at for at in requests if at > now - 20.0]) + 1e-6


def test_what_may_be_shed_leaves_half() -> None:
    """Of the slots: five beside fifty requests, and the other five are for those who may not."""
    budget = RetryBudget()
    assert [budget.try_take(50, 1.0, sheddable=True) for _ in range(6)] == [True] * 5 + [False]
    assert [budget.try_take(50, 1.0) for _ in range(6)] == [True] * 5 + [False]
    assert not RetryBudget(floor=1).try_take(0, 1.0, sheddable=True)


def test_what_may_be_shed_leaves_half_of_the_reserve() -> None:
    """Over ten seconds, too: fifty of a hundred."""
    budget = RetryBudget()
    for _ in range(50):
        assert budget.try_take(10_000, 1.0, sheddable=True)
        budget.give_back()
    assert not budget.try_take(10_000, 1.0, sheddable=True)
    assert budget.try_take(10_000, 1.0)


def test_callers_may_retry_what_fails_seldom() -> None:
    """Up to the floor, then up to a share of the requests; what is long ago counts no more."""
    budget = RetryBudget(ratio=0.2, floor=3, ttl=10.0)
    told = []
    for number in range(5):
        budget.note_request(100.0 + 0.01 * number)
        budget.note_failure(100.0 + 0.01 * number)
        told.append(budget.may_retry(100.0 + 0.01 * number))
    assert told == [True, True, True, False, False]
    for _ in range(20):
        budget.note_request(101.0)
    assert budget.may_retry(101.0)
    budget.note_failure(101.0)
    assert not budget.may_retry(101.0)
    assert budget.may_retry(111.5)
