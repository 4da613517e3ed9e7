"""Servers in order of cost."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from wrp_policies.balancing.ranking import cheapest_first, led_by, nearly_least
from wrp_policies.types import Server


def test_by_cost() -> None:
    """The least first, whatever the load and the turn: a tenth of a millisecond outweighs ninety requests."""
    servers = [Server("a"), Server("b"), Server("c")]
    for turn in range(4):
        assert cheapest_first(servers, [0.1, 0.1001, 0.05], [90.0, 0.0, 5.0], turn) == ("c", "a", "b")


def test_equal_costs_go_by_load() -> None:
    """At every turn."""
    servers = [Server("a"), Server("b"), Server("c")]
    for turn in range(4):
        assert cheapest_first(servers, [1.0] * 3, [6.0, 0.0, 5.0], turn) == ("b", "c", "a")


@given(count=st.integers(1, 70), turn=st.integers(0, 10**9))
def test_equals_come_in_turn(count: int, turn: int) -> None:
    """With nothing to choose between them each is first once in as many turns, and the others follow in a circle."""
    names = tuple(f"s{i}" for i in range(count))
    start = turn % count
    order = cheapest_first([Server(name) for name in names], [0.5] * count, [0.0] * count, turn)
    assert order == names[start:] + names[:start]


def test_what_is_nearly_the_least() -> None:
    """What is just so far off, too; the least is always among them."""
    servers = [Server("a"), Server("b"), Server("c")]
    assert nearly_least(servers, [1.5, 1.0, 2.0], 0.5) == {"a", "b"}
    assert nearly_least(servers, [1.5, 1.0, 2.0], 0.0) == {"b"}


def test_one_goes_first() -> None:
    """The others follow as they were."""
    assert led_by("b", ("a", "b", "c")) == ("b", "a", "c")
    assert led_by("a", ("a", "b", "c")) == ("a", "b", "c")
