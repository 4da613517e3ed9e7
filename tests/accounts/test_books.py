"""Reservations are never over a limit, and what is settled is what counts."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from wrp_router.accounts import OTHERS, Books, Ceiling, Charge, Quota, Refused, Reserved
from wrp_router.accounts.books import MOST_OTHERS

HOUR = 3600.0
SMALL = Charge(1, 10, 100)


def books(**limits: object) -> Books:
    return Books({"a": Quota(**limits)})  # type: ignore[arg-type]


def refused(said: Reserved | Refused) -> Refused:
    assert isinstance(said, Refused)
    return said


class Keeping(RuleBasedStateMachine):
    """Requests come and go in any order; a second account is left alone."""

    MOST = (6, 100, 1000)

    def __init__(self) -> None:
        super().__init__()
        ceilings = [Ceiling(most, 10.0) for most in self.MOST]
        self.books = Books({"a": Quota(*ceilings, concurrent=4), "b": Quota(*ceilings)})
        self.now, self.serial = 0.0, 0
        self.open: dict[str, tuple[float, Charge]] = {}
        self.charged: list[tuple[float, tuple[int, int, int]]] = []
        self.excess = (0, 0, 0)

    @rule(seconds=st.floats(0, 4.0))
    def later(self, seconds: float) -> None:
        self.now += seconds

    @rule(tokens=st.integers(0, 60), nanos=st.integers(0, 600))
    def come(self, tokens: int, nanos: int) -> None:
        self.serial += 1
        most = Charge(1, tokens, nanos)
        said = self.books.reserve("a", str(self.serial), most, self.now)
        if isinstance(said, Reserved):
            self.open[str(self.serial)] = (self.now, most)
        else:
            assert said.wait > 0

    @precondition(lambda self: self.open)
    @rule(data=st.data(), share=st.floats(0, 1.0))
    def go(self, data: st.DataObject, share: float) -> None:
        """Having taken less than was set aside."""
        id = data.draw(st.sampled_from(sorted(self.open)))
        at, most = self.open.pop(id)
        took = Charge(1, int(most.tokens * share), int(most.nanos * share))
        self.books.settle("a", id, took, self.now)
        self.charged.append((at, took.amounts()))

    @invariant()
    def never_over(self) -> None:
        """In no stretch of that length, whatever is still open counted at its most."""
        events = [*self.charged, *[(at, most.amounts()) for at, most in self.open.values()]]
        for end, _ in events:
            within = [amounts for at, amounts in events if end - 10.0 < at <= end]
            for place, most in enumerate(self.MOST):
                assert sum(amounts[place] for amounts in within) <= most
        assert len(self.open) == self.books.open("a") <= 4

    @invariant()
    def nobody_elses(self) -> None:
        assert self.books.used("b", self.now) == Charge(0, 0, 0)


TestKeeping = Keeping.TestCase


@given(st.lists(st.tuples(st.integers(0, 500), st.integers(0, 500)), max_size=40))
def test_what_counts_is_the_sum_of_what_was_taken(requests: list[tuple[int, int]]):
    """Whatever was set aside for it before, and more than that, too."""
    kept = books(tokens=Ceiling(10**9, HOUR), budget=Ceiling(10**9, HOUR))
    for number, (most, _) in enumerate(requests):
        assert isinstance(kept.reserve("a", str(number), Charge(1, most, most), 1.0), Reserved)
    for number, (_, took) in enumerate(requests):
        kept.settle("a", str(number), Charge(1, took, took), 2.0)
    total = sum(took for _, took in requests)
    assert kept.used("a", 2.0) == Charge(0, total, total)
    assert kept.open("a") == 0


def test_over_by_no_more_than_what_one_took_too_much():
    """Who took more than was set aside has its share; the next is refused."""
    kept = books(budget=Ceiling(1000, HOUR))
    kept.reserve("a", "1", Charge(1, 0, 900), 0.0)
    kept.settle("a", "1", Charge(1, 0, 1300), 1.0)
    assert kept.used("a", 1.0).nanos == 1300
    assert refused(kept.reserve("a", "2", Charge(1, 0, 1), 2.0)).kind == "budget"


def test_what_costs_nothing_goes_on():
    """Where the money is spent, free models are not."""
    kept = books(budget=Ceiling(10, HOUR))
    kept.reserve("a", "1", Charge(1, 5, 10), 0.0)
    assert isinstance(kept.reserve("a", "2", Charge(1, 5, 0), 0.0), Reserved)


def test_a_refusal_says_which_limit_and_for_how_long():
    """And sets nothing aside, of the other limits either."""
    kept = books(requests=Ceiling(9, 60.0), tokens=Ceiling(20, 60.0))
    for number in range(2):
        kept.reserve("a", str(number), SMALL, 0.5)
    said = refused(kept.reserve("a", "2", SMALL, 30.0))
    assert (said.kind, said.wanted) == ("tokens", 10)
    assert [(level.kind, level.remaining) for level in said.levels] == [("requests", 7), ("tokens", 0)]
    assert said.wait == pytest.approx(63.0 - 30.0)
    assert isinstance(kept.reserve("a", "2", SMALL, 30.0 + said.wait), Reserved)


def test_what_can_never_be_had_is_said_so():
    """One request that is more than the whole limit waits for ever."""
    assert refused(books(tokens=Ceiling(5, 60.0)).reserve("a", "1", SMALL, 0.0)).wait == math.inf
    assert refused(books(concurrent=0).reserve("a", "1", SMALL, 0.0)).wait == math.inf


def test_so_many_at_a_time():
    """The place is free again when one is settled."""
    kept = books(concurrent=1)
    assert isinstance(kept.reserve("a", "1", SMALL, 0.0), Reserved)
    assert refused(kept.reserve("a", "2", SMALL, 0.0)).kind == "concurrent"
    kept.settle("a", "1", SMALL, 0.0)
    assert isinstance(kept.reserve("a", "2", SMALL, 0.0), Reserved)


def test_nothing_is_settled_twice():
    """It would count twice."""
    kept = books(tokens=Ceiling(100, 60.0))
    kept.reserve("a", "1", SMALL, 0.0)
    kept.settle("a", "1", SMALL, 0.0)
    with pytest.raises(KeyError):
        kept.settle("a", "1", SMALL, 0.0)


def test_what_others_let_in_is_written_down_all_the_same():
    """Forced, it counts although there is no room for it."""
    kept = books(tokens=Ceiling(5, 60.0))
    assert isinstance(kept.reserve("a", "1", SMALL, 0.0, forced=True), Reserved)
    assert kept.used("a", 0.0).tokens == 10


def test_others_have_accounts_of_their_own():
    """On the terms of OTHERS, each for itself; who is named has its own terms."""
    kept = Books({"a": Quota(requests=Ceiling(1, HOUR)), OTHERS: Quota(requests=Ceiling(2, HOUR))})
    said = [kept.reserve(name, str(id), SMALL, 0.0) for id, name in enumerate("aabbbcc")]
    assert [isinstance(one, Reserved) for one in said] == [True, False, True, True, False, True, True]
    assert (kept.open("b"), kept.open("c")) == (2, 2)
    with pytest.raises(KeyError):
        books(requests=Ceiling(1, HOUR)).reserve("b", "0", SMALL, 0.0)


def test_others_are_bounded():
    """Whoever was away for longest is forgotten, unless something of it is open."""
    kept = Books({OTHERS: Quota(requests=Ceiling(1, HOUR))})
    kept.reserve("open", "0", SMALL, 0.0)
    for number in range(MOST_OTHERS + 5):
        kept.reserve(str(number), "0", SMALL, 0.0)
        kept.settle(str(number), "0", SMALL, 0.0)
    assert len(kept._met) == MOST_OTHERS
    assert kept.open("open") == 1
    assert isinstance(kept.reserve("0", "1", SMALL, 1.0), Reserved)  # begins anew
    assert isinstance(kept.reserve(str(MOST_OTHERS), "1", SMALL, 1.0), Refused)
    for number in range(100):
        kept.reserve(f"long {number}", "0", SMALL, 1.0)
    for number in range(3 * MOST_OTHERS):
        kept.reserve(f"more {number}", "0", SMALL, 1.0)
        kept.settle(f"more {number}", "0", SMALL, 1.0)
    assert len(kept._met) <= MOST_OTHERS + 1
    assert all(kept.open(f"long {number}") for number in range(100))


def test_what_is_not_settled():
    """Is counted over all accounts, until it is."""
    kept = Books({"a": Quota(), "b": Quota()})
    kept.reserve("a", "1", SMALL, 0.0)
    kept.reserve("b", "1", SMALL, 0.0)
    assert (kept.unsettled(), kept.open("a")) == (2, 1)
    kept.settle("a", "1", SMALL, 1.0)
    kept.settle("b", "1", SMALL, 1.0)
    assert kept.unsettled() == 0
