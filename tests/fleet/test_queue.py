"""Who waits for room, in order of arrival."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wrp_router.fleet.queue import QueueFull, Ticket, WaitList


def test_first_come_first_served_per_pool() -> None:
    """A ticket stands in the line of each of its pools, and leaves all of them at once."""
    line = WaitList(10)
    both, only_b = line.join(["a", "b", "a"]), line.join(["b"])
    assert both.pools == ("a", "b")
    assert line.first("a") is line.first("b") is both
    line.grant(both, "b")
    assert (line.first("a"), line.first("b"), len(line)) == (None, only_b, 1)
    assert (both.granted, both.pool, only_b.granted) == (True, "b", False)
    assert line.pools() == ("b",)


def test_room_stays_promised_until_the_holder_leaves() -> None:
    """Granting is not yet taking."""
    line = WaitList(10)
    ticket = line.join(["a"])
    line.grant(ticket, "a")
    assert (line.promised("a"), line.holds(ticket, "a"), line.holds(ticket, "b")) == (1, True, False)
    line.leave(ticket)
    line.leave(ticket)
    assert (line.promised("a"), line.holds(ticket, "a"), line.holds(None, "a")) == (0, False, False)


def test_a_promise_out_of_several_ends_alone() -> None:
    """Two were granted; one left."""
    line = WaitList(10)
    one, two = line.join(["a"]), line.join(["a"])
    line.grant(one, "a")
    line.grant(two, "a")
    line.leave(one)
    assert line.promised("a") == 1


def test_who_gives_up_is_passed_over() -> None:
    """From the middle as from the front, and twice is harmless."""
    line = WaitList(10)
    one, two, three = (line.join(["a"]) for _ in range(3))
    line.leave(two)
    line.leave(one)
    line.leave(one)
    assert (line.first("a"), len(line)) == (three, 1)


def test_a_full_queue_refuses() -> None:
    """Waiting is bounded; who was granted no longer counts."""
    line = WaitList(1)
    ticket = line.join(["a"])
    with pytest.raises(QueueFull, match="1 requests wait already"):
        line.join(["b"])
    line.grant(ticket, "a")
    line.join(["b"])


def test_a_ticket_for_nothing_is_a_mistake() -> None:
    """It could never be granted."""
    with pytest.raises(ValueError, match="needs a pool"):
        WaitList(1).join([])


@given(st.lists(st.tuples(st.sampled_from("jlg"), st.integers(0, 30), st.sets(st.sampled_from("abc"), min_size=1))))
def test_agrees_with_a_plain_list(steps: list[tuple[str, int, set[str]]]) -> None:
    """The same answers as the slow and obvious way, and nothing is left behind at the end."""
    line, waiting, granted = WaitList(20), list[Ticket](), list[Ticket]()
    for what, number, pools in steps:
        if what == "j" and len(waiting) < 20:
            waiting.append(line.join(sorted(pools)))
        elif what == "l" and (both := waiting + granted):
            ticket = both[number % len(both)]
            line.leave(ticket)
            (granted if ticket in granted else waiting).remove(ticket)
        elif what == "g" and waiting:
            ticket = waiting.pop(number % len(waiting))
            line.grant(ticket, ticket.pools[number % len(ticket.pools)])
            granted.append(ticket)
        assert len(line) == len(waiting)
        for pool in "abc":
            assert line.first(pool) is next((t for t in waiting if pool in t.pools), None)
            assert line.promised(pool) == sum(t.pool == pool for t in granted)
    for ticket in waiting + granted:
        line.leave(ticket)
    assert line.pools() == ()
