"""Servers in order of cost."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wrp_policies.balancing.ranking import cheapest_first, loads_on
from wrp_policies.types import Server


def test_by_cost() -> None:
    """The least first, whatever the load and the turn: a tenth of a millisecond outweighs ninety requests."""
    servers = [Server("a", in_flight=90), Server("b"), Server("c", in_flight=5)]
    for turn in range(4):
        assert cheapest_first(servers, [0.1, 0.1001, 0.05], turn) == ("c", "a", "b")


def test_equal_costs_go_by_load() -> None:
    """Ours and the larger of what the engine and the other routers say."""
    servers = [
        Server("mine", in_flight=6),
        Server("queued", in_flight=1, waiting=4, running=2),
        Server("theirs", in_flight=1, waiting=2, running=3),
        Server("idle"),
    ]
    assert cheapest_first(servers, [1.0] * 4, 1) == ("idle", "theirs", "queued", "mine")


@given(count=st.integers(1, 70), turn=st.integers(0, 10**9))
def test_equals_come_in_turn(count: int, turn: int) -> None:
    """With nothing to choose between them each is first once in as many turns, and the others follow in a circle."""
    names = tuple(f"s{i}" for i in range(count))
    start = turn % count
    order = cheapest_first([Server(name) for name in names], [0.5] * count, turn)
    assert order == names[start:] + names[:start]


@pytest.mark.parametrize(
    ("server", "load"),
    [
        (Server("a"), 0.0),
        (Server("a", in_flight=3), 3.0),
        (Server("a", in_flight=3, waiting=2, running=1), 5.0),
        (Server("a", in_flight=3, waiting=2, running=4), 7.0),
        (Server("a", in_flight=3, weight=0.5), 6.0),
    ],
)
def test_loads(server: Server, load: float) -> None:
    """(ours + the larger of waiting and running) / weight."""
    assert loads_on([server, Server("b", in_flight=1)]) == [load, 1.0]
