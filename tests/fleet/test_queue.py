"""Who waits for room, by class and in order of arrival."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wrp_router.fleet.queue import QueueFull, Ticket, WaitList
from wrp_router.fleet.ranks import DEFAULT, SHEDDABLE
from wrp_signals.facts import RANK

CRITICAL = RANK["critical"]


def joined(line: WaitList, *pools: str, rank: int = DEFAULT) -> Ticket:
    """A ticket for which nobody had to give way."""
    ticket, displaced = line.join(pools, rank)
    assert displaced is None
    return ticket


def test_first_come_first_served_per_pool() -> None:
    """A ticket stands in the line of each of its pools, and leaves all of them at once."""
    line = WaitList(10)
    both, only_b = joined(line, "a", "b", "a"), joined(line, "b")
    assert both.pools == ("a", "b")
    assert line.first("a") is line.first("b") is both
    line.grant(both, "b")
    assert (line.first("a"), line.first("b"), len(line)) == (None, only_b, 1)
    assert (both.granted, both.pool, only_b.granted) == (True, "b", False)
    assert line.pools() == ("b",)


def test_higher_classes_go_first() -> None:
    """In every pool, whoever came first; the line counts them by class."""
    line = WaitList(10)
    sheddable, default = joined(line, "a", rank=SHEDDABLE), joined(line, "a", "b")
    critical = joined(line, "a", rank=CRITICAL)
    assert (line.first("a"), line.first("b"), line.counts(), line.length("a")) == (critical, default, (1, 1, 1), 3)
    line.leave(critical)
    line.grant(default, "a")
    assert (line.first("a"), line.counts()) == (sheddable, (0, 0, 1))


def test_a_full_line_makes_way_for_a_higher_class() -> None:
    """The youngest of the lowest has left, in all its pools, and need not leave any more; others keep their places, and
    who was granted keeps its promise."""
    line = WaitList(3)
    promised = joined(line, "a")
    line.grant(promised, "a")
    old, young, critical = joined(line, "a"), joined(line, "a", "b"), joined(line, "b", rank=CRITICAL)
    newcomer, displaced = line.join(["a"], CRITICAL)
    assert displaced is young
    assert (young.left, young.granted, old.left, line.counts()) == (True, False, False, (2, 1, 0))
    assert (line.first("a"), line.first("b"), line.promised("a")) == (newcomer, critical, 1)
    line.leave(young)
    assert (len(line), line.holds(promised, "a")) == (3, True)


def test_room_stays_promised_until_the_holder_leaves() -> None:
    """Granting is not yet taking."""
    line = WaitList(10)
    ticket = joined(line, "a")
    line.grant(ticket, "a")
    assert (line.promised("a"), line.holds(ticket, "a"), line.holds(ticket, "b")) == (1, True, False)
    line.leave(ticket)
    line.leave(ticket)
    assert (line.promised("a"), line.holds(ticket, "a"), line.holds(None, "a")) == (0, False, False)


def test_a_promise_out_of_several_ends_alone() -> None:
    """Two were granted; one left."""
    line = WaitList(10)
    one, two = joined(line, "a"), joined(line, "a")
    line.grant(one, "a")
    line.grant(two, "a")
    line.leave(one)
    assert line.promised("a") == 1


def test_who_gives_up_is_passed_over() -> None:
    """From the middle as from the front, and twice is harmless."""
    line = WaitList(10)
    one, two, three = (joined(line, "a") for _ in range(3))
    line.leave(two)
    line.leave(one)
    line.leave(one)
    assert (line.first("a"), len(line)) == (three, 1)


def test_a_full_queue_refuses() -> None:
    """Waiting is bounded; who was granted no longer counts."""
    line = WaitList(1)
    ticket = joined(line, "a")
    with pytest.raises(QueueFull, match="1 requests wait already"):
        line.join(["b"])
    line.grant(ticket, "a")
    joined(line, "b")


def test_a_ticket_for_nothing_is_a_mistake() -> None:
    """It could never be granted."""
    with pytest.raises(ValueError, match="needs a pool"):
        WaitList(1).join([])


STEP = st.tuples(
    st.sampled_from("jlg"), st.integers(0, 30), st.sets(st.sampled_from("abc"), min_size=1), st.sampled_from([0, 1, 2])
)


@given(st.lists(STEP))
def test_agrees_with_a_plain_list(steps: list[tuple[str, int, set[str], int]]) -> None:
    """The same answers as the slow and obvious way, each displaced ticket told of once, and nothing left behind."""
    line, waiting, granted, displaced = WaitList(6), list[Ticket](), list[Ticket](), set[Ticket]()
    for what, number, pools, rank in steps:
        if what == "j":
            try:
                ticket, gave_way = line.join(sorted(pools), rank)
            except QueueFull:
                assert not [one for one in waiting if one.rank > rank]
                continue
            if gave_way is not None:
                assert gave_way not in displaced
                assert gave_way is [one for one in waiting if one.rank == max(one.rank for one in waiting)][-1]
                displaced.add(gave_way)
                waiting.remove(gave_way)
            waiting.append(ticket)
        elif what == "l" and (both := waiting + granted):
            ticket = both[number % len(both)]
            line.leave(ticket)
            (granted if ticket in granted else waiting).remove(ticket)
        elif what == "g" and waiting:
            ticket = waiting.pop(number % len(waiting))
            line.grant(ticket, ticket.pools[number % len(ticket.pools)])
            granted.append(ticket)
        agree(line, waiting, granted)
    for ticket in [*waiting, *granted, *displaced]:
        line.leave(ticket)
    assert line.pools() == ()


def agree(line: WaitList, waiting: list[Ticket], granted: list[Ticket]) -> None:
    """The line with the lists, which are in order of arrival."""
    assert len(line) == len(waiting)
    for pool in "abc":
        ordered = sorted([ticket for ticket in waiting if pool in ticket.pools], key=lambda ticket: ticket.rank)
        assert line.first(pool) is next(iter(ordered), None)
        assert line.promised(pool) == sum(ticket.pool == pool for ticket in granted)
