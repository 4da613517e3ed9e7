"""How many retries the fleet can bear. It knows neither requests nor servers."""

from __future__ import annotations

SLOTS = 10


class RetryBudget:
    """Two bounds, and a retry must keep both.

    At any instant retries in flight <= max(`floor`, `ratio` * active requests) (Envoy's retry budget); and over any
    `ttl` seconds retries <= `ratio` * requests + `ttl` * `per_second` (the token bucket of tower and Linkerd: requests
    deposit, retries withdraw, both expire). Requests that may be shed leave half of it to the others.

    Callers retry, too, and nobody can stop them but by a word: they `may_retry` while no more requests failed in the
    last `ttl` seconds than max(`floor`, `ratio` * requests). So a failure that is rare is made good, and a storm is not
    multiplied by those outside.
    """

    __slots__ = (
        "_balance", "_failures", "_floor", "_in_flight", "_ratio", "_requests", "_reserve", "_slot",
        "_slots_per_second",
    )  # fmt: skip

    def __init__(self, ratio: float = 0.2, floor: int = 3, ttl: float = 10.0, per_second: float = 10.0) -> None:
        self._ratio = ratio
        self._floor = floor
        self._reserve = ttl * per_second
        self._slots_per_second = SLOTS / ttl
        self._balance = [0.0] * SLOTS
        self._requests = [0] * SLOTS
        self._failures = [0] * SLOTS
        self._slot = 0
        self._in_flight = 0

    @property
    def in_flight(self) -> int:
        """Retries taken and not yet given back."""
        return self._in_flight

    def note_request(self, now: float) -> None:
        """A request (not a retry) came in."""
        slot = self._turn(now)
        self._balance[slot] += self._ratio
        self._requests[slot] += 1

    def note_failure(self, now: float) -> None:
        """One ended without an answer, and an engine is at fault."""
        self._failures[self._turn(now)] += 1

    def may_retry(self, now: float) -> bool:
        """Whether its caller may try it again."""
        self._turn(now)
        return sum(self._failures) <= max(self._floor, self._ratio * sum(self._requests))

    def try_take(self, active: int, now: float, sheddable: bool = False) -> bool:
        """Whether one more retry may start beside `active` requests in flight. If so it counts until `give_back`. One
        that is `sheddable` may not where it would take more than half of those in flight, or of the reserve."""
        share = 0.5 if sheddable else 1.0
        if self._in_flight + 1 > share * max(self._floor, self._ratio * active):
            return False
        here = self._turn(now)
        # a hair of slack: five deposits of 0.2 are one retry, in floats as well
        if sum(self._balance) + share * self._reserve < 1.0 - 1e-6:
            return False
        self._balance[here] -= 1.0
        self._in_flight += 1
        return True

    def give_back(self) -> None:
        """A retry ended, whichever way. Raises ValueError when none was out."""
        if not self._in_flight:
            raise ValueError("no retry is out")
        self._in_flight -= 1

    def _turn(self, now: float) -> int:
        """The slot of `now`; those that have expired since the last call are emptied."""
        slot = int(now * self._slots_per_second)
        if slot > self._slot:
            for passed in range(max(self._slot + 1, slot - SLOTS + 1), slot + 1):
                self._balance[passed % SLOTS] = 0.0
                self._requests[passed % SLOTS] = self._failures[passed % SLOTS] = 0
            self._slot = slot
        return self._slot % SLOTS
