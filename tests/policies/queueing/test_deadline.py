"""Whose deadline is next."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tests.policies.queueing.lines import TIMES, joined, served, waiting
from wrp_policies.queueing import Deadline


@given(st.lists(st.one_of(TIMES, st.just(float("inf"))), max_size=30))
def test_the_earliest_deadline_first(times: list[float]) -> None:
    """Who has none goes last; equals as they joined."""
    requests = [waiting(number, until=until) for number, until in enumerate(times)]
    expected = sorted(range(len(times)), key=lambda number: times[number])
    assert served(joined(Deadline().build(), *requests)) == expected


@given(st.lists(st.floats(0.0, 3.0), min_size=1, max_size=8), st.randoms(use_true_random=False))
def test_where_all_can_be_in_time_all_are(works: list[float], rng: object) -> None:
    """Deadlines that some order keeps are kept by this one, where all are there from the start (Jackson's rule)."""
    ends, end = [], 0.0
    for work in works:
        end += work
        ends.append(end)
    requests = [waiting(number, until=ends[number] + 1e-9, work=work) for number, work in enumerate(works)]
    rng.shuffle(requests)  # type: ignore[attr-defined]
    order, now = joined(Deadline().build(), *requests), 0.0
    while order:
        one = order.next()
        now += one.work
        assert now <= one.until + 1e-6
