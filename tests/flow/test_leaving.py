"""The client leaves: in whatever phase, there is one row that says so, and nothing stays taken."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from tests.flow.makers import (
    BOTH,
    NORTH,
    arrived,
    ask,
    cache,
    delivered,
    entry,
    failed,
    outcome,
    play,
    pools,
    rooms,
    row_of,
    way,
)
from wrp_policies import Planner, RoundRobin
from wrp_policies.learning.learner import Learned
from wrp_policies.selection.epsilon_greedy import EpsilonGreedy
from wrp_policies.types import Ended, Outcome
from wrp_router.fakes.playbook import Playbook, Throw
from wrp_router.flow import (
    Answer,
    ClientGone,
    Delivered,
    Embed,
    Enter,
    Entered,
    Failed,
    Pause,
    Read,
    Relay,
    Rooms,
    Send,
)
from wrp_router.record import Phase, Row
from wrp_signals.facts import Reading
from wrp_signals.materials import Materials

CURIOUS = ('about == "x"', way("x"))
GONE = outcome(ended=Ended.CLIENT_GONE, tokens_out=3, finish_reason="")


def everything() -> Rooms:
    """Rooms in which a request goes through every phase."""
    schema: Any = {"about": "string"}
    return rooms(CURIOUS, ("true", way("all")), schema=schema, cache=cache(), semantic=True)


SCRIPT: tuple[tuple[type, Any, Phase], ...] = (
    (Read, {"about": Reading("y")}, "queue"),
    (Embed, NORTH, "queue"),
    (Enter, Entered(pools(), 100.0), "queue"),
    (Send, failed(), "ttft"),
    (Pause, None, "ttft"),
    (Send, arrived(), "ttft"),
    (Relay, delivered("small-b"), "stream"),
)
"""What a request goes through that fails over once, and the phase that the driver is in then."""


def left(book: Playbook, phase: Phase, running: Outcome | None = None, *, at: type) -> Row:
    """The row of a flow whose client leaves while this command is carried out."""
    book << at >> Throw(ClientGone(phase, running))
    return row_of(book)


@pytest.mark.parametrize("steps", range(len(SCRIPT)))
def test_there_is_one_row_in_every_phase(steps: int) -> None:
    """It names the phase, keeps what happened before, and the retry budget is whole again."""
    made = everything()
    book = play(ask(), made, now=100.001)
    for command, reply, _ in SCRIPT[:steps]:
        book << command >> reply
    at, _, phase = SCRIPT[steps]
    running = GONE if at in (Send, Relay) else None
    row = left(book, phase, running, at=at)
    assert (row.gone, row.status, row.error) == (phase, 499, "client_gone")
    failures = sum(isinstance(reply, Failed) for _, reply, _ in SCRIPT[:steps])
    assert len(row.outcomes) == failures + (running is not None)
    assert made.retries.in_flight == 0


def test_the_row_has_the_running_attempt_priced() -> None:
    """Tokens that nobody read were generated all the same."""
    book = play(ask(), rooms()) << Send >> arrived()
    row = left(book, "stream", GONE, at=Relay)
    assert [one.ended for one in row.outcomes] == [Ended.CLIENT_GONE]
    assert row.cost == pytest.approx((10 + 3 * 2) / 1e6)


@pytest.mark.parametrize(("at", "phase"), [(Send, "ttft"), (Relay, "stream")])
def test_what_nobody_read_comes_out_of_the_budget(at: type, phase: Phase) -> None:
    """Whoever chooses the pool hears what it cost, and learns nothing else."""
    policy = EpsilonGreedy(pools=BOTH, budget=1e-6).build(Materials())
    made = rooms(("true", way("all", planner=Planner(policy, {name: RoundRobin() for name in BOTH}, "epsilon_greedy"))))
    book = play(ask(), made)
    if at is Relay:
        book << Send >> arrived()
    row = left(book, phase, GONE, at=at)
    learned = msgspec.json.decode(policy.state(), type=Learned)
    assert learned.account is not None
    assert learned.account.spent == pytest.approx(row.cost) != 0.0
    assert {sum(lengths.counts) for lengths in learned.lengths.values()} == {0.0}


def test_an_attempt_before_any_pool_was_tried_has_no_price() -> None:
    """A driver that hands in an outcome in line is believed."""
    row = left(play(ask(), rooms()), "queue", GONE, at=Enter)
    assert (row.outcomes, row.cost) == ((GONE,), 0.0)


def test_the_row_says_how_long_the_client_waited() -> None:
    """From its arrival to its leaving."""
    row = left(play(ask(), rooms(), now=101.5), "queue", at=Enter)
    assert row.duration == pytest.approx(1.5)


def test_a_client_may_leave_while_a_hit_is_written() -> None:
    """What was found stays in the row."""
    book = play(ask(), rooms(cache=cache(entry())))
    row = left(book, "stream", at=Answer)
    assert (row.gone, row.cache, row.status) == ("stream", "hit-exact", 499)


def test_a_client_may_leave_while_an_error_is_written() -> None:
    """Then it never saw the error; the row has 499."""
    book = play(ask(view={"model": "gpt-0"}), rooms())
    row = left(book, "stream", at=Answer)
    assert (row.gone, row.status, row.error) == ("stream", 499, "client_gone")


def test_a_client_may_leave_while_an_engines_error_is_written() -> None:
    """The attempt that failed stays in the row, and the budget is whole."""
    made = rooms()
    book = play(ask(), made)
    for server in ("small-a", "small-b", "large-a"):
        book << Send >> failed(server, body=b"no")
    row = left(book, "stream", at=Answer)
    assert (len(row.outcomes), row.status, made.retries.in_flight) == (3, 499, 0)


@pytest.mark.parametrize(("at", "replies"), [(Pause, ()), (Send, (None,))])
def test_a_closed_flow_gives_its_retry_back(at: type, replies: tuple[Any, ...]) -> None:
    """A driver that dies without a word closes the flow in its retry; no row is expected of it."""
    made = rooms()
    book = play(ask(), made) << Send >> failed() << Pause
    for reply in replies:
        book >> reply << Send
    assert (type(book.command), made.retries.in_flight) == (at, 1)
    book.close()
    assert made.retries.in_flight == 0


def test_leaving_after_the_last_byte_is_no_leaving() -> None:
    """What was delivered is delivered."""
    book = play(ask(), rooms()) << Send >> arrived() << Relay >> Delivered(outcome=outcome(), last=1.0)
    row = row_of(book)
    assert (row.gone, row.status, row.duration) == ("", 200, 1.0)
