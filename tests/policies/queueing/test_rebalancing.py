"""Who is better off elsewhere."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from wrp_policies.queueing.rebalancing import Movable, better_off

SECONDS = st.floats(0.0, 10.0)
SLO = 5.0
MOVABLE = st.builds(Movable, st.sampled_from("abc"), SECONDS, SECONDS)


@given(st.lists(MOVABLE, max_size=20), SECONDS, st.fixed_dictionaries(dict.fromkeys("abc", SECONDS)))
def test_moves_one_by_one(queue: list[Movable], busy: float, before: dict[str, float]) -> None:
    """Each is better off and too late where it is, its target stays below the SLO; at the end the line is in time or
    nobody who is left could go anywhere. In the order of what is gained."""
    wait = busy + sum(one.here for one in queue)
    waits, gains = dict(before), []
    after = dict(before)
    moved = better_off(queue, wait, after, SLO)
    assert len(set(moved)) == len(moved)
    for place in moved:
        one = queue[place]
        there = waits[one.other] + one.there
        assert there < SLO < wait
        waits[one.other] = there
        wait -= one.here
        gains.append(one.here - one.there - before[one.other])
    assert gains == sorted(gains, reverse=True)
    assert waits == after
    stayed = [one for place, one in enumerate(queue) if place not in moved]
    assert wait <= SLO or all(waits[one.other] + one.there >= SLO for one in stayed)


def test_not_a_line_that_is_in_time() -> None:
    """Even if another server is idle."""
    assert better_off([Movable("b", 2.0, 2.0)], 5.0, {"b": 0.0}, SLO) == []


def test_the_source_keeps_what_it_can_do_in_time() -> None:
    """Six seconds' worth: one goes, the rest are in time then; the last of equals goes."""
    queue, waits = [Movable("b", 2.0, 2.0)] * 3, {"b": 0.0}
    assert better_off(queue, 6.0, waits, SLO) == [2]
    assert waits == {"b": 2.0}


def test_warm_elsewhere_goes_first() -> None:
    """It gains more than one that has to be computed again; and an idle server is better than one that is not."""
    queue = [Movable("b", 4.0, 4.0), Movable("b", 4.0, 1.0), Movable("c", 4.0, 1.0)]
    assert better_off(queue, 20.0, {"b": 0.0, "c": 2.0}, SLO) == [1, 2]


def test_what_went_there_counts() -> None:
    """The third would be late at the target."""
    assert better_off([Movable("b", 2.0, 2.0)] * 5, 20.0, {"b": 0.0}, SLO) == [4, 3]
