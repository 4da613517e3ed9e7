"""The breaker of one server: a table of states, what counts as evidence, how long it stays open. It ejects nobody by
itself: whether a pool can spare the server is for the pool to say.

Only a fault of the host is evidence (`Fault`). What one caller's requests alone do to a server that serves all others
is no fault of the host, whatever status it comes with: else anybody could take servers out by what it asks.
"""

from __future__ import annotations

import random
from enum import StrEnum

from wrp_policies.types import Ended, Fault, Outcome

from .window import NOBODY, SLOT, FailureWindow

CONSECUTIVE = 5
"""Host failures in a row that are enough to open."""

LEAST_SAMPLES = 20
WORST_SHARE = 0.5
"""Or this share of failures among at least so many requests in the window."""

LEAST_OTHERS = 0.1
"""The share of the window's requests that must be others', and no fewer than CONSECUTIVE: one answer long ago says
nothing of a server that fails now."""

OVERDUE = 10
"""Requests of others that should have come since a run of failures began, by their share of those before it: so many
do not stay away by chance (once in e^10 runs)."""

FIRST_WAIT = 5.0
LONGEST_WAIT = 60.0
JITTER = 0.5
"""Seconds open, doubled each time up to the longest; then up to half as much again, so that servers which failed
together are not tried together (Linkerd's failure accrual)."""

REFUSED = "connect"
"""The `Outcome.reason` of a connection that nobody accepted."""

TOO_MANY_REQUESTS = 429


class State(StrEnum):
    """CLOSED takes requests, OPEN takes none, HALF_OPEN takes exactly one to find out."""

    CLOSED = "closed"
    OPEN = "open"
    HALF_OPEN = "half_open"


class Event(StrEnum):
    """What moves a breaker. OK and FAILED are requests (or a failed active probe), PROBED_OK is an active probe; SLOW
    are many requests that were answered, but too late (outliers.py)."""

    OK = "ok"
    FAILED = "failed"
    FAILED_ENOUGH = "failed_enough"
    SLOW = "slow"
    WAITED = "waited"
    PROBED_OK = "probed_ok"


# Named once: on Python 3.11 every `State.CLOSED` costs 0.2 us, and a request would pay that a dozen times.
CLOSED, OPEN, HALF_OPEN = State.CLOSED, State.OPEN, State.HALF_OPEN
OK, FAILED, FAILED_ENOUGH, SLOW, WAITED, PROBED_OK = (
    Event.OK,
    Event.FAILED,
    Event.FAILED_ENOUGH,
    Event.SLOW,
    Event.WAITED,
    Event.PROBED_OK,
)
DONE, CLIENT_GONE, TIMED_OUT, HOST = Ended.DONE, Ended.CLIENT_GONE, Ended.TIMED_OUT, Fault.HOST


class IllegalStep(Exception):
    """An event that cannot happen in that state: a mistake in the fleet, not in a server."""


TABLE: dict[tuple[State, Event], State] = {
    (CLOSED, OK): CLOSED,
    (CLOSED, FAILED): CLOSED,
    (CLOSED, FAILED_ENOUGH): OPEN,
    (CLOSED, SLOW): OPEN,
    (CLOSED, PROBED_OK): CLOSED,
    (OPEN, OK): CLOSED,  # a request got through while the whole pool was out (panic)
    (OPEN, FAILED): OPEN,
    (OPEN, WAITED): HALF_OPEN,
    (OPEN, PROBED_OK): CLOSED,
    (HALF_OPEN, OK): CLOSED,
    (HALF_OPEN, FAILED): OPEN,
    (HALF_OPEN, PROBED_OK): CLOSED,
}


def step(state: State, event: Event) -> State:
    """The state after `event`. Raises IllegalStep naming both where the table has no such row."""
    try:
        return TABLE[state, event]
    except KeyError:
        raise IllegalStep(f"{event.name} while {state.name}") from None


def table_as_markdown() -> str:
    """The table, one row per state and one column per event; `-` is a pair that cannot happen."""
    head = "| state | " + " | ".join(event.value for event in Event) + " |"
    rule = "|---" * (len(Event) + 1) + "|"
    rows = [
        f"| {state.value} | "
        + " | ".join(TABLE[state, event].value if (state, event) in TABLE else "-" for event in Event)
        + " |"
        for state in State
    ]
    return "\n".join([head, rule, *rows]) + "\n"


def evidence(outcome: Outcome, state: State) -> Event | None:
    """What an outcome says about the server, if anything.

    The client leaving says nothing, nor does a fault of the request or the credentials; but an engine that answers the
    one trial request with 429 is not ready for more.
    """
    if outcome.ended is CLIENT_GONE:
        return None
    if outcome.ended is DONE:
        return OK
    if outcome.fault is HOST or (state is HALF_OPEN and outcome.status == TOO_MANY_REQUESTS):
        return FAILED
    return None


class Breaker:
    """One server's state and the counts behind it.

    `epoch` goes up with every change of state: what was sent under an older epoch is no evidence any more. `trials`
    counts the requests out in HALF_OPEN. `until` is when OPEN ends. A trial that fails doubles the wait whoever's it
    was, though it was the one who was to blame before: of a server with one caller nobody else could tell.
    """

    __slots__ = (
        "_began",
        "_blamed",
        "_openings",
        "_slowed",
        "_window",
        "epoch",
        "failures",
        "state",
        "trials",
        "until",
    )

    def __init__(self) -> None:
        self.state = CLOSED
        self.epoch = 0
        self.failures = 0
        self.trials = 0
        self.until = 0.0
        self._openings = 0
        self._slowed = 0
        self._blamed = NOBODY
        self._began = 0.0
        self._window = FailureWindow()

    def admits(self) -> bool:
        return self.state is CLOSED or (self.state is HALF_OPEN and self.trials == 0)

    def waited(self, now: float) -> bool:
        return self.state is OPEN and now >= self.until

    def note(self, event: Event, now: float, caller: str = NOBODY) -> None:
        """Counts a request, before it moves anything. Only a real success proves the server and resets the wait.
        Where nobody is the `caller` no request can be the reason: a probe, or a connection that was refused."""
        if event is OK:
            self.failures = self._openings = 0
            self._window.note(False, now, caller)
        elif event is FAILED:
            if not self.failures:
                self._began, self._blamed = now, caller
            elif caller != self._blamed:
                self._blamed = NOBODY
            self.failures += 1
            self._window.note(True, now, caller)

    def quick(self) -> None:
        """It was as fast as the others: that, and no single success, proves one that was ejected for being slow."""
        self._slowed = 0

    def enough(self, now: float) -> str:
        """Why the failures so far are enough to open; empty while they are not, and where they are one caller's while
        others are served."""
        failed, total = self._window.count(now)
        if self.failures >= CONSECUTIVE and not self._one_callers_run(now, total):
            return f"{self.failures} failures in a row"
        if total >= LEAST_SAMPLES and failed >= WORST_SHARE * total:
            others = self._others_served(now, self._window.worst(now), total)
            return "" if others else f"{failed} of {total} requests failed"
        return ""

    def _one_callers_run(self, now: float, total: int) -> bool:
        """Whether the run is one caller's, and others, who were served before it, may just have sent nothing since: it
        is younger than a slot of the window, or by their share of the requests before it too few of theirs are
        overdue. (An answer to any of them would have ended it.)"""
        others = self._others_served(now, self._blamed, total)
        before = total - self.failures
        return others > 0 and (now - self._began < SLOT or self.failures * others < OVERDUE * before)

    def _others_served(self, now: float, caller: str, total: int) -> int:
        """How many of the window's requests were others' than this one's; 0 where nobody is to blame, half of theirs
        failed, too, or they are too few among all to say anything."""
        failed, others = self._window.of_others(now, caller)
        told = caller != NOBODY and others >= max(CONSECUTIVE, LEAST_OTHERS * total)
        return others if told and failed < WORST_SHARE * others else 0

    def move(self, event: Event, now: float, rng: random.Random) -> bool:
        """Takes the step of the table; says whether the state changed. Raises IllegalStep."""
        after = step(self.state, event)
        if after is self.state:
            return False
        self.state = after
        self.epoch += 1
        self.failures = self.trials = 0
        self._window.clear()
        if after is OPEN:
            wait = min(LONGEST_WAIT, FIRST_WAIT * 2.0 ** min(max(self._openings, self._slowed), 10))
            self.until = now + wait * (1.0 + JITTER * rng.random())
            self._openings += 1
            self._slowed += event is SLOW
        return True
