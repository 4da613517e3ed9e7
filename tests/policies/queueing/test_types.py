"""What all lines have in common."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.policies import makers
from tests.policies.queueing.lines import TIMES, joined, served, waiting
from wrp_policies.queueing import Deadline, Fair, Fifo, Order, OrderSpec, Shortest
from wrp_policies.queueing.fair import MOST_TENANTS
from wrp_policies.queueing.types import STALE, ByKey

KINDS = makers.kinds(OrderSpec)
ACTIONS = st.lists(
    st.one_of(
        st.tuples(st.just("join"), TIMES, TIMES, st.sampled_from("abc")),
        st.tuples(st.sampled_from(["next", "leave"]), st.integers(0, 99)),
    ),
    max_size=60,
)


def built(kind: str) -> Order:
    """A line of this kind, named as the configuration would."""
    spec: Fifo | Shortest | Deadline | Fair = msgspec.convert({"kind": kind}, type=OrderSpec)
    return spec.build()


@pytest.mark.parametrize("kind", KINDS)
@given(actions=ACTIONS)
def test_everyone_is_served_or_leaves_once(kind: str, actions: list[tuple[object, ...]]) -> None:
    """Whatever happens, a line has exactly those who joined it and neither left nor had their turn."""
    order, here = built(kind), {}
    for number, (action, *how) in enumerate(actions):
        if action == "join":
            here[number] = waiting(number, since=how[0], work=how[1], tenant=how[2])
            order.join(here[number])
        elif here and action == "next":
            one = order.next()
            assert here.pop(one.number) is one
        elif here:
            order.leave(here.pop(sorted(here)[int(str(how[0])) % len(here)]))
        assert len(order) == len(here)
    assert sorted(served(order)) == sorted(here)


@pytest.mark.parametrize("kind", KINDS)
def test_nobody_waits(kind: str) -> None:
    """Then it is nobody's turn; nor when all have left."""
    order, one = built(kind), waiting(1)
    for _ in range(2):
        assert len(order) == 0
        with pytest.raises(IndexError):
            order.next()
        joined(order, one).leave(one)


@pytest.mark.parametrize("kind", KINDS)
def test_who_is_not_in_line_cannot_leave_it(kind: str) -> None:
    """A mistake is not passed over."""
    order = joined(built(kind), waiting(1))
    order.next()
    with pytest.raises(KeyError):
        order.leave(waiting(1))


@pytest.mark.parametrize("kind", KINDS)
def test_equals_go_in_the_order_in_which_they_came(kind: str) -> None:
    """Numbers decide, where nothing else does."""
    same = [waiting(number, since=5.0, until=9.0) for number in range(20)]
    assert served(joined(built(kind), *same)) == list(range(20))


@pytest.mark.parametrize("tenants", [1, 10**9])
@pytest.mark.parametrize("served_too", [False, True])
@pytest.mark.parametrize("kind", KINDS)
def test_who_left_is_not_kept_for_long(kind: str, served_too: bool, tenants: int) -> None:
    """However many come and go behind those who stay, each with a name of its own: memory goes with who waits."""
    order = built(kind)
    assert isinstance(order, ByKey) or kind == "fair"
    joined(order, *[waiting(number, tenant=f"first-{number}") for number in range(10)])
    most = 0
    for number in range(10, 10_000):
        one = waiting(number, tenant=f"t{number % tenants}")
        joined(order, one).leave(one)
        if served_too and number % 2:
            joined(order, waiting(number, tenant=f"t{number % tenants}")).next()
        most = max(most, order.kept())  # type: ignore[attr-defined]
    assert most <= 4 * (len(order) + STALE) + (MOST_TENANTS if kind == "fair" and served_too else 0)
    assert len(order) == 10
