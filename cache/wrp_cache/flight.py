"""Single flight: of several identical misses one goes upstream. It keeps the books and awaits nothing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, TypeVar

W = TypeVar("W")

_Key = tuple[str, bytes]


class Leader:
    """Who goes upstream. Ends once: by `land` or by `fail`."""

    __slots__ = ("_key",)

    def __init__(self, key: _Key) -> None:
        self._key = key


class Follower(Generic[W]):
    """Who waits for a leader; `waiter` is what the driver made to be woken by (a future, say)."""

    __slots__ = ("_key", "waiter")

    def __init__(self, key: _Key, waiter: W) -> None:
        self._key, self.waiter = key, waiter


class _Flight(Generic[W]):
    __slots__ = ("followers", "leader")

    def __init__(self, leader: Leader) -> None:
        self.leader = leader
        self.followers: dict[Follower[W], None] = {}


class Flights(Generic[W]):
    """Flights by (tenant, exact key). At most `seats` followers wait for one leader.

    A driver joins, and as a leader calls upstream; when the answer is whole it calls `land` and gives every waiter the
    answer. If it died without an answer it calls `fail`, and wakes the one who now leads. Followers must have sent the
    identical request, which the exact key vouches for.
    """

    __slots__ = ("_flights", "_seats")

    def __init__(self, seats: int = 1024) -> None:
        self._seats = seats
        self._flights: dict[_Key, _Flight[W]] = {}

    def __len__(self) -> int:
        """How many flights are under way."""
        return len(self._flights)

    def join(self, key: bytes, tenant: str, waiter: Callable[[], W]) -> Leader | Follower[W] | None:
        """Lead a flight, or follow the one under way; None: it is full, go upstream without books."""
        whose = (tenant, key)
        flight = self._flights.get(whose)
        if flight is None:
            leader = Leader(whose)
            self._flights[whose] = _Flight(leader)
            return leader
        if len(flight.followers) >= self._seats:
            return None
        follower = Follower(whose, waiter())
        flight.followers[follower] = None
        return follower

    def land(self, leader: Leader) -> list[W]:
        """The flight is over: everybody who waited for it, in order of arrival. A leader that was replaced or has
        ended before gets nobody."""
        if self._led_by(leader) is None:
            return []
        return [follower.waiter for follower in self._flights.pop(leader._key).followers]

    def fail(self, leader: Leader) -> tuple[Leader, W] | None:
        """The leader ended without an answer: who leads now and how to wake it, or None if nobody waits. The other
        followers wait on."""
        flight = self._led_by(leader)
        if flight is None:
            return None
        if not flight.followers:
            del self._flights[leader._key]
            return None
        first = next(iter(flight.followers))
        del flight.followers[first]
        flight.leader = Leader(leader._key)
        return flight.leader, first.waiter

    def leave(self, follower: Follower[W]) -> None:
        """A follower gave up. No error if its flight is over or it has become the leader."""
        flight = self._flights.get(follower._key)
        if flight is not None:
            flight.followers.pop(follower, None)

    def _led_by(self, leader: Leader) -> _Flight[W] | None:
        flight = self._flights.get(leader._key)
        return flight if flight is not None and flight.leader is leader else None
