"""Bytes of large bodies: counted as they come, given back, bounded in all and for each tenant."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wrp_router.live.bodies import SHARES, Bodies, TooMuchAtOnce, room

MOST, BODY = 1000, 300

TAKEN = st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, BODY), st.booleans()), max_size=60)


@given(TAKEN)
def test_never_more_than_there_is_room_for(steps: list[tuple[str, int, bool]]):
    """In all, and of one tenant; what was refused is not counted, and all is given back in the end."""
    bodies, held = Bodies(), list[tuple[str, int]]()
    for tenant, count, leaves in steps:
        if leaves and held:
            bodies.leave(*held.pop())
        with suppress(TooMuchAtOnce):
            bodies.take(tenant, count, MOST, BODY)
            held.append((tenant, count))
        assert bodies.here == sum([count for _, count in held]) <= MOST
        for name in "abc":
            assert sum([count for one, count in held if one == name]) <= MOST // SHARES
    for tenant, count in held:
        bodies.leave(tenant, count)
    assert bodies.here == 0
    bodies.take("a", MOST // SHARES, MOST, BODY)


def test_one_body_as_large_as_is_allowed_has_room():
    """Whatever the bound; a second one has none."""
    bodies = Bodies()
    bodies.take("a", 5000, MOST, 5000)
    with pytest.raises(TooMuchAtOnce) as told:
        bodies.take("b", 1, MOST, 5000)
    assert told.value.retry_after == 1.0
    assert (bodies.here, bodies.refused) == (5000, 1)


def test_no_bound():
    """Nothing is refused, and still counted."""
    bodies = Bodies()
    for _ in range(9):
        bodies.take("", 1 << 40, 0, 1)
    assert bodies.here == 9 << 40


def test_small_machines_have_room_for_less():
    """A quarter of what the process may have, if that is known; none of it where any number is asked for."""
    assert room(1 << 30, float("inf")) == 1 << 30
    assert room(1 << 30, 512 << 20) == 128 << 20
    assert room(1 << 30, 1.0) == 1
    assert room(0, 512 << 20) == 0
