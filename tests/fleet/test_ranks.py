"""Classes of those who wait: who goes first, who gives way."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wrp_router.fleet.ranks import DEFAULT, SHEDDABLE, QueueFull, Ranked
from wrp_signals.facts import RANK

CRITICAL = RANK["critical"]


def ranked(*ranks: int) -> Ranked[int]:
    """These wait, by number, in this order of arrival."""
    made: Ranked[int] = Ranked()
    for number, rank in enumerate(ranks):
        made.add(number, rank)
    return made


def test_classes_stand_in_order() -> None:
    """Critical before default before sheddable, as everything here goes by."""
    assert list(RANK) == ["critical", "default", "sheddable"]
    assert (CRITICAL, DEFAULT, SHEDDABLE) == (0, 1, 2)


def test_nobody() -> None:
    """Waits: nobody is first, and there is a place for all."""
    nobody = ranked()
    assert (len(nobody), nobody.first(), nobody.lowest(), nobody.counts()) == (0, None, -1, (0, 0, 0))
    assert {nobody.in_the_way(rank, 1) for rank in RANK.values()} == {None}
    with pytest.raises(KeyError):
        nobody.remove(7, DEFAULT)


def test_higher_classes_go_first() -> None:
    """First come, first served among equals."""
    made = ranked(SHEDDABLE, DEFAULT, CRITICAL, DEFAULT, CRITICAL)
    order = []
    while (first := made.first()) is not None:
        order.append(first)
        made.remove(first, made.highest())
    assert order == [2, 4, 1, 3, 0]


@pytest.mark.parametrize(
    ("waiting", "newcomer", "limit", "gives_way"),
    [
        ([DEFAULT], DEFAULT, 2, None),
        ([DEFAULT, DEFAULT], CRITICAL, 2, 1),
        ([CRITICAL, DEFAULT, DEFAULT, CRITICAL], CRITICAL, 4, 2),
        ([SHEDDABLE], DEFAULT, 4, None),
        ([SHEDDABLE, DEFAULT], DEFAULT, 4, 0),
        ([SHEDDABLE, SHEDDABLE], CRITICAL, 4, 1),
        ([CRITICAL], SHEDDABLE, 4, None),
        ([], SHEDDABLE, 1, None),
        ([SHEDDABLE], CRITICAL, 1, 0),
    ],
)
def test_who_gives_way(waiting: list[int], newcomer: int, limit: int, gives_way: int | None) -> None:
    """The youngest of the lowest class, where there is no place, or where it may wait in half of the places only."""
    assert ranked(*waiting).in_the_way(newcomer, limit) == gives_way


@pytest.mark.parametrize(
    ("waiting", "newcomer", "limit"),
    [
        ([DEFAULT, DEFAULT], DEFAULT, 2),
        ([CRITICAL, CRITICAL], DEFAULT, 2),
        ([DEFAULT, DEFAULT], SHEDDABLE, 4),
        ([SHEDDABLE], SHEDDABLE, 2),
        ([], SHEDDABLE, 0),
        ([], CRITICAL, 0),
    ],
)
def test_who_finds_no_place(waiting: list[int], newcomer: int, limit: int) -> None:
    """Nobody below it waits; of the places that it may have, all are taken."""
    with pytest.raises(QueueFull, match=f"{len(waiting)} requests wait already"):
        ranked(*waiting).in_the_way(newcomer, limit)


@given(st.lists(st.tuples(st.sampled_from([*RANK.values()]), st.booleans())), st.integers(0, 9))
def test_whatever_comes(steps: list[tuple[int, bool]], limit: int) -> None:
    """Newcomers that displace, and turns that come, in any order: never too many, sheddable ones in half of the places
    only; who gives way is below who comes, and nobody is refused while somebody below waits."""
    made, waiting = ranked(), dict[int, int]()
    for number, (rank, served) in enumerate(steps):
        if served and waiting:
            first = made.first()
            assert first == min(waiting, key=lambda one: (waiting[one], one))
            made.remove(first, waiting.pop(first))
        try:
            displaced = made.in_the_way(rank, limit)
        except QueueFull:
            assert max(waiting.values(), default=-1) <= rank
            assert len(waiting) >= (limit / 2 if rank == SHEDDABLE else limit)
            continue
        if displaced is not None:
            assert waiting[displaced] == max(waiting.values()) > rank
            made.remove(displaced, waiting.pop(displaced))
        made.add(number, rank)
        waiting[number] = rank
        assert len(made) == sum(made.counts()) == len(waiting) <= limit
        assert SHEDDABLE not in waiting.values() or len(waiting) <= (limit + 1) // 2
        assert (made.highest(), made.lowest()) == (min(waiting.values()), max(waiting.values()))
