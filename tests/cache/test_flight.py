"""Who leads, who follows, and who leads next."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wrp_cache import Flights, Follower, Leader

pytestmark = pytest.mark.fault("C7")


def flights(seats: int = 1024) -> Flights[int]:
    """Books whose waiters are numbers."""
    return Flights(seats)


def join(books: Flights[int], waiter: int, key: bytes = b"k", tenant: str = "a") -> Leader | Follower[int] | None:
    """One more request."""
    return books.join(key, tenant, lambda: waiter)


def test_the_first_leads() -> None:
    """One leader; the others follow and get what it got, in order."""
    books = flights()
    leader = join(books, 0)
    assert isinstance(leader, Leader)
    assert all(isinstance(join(books, waiter), Follower) for waiter in (1, 2))
    assert len(books) == 1
    assert books.land(leader) == [1, 2]
    assert len(books) == 0
    assert books.land(leader) == []


def test_nobody_follows_another_tenant_or_key() -> None:
    """The same key of another tenant is another flight."""
    books = flights()
    assert isinstance(join(books, 0), Leader)
    assert isinstance(join(books, 1, tenant="b"), Leader)
    assert isinstance(join(books, 2, key=b"other"), Leader)


def test_a_leader_that_dies_is_followed() -> None:
    """The first follower leads then; the rest waits for it; the dead leader can do no harm."""
    books = flights()
    dead = join(books, 0)
    join(books, 1)
    join(books, 2)
    assert isinstance(dead, Leader)
    risen = books.fail(dead)
    assert risen is not None
    leader, waiter = risen
    assert waiter == 1
    assert books.land(dead) == []
    assert books.fail(dead) is None
    assert books.land(leader) == [2]


def test_a_leader_that_dies_alone() -> None:
    """Without followers the flight is over, and the next one leads anew."""
    books = flights()
    leader = join(books, 0)
    assert isinstance(leader, Leader)
    assert books.fail(leader) is None
    assert len(books) == 0
    assert isinstance(join(books, 1), Leader)


def test_a_follower_that_leaves() -> None:
    """It is neither told nor made leader; leaving twice, or after the end, is no error."""
    books = flights()
    leader, follower = join(books, 0), join(books, 1)
    join(books, 2)
    assert isinstance(leader, Leader)
    assert isinstance(follower, Follower)
    books.leave(follower)
    books.leave(follower)
    assert books.land(leader) == [2]
    books.leave(follower)


def test_a_full_flight() -> None:
    """Beyond the seats everybody goes alone, and no waiter is made."""
    books = flights(seats=1)
    join(books, 0)
    join(books, 1)
    assert books.join(b"k", "a", lambda: 1 // 0) is None


@given(st.lists(st.sampled_from(["join", "land", "fail", "leave"]), max_size=60))
def test_everybody_is_told_once(steps: list[str]) -> None:
    """Whatever happens, there is at most one leader, and no waiter is told twice."""
    books, told, waiting, leader = flights(), [], {}, None
    for number, step in enumerate(steps):
        if step == "join":
            joined = join(books, number)
            assert isinstance(joined, Follower) == (leader is not None)
            if isinstance(joined, Follower):
                waiting[number] = joined
            else:
                leader = joined
        elif step == "leave" and waiting:
            books.leave(waiting.pop(next(iter(waiting))))
        elif leader is not None and step == "land":
            told += books.land(leader)
            leader, waiting = None, {}
        elif leader is not None and step == "fail":
            risen = books.fail(leader)
            leader = risen[0] if risen else None
            told += [risen[1]] if risen else []
            if risen:
                del waiting[risen[1]]
    assert len(told) == len(set(told))
    assert len(books) == (leader is not None)
