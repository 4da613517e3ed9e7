"""One router before modelled engines."""

from __future__ import annotations

import random

from tests.sim.trial.making import InOrder
from wrp_policies import Ended, Fault, Outcome, Plan
from wrp_router.fleet import PoolSpec, ServerSpec
from wrp_router.sim.traces import Arrival
from wrp_router.sim.trial.router import POOL, Request, Router
from wrp_signals.facts import Facts


class Noting(InOrder):
    """Notes what it is told of placements and outcomes."""

    def __init__(self) -> None:
        super().__init__()
        self.places: list[tuple[str, float]] = []
        self.outcomes: list[Outcome] = []

    def placed(self, facts: Facts, server: str, now: float) -> None:
        self.places.append((server, now))

    def learn(self, facts: Facts, plan: Plan, outcome: Outcome) -> None:
        assert [attempt.server for attempt in plan.attempts] == [outcome.server]
        self.outcomes.append(outcome)


def router() -> tuple[Router, Noting]:
    policy = Noting()
    servers = (ServerSpec("s0", "http://sim"), ServerSpec("s1", "http://sim"))
    return Router(PoolSpec(POOL, "model", servers), policy, random.Random(0)), policy


def request(made: Router, number: int = 0) -> Request:
    facts = Facts(str(number), "chat", "model", prompt_tokens=100, stream=True)
    return Request(number, Arrival(0.0, 100, 20), facts, made)


def test_a_request_that_ends_well():
    """The policy hears where it went at once, and at its end what an engine would have said of it."""
    made, policy = router()
    asked = request(made)
    assert made.choose(asked.facts, 0.0) == ("s0", "s1")
    made.take(asked, "s1", 1.0)
    assert policy.places == [("s1", 1.0)]
    assert made.fleet.in_flight() == 1
    made.ended(asked, 64, 3.0, 0.5)
    (outcome,) = policy.outcomes
    assert (outcome.server, outcome.ended, outcome.status) == ("s1", Ended.DONE, 200)
    assert (outcome.ttft, outcome.duration) == (0.5, 2.0)
    assert (outcome.tokens_in, outcome.tokens_out, outcome.tokens_cached) == (100, 20, 64)
    assert made.fleet.in_flight() == 0


def test_a_server_that_fails_is_left_out():
    """After a few connections that nobody accepts the breaker opens; then the policy is not even asked for it."""
    made, policy = router()
    for number in range(5):
        asked = request(made, number)
        made.take(asked, "s0", 1.0)
        made.failed(asked, 1.0, "connect")
    assert {(one.ended, one.fault, one.reason) for one in policy.outcomes} == {(Ended.FAILED, Fault.HOST, "connect")}
    assert made.choose(request(made).facts, 1.0) == ("s1",)


def test_nobody_to_choose_from():
    """Where all drain, the policy is not asked at all."""
    made, policy = router()
    for name in ("s0", "s1"):
        made.fleet.drain(POOL, name)
    assert made.choose(request(made).facts, 0.0) == ()
    assert policy.seen == []
