"""Each tenant its share."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.policies.queueing.lines import joined, served, waiting
from wrp_policies.queueing import Fair, Waiting
from wrp_policies.queueing.fair import MOST_TENANTS, InShares

WORKS = st.lists(st.floats(0.1, 9.0), min_size=30, max_size=60)


class Rivals:
    """Two tenants of which `a` asks ten times as often as `b`, before one server."""

    def __init__(self) -> None:
        self.order = Fair().build()
        self.numbers = itertools.count()
        self.lines: dict[str, list[Waiting]] = {"a": [], "b": []}
        self.had: Counter[str] = Counter()
        self.most = 0.0

    def ask(self, tenant: str, work: float) -> None:
        one = waiting(next(self.numbers), tenant=tenant, work=work)
        self.lines[tenant].append(one)
        self.order.join(one)
        self.most = max(self.most, work)

    def serve(self) -> None:
        one = self.order.next()
        assert self.lines[one.tenant].pop(0) is one  # in order of arrival among its own
        self.had[one.tenant] += one.work  # type: ignore[assignment]

    def give_up(self, tenant: str, left: int) -> None:
        """Those who came first, until so many are left."""
        while len(self.lines[tenant]) > left:
            self.order.leave(self.lines[tenant].pop(0))

    def even(self) -> bool:
        """Within one prompt of each."""
        return abs(self.had["a"] - self.had["b"]) <= 2 * self.most + 1e-6


@given(WORKS)
def test_equal_seconds_however_much_one_asks(works: list[float]) -> None:
    """At any time while both wait, neither is ahead by more than a prompt of each."""
    rivals = Rivals()
    for work in works:
        for number in range(10):
            rivals.ask("a", work * (1 + number % 3))
        rivals.ask("b", work)
        if rivals.lines["a"] and rivals.lines["b"]:
            rivals.serve()
            assert rivals.even()
    while rivals.lines["a"] and rivals.lines["b"]:
        rivals.serve()
        assert rivals.even()


@given(WORKS)
def test_who_gives_up_costs_its_tenant_nothing(works: list[float]) -> None:
    """The one that asks too much loses most of its requests to their deadlines; what is served is shared all the
    same, for the time of a request that nobody served is nobody's."""
    rivals = Rivals()
    rivals.ask("b", 1.0)
    for work in works:
        for _ in range(10):
            rivals.ask("a", work)
        rivals.ask("b", work)
        rivals.give_up("a", 5)
        rivals.serve()
        assert rivals.even()


def test_a_newcomer_has_no_claim_on_the_past() -> None:
    """Who comes late starts level with those who are there, and does not lock them out."""
    order = joined(Fair().build(), *[waiting(number, tenant="a") for number in range(100)])
    served(order, 50)
    joined(order, *[waiting(number, tenant="b") for number in range(100, 200)])
    assert sum(number >= 100 for number in served(order, 20)) in (10, 11)


def test_who_was_served_last_is_remembered_while_away() -> None:
    """A tenant that asks again the moment it was served does not pass for a new one."""
    order = Fair().build()
    joined(order, waiting(0, tenant="a", work=9.0), waiting(1, tenant="b", work=1.0))
    assert served(order) == [0, 1]
    joined(order, waiting(2, tenant="a"), *[waiting(number, tenant="b") for number in range(3, 20)])
    assert served(order, 9) == [*range(3, 11), 2]


def everybody(order: InShares) -> None:
    """Many tenants, each served once."""
    for number in range(3 * MOST_TENANTS):
        joined(order, waiting(number, tenant=str(number))).next()


def nobody(order: InShares) -> None:
    """Many tenants who all give up, behind one that had more than its share."""
    joined(order, *[waiting(number, tenant="a", work=50.0) for number in range(2)])
    order.next()
    for number in range(2, 3 * MOST_TENANTS):
        one = waiting(number, tenant=str(number))
        joined(order, one).leave(one)


@pytest.mark.parametrize("crowd", [everybody, nobody])
def test_memory_is_bounded(crowd: Callable[[InShares], None]) -> None:
    """However many tenants come by."""
    order = Fair().build()
    crowd(order)
    assert order.kept() <= MOST_TENANTS + 200


def test_what_a_tenant_had_outlives_its_place_in_line() -> None:
    """Giving up the rest does not wipe out what was served."""
    order, second = Fair().build(), waiting(1, tenant="a", work=1.0)
    joined(order, waiting(0, tenant="a", work=50.0), second).next()
    order.leave(second)
    for number in range(2, 1000):  # lanes of which all left are swept up
        one = waiting(number, tenant=str(number))
        joined(order, one).leave(one)
    joined(order, waiting(1000, tenant="a"), *[waiting(number, tenant="b") for number in range(1001, 1060)])
    assert served(order, 49) == list(range(1001, 1050))
