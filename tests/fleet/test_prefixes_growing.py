"""Who holds which prefix, where blocks grow with their depth."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tests.fleet.test_prefixes import PREFIX, SERVERS, Prefix
from wrp_router.fleet.prefixes import Prefixes


def test_larger_blocks_count_as_many() -> None:
    """Of ten blocks' room a prompt of 1 + 1 + 4 + 8 has all but its last, largest block."""
    ours = Prefixes([0, 100, 200, 600, 1400], 10)
    assert ours.note("s0", (1, 2, 3, 4)) == 0
    assert ours.tokens((1, 2, 3, 4)) == {"s0": 600}
    assert [ours.span(count) for count in range(5)] == [0, 100, 200, 600, 1400]
    assert ours.note("s0", (1, 2, 5)) == 2
    assert ours.tokens((1, 2, 3)) == {"s0": 600}
    ours.note("s0", (6,))
    assert ours.tokens((1, 2, 3)) == {"s0": 200}
    assert ours.tokens((1, 2, 5)) == {"s0": 600}


@given(st.lists(st.tuples(st.sampled_from(SERVERS), PREFIX), max_size=80), st.integers(3, 40))
def test_never_more_than_there_is_room_for(given: list[tuple[str, Prefix]], capacity: int) -> None:
    """In blocks of the first one's size, whatever came when; forgotten servers hold nothing."""
    ruler = [0, 1, 2, 4, 8, 16, 32, 64]
    ours = Prefixes(ruler, capacity)
    for server, blocks in given:
        ours.note(server, blocks)
        for kept, taken in zip(ours._kept, ours._taken, strict=True):
            assert taken == sum(kept.values()) <= capacity
    for server in SERVERS:
        ours.forget(server)
    assert (len(ours), sum(ours._taken)) == (0, 0)
