"""First come, first served."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tests.policies.queueing.lines import TIMES, joined, served, waiting
from wrp_policies.queueing import Fifo


@given(st.lists(TIMES, max_size=30))
def test_in_order_of_arrival(times: list[float]) -> None:
    """Who waits longest goes first, in whatever order they joined this line; equals as they joined."""
    requests = [waiting(number, since=since) for number, since in enumerate(times)]
    expected = sorted(range(len(times)), key=lambda number: times[number])
    assert served(joined(Fifo().build(), *requests)) == expected


def test_who_came_from_another_line_is_not_put_at_the_end() -> None:
    """It has waited elsewhere already."""
    order = joined(Fifo().build(), waiting(0, since=10.0), waiting(1, since=20.0), waiting(2, since=15.0))
    assert served(order) == [0, 2, 1]
