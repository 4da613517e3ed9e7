"""Prompts that one modelled server computes for another: the same flow and the same bookings as live."""

from __future__ import annotations

import random
from itertools import pairwise
from typing import Any

import pytest

from tests.sim.makers import Stage, config, queueing
from tests.sim.test_driver import Failing
from wrp_policies.balancing import Disaggregated, LeastLoad
from wrp_policies.types import Attempt, Ended
from wrp_router.config.pools import PoolConfig, ServerConfig
from wrp_router.config.structs import Config
from wrp_router.fakes.model import Profile
from wrp_router.fleet import Fleet, PoolSpec, ServerSpec
from wrp_router.flow import Failed, Prefill, Prefilled, Send
from wrp_router.sim.prefilling import HANDED, Prefilling
from wrp_signals.facts import Facts

TEN_A_SECOND = Profile(prefill_tokens_per_s=10, decode_tokens_per_s=10, slots=1)
ASKED = "What is up with all of this? " * 4


def divided(prefills: int = 1, decodes: int = 1, limit: int = 0, alone: bool = False, **changes: Any) -> Config:
    """A pool of servers p0, p1, … and d0, d1, …"""
    servers = [ServerConfig(f"http://p{n}", f"p{n}", role="prefill") for n in range(prefills)]
    servers += [ServerConfig(f"http://d{n}", f"d{n}", role="decode") for n in range(decodes)]
    balance = Disaggregated(prefill=LeastLoad(), alone=alone)
    pool = PoolConfig("pool", tuple(servers), "m", "vllm", abilities=("chat",), balance=balance, limit=limit)
    return config(pool, **changes)


@pytest.mark.parametrize("stream", [True, False])
def test_each_half_takes_its_time(stream: bool) -> None:
    """The prompt on the one, then the tokens on the other, which computes nothing of the prompt."""
    stage = Stage(divided(), {"pool": TEN_A_SECOND})
    stage.arrive(0.0, ASKED, max_tokens=11, stream=stream)
    (row,) = stage.rows()
    (outcome,) = row.outcomes
    assert row.duration == pytest.approx(3.1 + 1.1, abs=0.11)
    assert (outcome.server, outcome.prefill, outcome.finish_reason) == ("d0", "p0", "length")
    assert row.ttft == pytest.approx(3.1 + (0.1 if stream else 1.1), abs=0.11)
    assert outcome.ttft == pytest.approx(0.1 if stream else 1.1, abs=0.01)


def test_prompts_do_not_hold_up_answers() -> None:
    """A second prompt is computed while the first answer is given: with one server for both it would wait."""
    stage = Stage(divided(), {"pool": TEN_A_SECOND})
    for number in range(2):
        stage.arrive(0.0, f"{number} {ASKED}", max_tokens=20)
    first, second = stage.rows()
    assert second.duration - first.duration == pytest.approx(3.1, abs=0.3)


def test_one_that_turns_it_away_is_passed_over() -> None:
    """At once; the row has both."""
    stage = Stage(divided(prefills=2), engines={("pool", "p0"): Failing(503, 1)})
    stage.arrive(0.0)
    (row,) = stage.rows()
    assert [(one.server, one.status, one.prefill) for one in row.outcomes] == [("p0", 503, ""), ("d0", 200, "p1")]
    assert row.duration == pytest.approx(0.0, abs=0.01)


def test_all_turn_it_away() -> None:
    """What the last one said is the answer, and what was held is given back."""
    stage = Stage(divided(), engines={("pool", "p0"): Failing(503, 9)})
    stage.arrive(0.0)
    (row,) = stage.rows()
    assert (row.status, {one.server for one in row.outcomes}) == (503, {"p0"})


def test_alone_if_it_may() -> None:
    """The server that was held is charged with the prompt then."""
    stage = Stage(divided(alone=True), {"pool": TEN_A_SECOND}, engines={("pool", "p0"): Failing(503, 9)})
    stage.arrive(0.0, ASKED, max_tokens=1)
    (row,) = stage.rows()
    assert [(one.server, one.ended) for one in row.outcomes] == [("p0", Ended.FAILED), ("d0", Ended.DONE)]
    assert row.duration == pytest.approx(3.1, abs=0.3)


def test_a_decode_server_that_fails_is_replaced() -> None:
    """The prompt is computed again, for the other."""
    stage = Stage(divided(decodes=2), engines={("pool", "d0"): Failing(500, 1)})
    stage.arrive(0.0)
    (row,) = stage.rows()
    assert [(one.server, one.prefill) for one in row.outcomes] == [("d0", "p0"), ("d1", "p0")]


def test_who_waits_gets_both() -> None:
    """With room for one request, they are served one after the other."""
    stage = Stage(divided(limit=1, timeouts=queueing(100.0)), {"pool": TEN_A_SECOND})
    for number in range(4):
        stage.arrive(0.0, f"{number} {ASKED}", max_tokens=11)
    rows = stage.rows()
    assert [row.status for row in rows] == [200] * 4
    steps = [later.duration - sooner.duration for sooner, later in pairwise(rows)]
    assert steps == pytest.approx([4.1] * 3, abs=0.3)


FACTS = Facts("r", "chat", "m", prompt_tokens=100)


def pair(limit: int = 1) -> tuple[Fleet, Prefilling]:
    servers = (ServerSpec("p0", "http://p", limit, role="prefill"), ServerSpec("d0", "http://d", limit, role="decode"))
    fleet = Fleet([PoolSpec("pool", "m", servers)], random.Random(0), lambda change: None)
    return fleet, Prefilling(fleet)


def asking(attempt: Attempt) -> Prefill:
    return Prefill(attempt, "p0", "m", 1.0, FACTS)


def test_both_are_taken_or_neither_is_charged() -> None:
    """A full server of either half says so; what was taken for the attempt is kept for the next that is asked."""
    fleet, prefilling = pair()
    made = Attempt("pool", "d0", 0.0, ("p0",))
    taken = fleet.lease("pool", "p0", 0.0)
    busy = prefilling.take(asking(made), None, 0.0)
    assert isinstance(busy, Failed)
    assert (busy.outcome.server, busy.outcome.reason, fleet.in_flight()) == ("p0", "busy", 2)
    taken.abandon(0.0)
    lease = prefilling.take(asking(made), None, 0.0)
    assert not isinstance(lease, Failed)
    assert (lease.server, fleet.in_flight()) == ("p0", 2)
    held = prefilling.lease_for(Send(made, "m", 1.0, FACTS, HANDED), 0.0)
    assert held is not None
    assert (held.server, held.uncached) == ("d0", 0)
    assert prefilling.lease_for(Send(made, "m", 1.0, FACTS, Prefilled({})), 0.0) is None


def test_another_attempt_lets_go_of_what_was_held() -> None:
    """Nobody will come back for it."""
    fleet, prefilling = pair()
    prefilling.take(asking(Attempt("pool", "d0", 0.0, ("p0",))), None, 0.0)
    assert prefilling.lease_for(Send(Attempt("other", "x"), "m", 1.0, FACTS), 0.0) is None
    assert fleet.in_flight() == 1
    prefilling.drop(0.0)
    assert fleet.in_flight() == 1
