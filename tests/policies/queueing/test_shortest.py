"""The least to compute first, with ageing."""

from __future__ import annotations

from itertools import pairwise

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.policies.queueing.lines import TIMES, joined, served, waiting
from wrp_policies.queueing import Shortest, Waiting

ARRIVALS = st.lists(st.tuples(st.floats(0.0, 20.0), TIMES, st.integers(0, 2)), max_size=40)


def test_the_shortest_first() -> None:
    """Where all came together."""
    works = [5.0, 1.0, 3.0, 1.0]
    requests = [waiting(number, since=0.0, work=work) for number, work in enumerate(works)]
    assert served(joined(Shortest().build(), *requests)) == [1, 3, 2, 0]


@given(ARRIVALS, st.floats(0.01, 10.0))
def test_nobody_is_overtaken_for_ever(arrivals: list[tuple[float, float, int]], ageing: float) -> None:
    """Nobody by one that came more than work / ageing seconds later, whoever is served between two arrivals."""
    order, now, here = Shortest(ageing).build(), 0.0, list[Waiting]()
    for number, (later, work, turns) in enumerate(arrivals):
        now += later
        here.append(waiting(number, since=now, work=work))
        order.join(here[-1])
        for _ in range(min(turns, len(order))):
            one = order.next()
            here.remove(one)
            for left in here:
                assert one.since <= left.since + left.work / ageing + 1e-6
    assert len(order) == len(here)


@given(ARRIVALS)
def test_the_key_is_the_urgency_of_any_moment(arrivals: list[tuple[float, float, int]]) -> None:
    """Who goes first has the least work less its ageing, whenever one looks."""
    requests = [waiting(number, since=since, work=work) for number, (since, work, _) in enumerate(arrivals)]
    for now in (20.0, 1000.0):
        urgency = [one.work - 0.1 * (now - one.since) for one in requests]
        in_order = served(joined(Shortest(0.1).build(), *requests))
        assert all(urgency[a] <= urgency[b] + 1e-9 for a, b in pairwise(in_order))


@pytest.mark.parametrize("ageing", [0.0, -1.0, float("nan")])
def test_without_ageing_somebody_would_starve(ageing: float) -> None:
    """So it cannot be turned off."""
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert({"kind": "shortest", "ageing": ageing}, type=Shortest)
