"""Lanes of one class: one of each tenant in turn."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wrp_router.fleet.lanes import Lanes


def lanes(*tenants: str) -> Lanes[int]:
    """These wait, by number, in this order of arrival."""
    made: Lanes[int] = Lanes()
    for number, tenant in enumerate(tenants):
        made.add(number, tenant)
    return made


def order(made: Lanes[int], tenants: list[str] | str) -> list[int]:
    """In which order they are served."""
    found = []
    while (first := made.first()) is not None:
        found.append(first)
        made.remove(first, tenants[first])
        made.served(tenants[first])
    return found


def test_nobody() -> None:
    """Waits."""
    nobody = lanes()
    assert (len(nobody), nobody.first(), nobody.before("a"), nobody.crowding("a")) == (0, None, 0, None)
    with pytest.raises(KeyError):
        nobody.remove(7, "a")
    with pytest.raises(ValueError, match="empty"):
        nobody.youngest()


def test_one_tenant_is_served_in_order_of_arrival() -> None:
    """As if there were no lanes."""
    assert order(lanes(*"aaaa"), "aaaa") == [0, 1, 2, 3]


def test_tenants_take_turns() -> None:
    """Whoever sent a flood waits behind himself."""
    assert order(lanes(*"aaaabbc"), "aaaabbc") == [0, 4, 6, 1, 5, 2, 3]


def test_who_gives_up_takes_no_turn() -> None:
    """The round goes on where it was."""
    made = lanes(*"aabb")
    made.remove(0, "a")
    assert order(made, "aabb") == [1, 2, 3]


def test_a_tenant_that_comes_anew_is_not_served_twice() -> None:
    """It had its turn; its next request is at the end of the round."""
    made = lanes(*"abc")
    made.remove(0, "a")
    made.served("a")
    made.add(3, "a")
    assert order(made, "abca") == [1, 2, 3]


def test_the_youngest_of_the_longest_lane_is_in_the_way() -> None:
    """Of a tenant that would keep more than another is to get; nobody where all have as much."""
    made = lanes(*"aaab")
    assert (made.youngest(), made.crowding("b"), made.crowding("c"), made.crowding("a")) == (2, 2, 2, None)
    assert lanes(*"aab").crowding("b") is None
    assert lanes(*"ab").crowding("c") is None


@given(st.lists(st.sampled_from("aaaabc"), max_size=30), st.sampled_from("abcd"))
def test_how_many_come_before(tenants: list[str], newcomer: str) -> None:
    """No more than are told, whatever the round stands at."""
    made = lanes(*tenants)
    told = made.before(newcomer)
    made.add(len(tenants), newcomer)
    assert order(made, [*tenants, newcomer]).index(len(tenants)) <= told


def test_a_lane_counts_for_no_more_than_it_is() -> None:
    """Fifty tenants with one request each have one turn each before a flood's next, not one for each of its own."""
    made = lanes(*["flood"] * 3, *[f"t{number}" for number in range(50)])
    assert (made.before("flood"), made.before("t0"), made.before("new")) == (53, 52, 51)


@given(st.lists(st.tuples(st.sampled_from("aaab"), st.booleans()), max_size=60))
def test_nobody_is_served_twice_before_who_waits(steps: list[tuple[str, bool]]) -> None:
    """Whatever comes between: while somebody of a tenant waits, every other has at most one turn more than it."""
    made: Lanes[int] = Lanes()
    waiting, since = dict[int, str](), dict[str, Counter[str]]()
    for number, (tenant, serve) in enumerate(steps):
        made.add(number, tenant)
        waiting[number] = tenant
        since.setdefault(tenant, Counter())
        if serve:
            first = made.first()
            assert first is not None
            made.remove(first, waiting[first])
            turn = waiting.pop(first)
            made.served(turn)
            since.pop(turn, None)
            for counts in since.values():
                counts[turn] += 1
                assert counts[turn] <= 1
            if turn in waiting.values():
                since[turn] = Counter()
    assert len(made) == len(waiting) == sum(made.waiting(tenant) for tenant in "ab")
