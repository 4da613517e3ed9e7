"""Documents at hand, and changes that wait."""

from __future__ import annotations

import pytest

from tests.cache.makers import entry
from wrp_cache.stores import StoreFailed
from wrp_cache.stores.desk import Desk, Purged

BIG = 1000
ROOM = 3 * (256 + BIG + 4)


def document(at: int, **fields: object):
    return entry(b"%d" % at, **({"body": b"x" * BIG, "asked": "?"} | fields))


def test_what_was_longest_unused_goes_first():
    """And what is asked for stays."""
    desk = Desk(ROOM, 0)
    for at in (1, 2, 3):
        desk.keep(b"%d" % at, document(at))
    assert desk.get(b"1") is not None
    desk.keep(b"4", document(4))
    assert [desk.holds(b"%d" % at) for at in (1, 2, 3, 4)] == [True, False, True, True]
    assert (len(desk), desk.nbytes) == (3, ROOM)
    desk.keep(b"4", document(4, body=b""))
    assert desk.nbytes == ROOM - BIG


def test_what_is_larger_than_all_room_is_not_kept():
    """And pushes nothing out."""
    desk = Desk(ROOM, 0)
    desk.keep(b"1", document(1))
    desk.keep(b"2", document(2, body=b"x" * ROOM))
    assert [desk.holds(b"1"), desk.holds(b"2")] == [True, False]
    desk.keep(b"1", document(1, body=b"x" * ROOM))
    assert (len(desk), desk.nbytes) == (0, 0)


def test_what_waits_is_had_until_it_is_written():
    """Whatever room there is for what is not."""
    desk = Desk(0, 10_000)
    assert desk.take(b"1", document(1)) == 1
    assert desk.take(b"2", document(2)) == 2
    desk.wrote(1)
    assert (desk.get(b"1"), desk.get(b"2")) == (None, document(2))
    assert (desk.waiting, desk.taken, desk.written) == (1, 2, 1)
    desk.wrote(0)
    assert desk.written == 1


def test_a_later_change_of_the_same_name_waits_on():
    """The document of the earlier one does not come back."""
    desk = Desk(0, 10_000)
    desk.take(b"1", document(1))
    desk.take(b"1", None)
    assert desk.gone(b"1")
    desk.wrote(1)
    assert desk.gone(b"1")
    assert desk.get(b"1") is None
    desk.wrote(2)
    assert not desk.gone(b"1")


def test_the_backlog_is_bounded():
    """By bytes; what is written makes room again."""
    desk = Desk(0, 2600)
    desk.take(b"1", document(1))
    desk.take(b"2", document(2))
    with pytest.raises(StoreFailed):
        desk.take(b"3", document(3))
    assert desk.get(b"3") is None
    desk.wrote(1)
    desk.take(b"3", document(3))


def test_a_purge_takes_what_is_kept_and_what_waits():
    """Until it is written itself."""
    desk = Desk(10_000, 10_000)
    desk.keep(b"1", document(1))
    desk.take(b"2", document(2))
    desk.take(b"3", document(3, tenant="b"))
    assert desk.purge("a", None) == 3
    assert [desk.holds(b"%d" % at) for at in (1, 2, 3)] == [False, False, True]
    desk.wrote(2)
    assert desk.gone(b"2")
    desk.wrote(3)
    assert not desk.gone(b"2")
    assert desk.waiting == 0


def test_what_is_buried_waits_under_its_own_number():
    """Nothing more is to be written for it."""
    desk = Desk(10_000, 10_000)
    desk.take(b"1", document(1))
    assert desk.bury(None, b"p") == [b"1"]
    assert desk.taken == 1
    assert desk.gone(b"1")
    desk.wrote(1)
    assert not desk.gone(b"1")


def test_purges_are_remembered_while_somebody_reads():
    """And counted always."""
    purged = Purged()
    assert not purged.covers("a", b"p")
    purged.add("a", None)
    purged.add("b", b"p")
    assert [purged.covers("a", b"q"), purged.covers("b", b"p"), purged.covers("b", b"q")] == [True, True, False]
    purged.recall("d", None)
    assert (purged.covers("d", b"q"), purged.times) == (True, 2)
    purged.again()
    assert [purged.covers("d", b"q"), purged.covers("a", b"q")] == [False, True]
    purged.done()
    purged.add("c", None)
    assert [purged.covers("a", b"q"), purged.covers("c", b"q")] == [False, False]
    assert purged.times == 3
