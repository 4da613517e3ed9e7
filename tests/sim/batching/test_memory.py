"""Blocks that requests share, what is kept of them, and in which order it goes."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from wrp_router.sim.batching import Memory
from wrp_router.sim.batching.memory import Run


def take(memory: Memory, *blocks: int, tail: int = 0) -> Run:
    return memory.hold(blocks, memory.find(blocks), tail)


def here(memory: Memory, *blocks: int) -> int:
    return memory.find(blocks)[0]


def test_held_once() -> None:
    """Blocks that two hold count once, and stay until the second lets go."""
    memory = Memory(100, 10)
    one, two = take(memory, 1, 2, 3), take(memory, 1, 2, 4, tail=5)
    assert (memory.held, memory.spare(), memory.usage()) == (45, 55, 0.45)
    memory.let_go(one, 0)
    assert (memory.held, memory.kept) == (35, 10)
    memory.let_go(two, 5)
    assert (memory.held, memory.kept, here(memory, 1, 2, 3), here(memory, 1, 2, 4)) == (0, 45, 3, 3)


def test_found_within_a_run() -> None:
    """A prompt that leaves another's in the middle finds what they share; a part of a known one, all of itself."""
    memory = Memory(100, 10)
    memory.let_go(take(memory, 1, 2, 3, 4), 0)
    assert [memory.find(blocks)[:2] for blocks in ((1, 2, 9), (1, 2), (9,), ())] == [(2, 3), (2, 2), (0, 1), (0, 0)]
    held = take(memory, 1, 2, 9)
    assert (memory.held, memory.kept, here(memory, 1, 2, 3, 4)) == (30, 20, 4)
    assert memory.find((1, 2, 3, 4))[1] == 2
    memory.let_go(held, 0)


def test_the_oldest_tail_goes_first() -> None:
    """Who let go first loses first: generated tokens, then blocks from the end on."""
    memory = Memory(100, 10)
    memory.let_go(take(memory, 1, 2, 3, tail=7), 7)
    memory.let_go(take(memory, 4, 5), 0)
    held = take(memory, 6, 7, 8, 9, tail=8)
    assert (here(memory, 1, 2, 3), memory.evicted, memory.kept) == (3, 0, 52)
    memory.held += 8
    assert (here(memory, 1, 2, 3), here(memory, 4, 5), memory.evicted) == (2, 2, 1)
    memory.let_go(held, 16)
    take(memory, 10, 11, 12, 13, 14, 15)
    assert (here(memory, 1), here(memory, 4, 5), here(memory, 6, 7, 8, 9)) == (0, 0, 4)


def test_used_again_goes_later() -> None:
    """What was held again in between is as young as whoever let go of it last."""
    memory = Memory(60, 10)
    memory.let_go(take(memory, 1, 2, 3), 0)
    memory.let_go(take(memory, 4, 5), 0)
    memory.let_go(take(memory, 1, 2), 0)
    take(memory, 6, 7, 8)
    assert (here(memory, 1, 2, 3), here(memory, 4, 5)) == (2, 1)


def test_dropped() -> None:
    """Blocks and tokens that were not computed are gone at once; those that somebody else holds are not."""
    memory = Memory(200, 10)
    held = take(memory, 1, 2)
    memory.drop((1, 2, 3, 4, 5), take(memory, 1, 2, 3, 4, 5, tail=8), 8, 37)
    assert (memory.held, memory.kept, here(memory, 1, 2, 3, 4, 5)) == (20, 10, 3)
    memory.drop((6, 7), take(memory, 6, 7, tail=9), 9, 24)
    assert (memory.kept, here(memory, 6, 7)) == (34, 2)
    memory.drop((1, 2), take(memory, 1, 2), 0, 0)
    assert (memory.held, here(memory, 1, 2)) == (20, 2)
    memory.let_go(held, 0)
    assert memory.held == 0


def test_dropped_makes_room_first() -> None:
    """Room that is overdue is made of what is older, before anything is dropped."""
    memory = Memory(50, 10)
    memory.let_go(take(memory, 1, 2, 3), 0)
    held = take(memory, 4, 5, tail=5)
    memory.drop((4, 5), held, 5, 9)
    assert (memory.held, memory.kept, here(memory, 1, 2, 3)) == (0, 20, 2)


def test_more_held_than_there_is() -> None:
    """One request too large: nothing is kept beside it, and usage stays a share."""
    memory = Memory(50, 10)
    memory.let_go(take(memory, 1), 0)
    take(memory, 2, 3, 4, 5, 6, 7)
    assert (here(memory, 1), memory.usage(), memory.spare(), memory.kept) == (0, 1.0, -10, 0)


def test_does_not_grow() -> None:
    """Requests that leave nothing new behind leave nothing at all."""
    memory = Memory(1000, 10)
    for _ in range(5000):
        memory.let_go(take(memory, 1, 2, 3), 0)
    assert len(memory._kept) <= 1025


ids = st.lists(st.integers(0, 3), max_size=6).map(tuple)


@given(st.lists(st.tuples(ids, st.integers(0, 30), st.booleans()), max_size=60))
def test_books_are_right(script: list[tuple[tuple[int, ...], int, bool]]) -> None:
    """Whatever ids come, even the same twice in a prompt: held and kept are what the tree has, and end at nothing."""
    memory = Memory(150, 10)
    holding: list[tuple[Run, int]] = []
    for blocks, tail, lets_go in script:
        if lets_go and holding:
            memory.let_go(*holding.pop(0))
        else:
            holding.append((take(memory, *blocks, tail=tail), tail))
        memory.find(())
        blocks_held, blocks_kept = counted(memory._root)
        assert memory.held == 10 * blocks_held + sum(tail for _, tail in holding)
        assert memory.kept == 10 * blocks_kept + sum(kept.tail for kept in memory._kept)
        assert memory.held + memory.kept <= 150 or not memory.kept
    for end, tail in holding:
        memory.let_go(end, tail)
    assert memory.held == 0


def counted(run: Run) -> tuple[int, int]:
    """(blocks held, blocks kept) from there on."""
    below = [counted(follower) for follower in run.follow.values()]
    held, kept = sum(held for held, _ in below), sum(kept for _, kept in below)
    return (held + len(run.blocks), kept) if run.holders else (held, kept + len(run.blocks))
