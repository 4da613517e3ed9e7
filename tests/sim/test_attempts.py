"""What attempts come to before modelled engines."""

from __future__ import annotations

import random

import pytest

from tests.flow.makers import ask
from tests.sim.makers import Stage, config, pool
from wrp_cache.examples import Example
from wrp_policies.selection import InContext
from wrp_policies.types import Attempt, Ended, Fault
from wrp_router.config.caching import CacheConfig
from wrp_router.fakes.asking import Refused
from wrp_router.fakes.model import INSTANT, Profile
from wrp_router.fleet import Fleet, Lease, PoolSpec, ServerSpec
from wrp_router.flow import Prefilled, Send
from wrp_router.sim.attempts import answer, outcome_of, refused_by
from wrp_router.sim.engine import SimEngine
from wrp_router.wire.extras import Extra, tree_with
from wrp_signals.facts import Facts

TREE = {"model": "auto", "messages": [{"role": "user", "content": "How do I sort a list? " * 20}]}
FACTS = Facts("r", "chat", "m")


def leased() -> tuple[Fleet, Lease]:
    fleet = Fleet([PoolSpec("p", "m", (ServerSpec("s", "http://s"),))], random.Random(0), lambda change: None)
    return fleet, fleet.lease("p", "s", 1.0)


def test_a_handed_prompt_is_not_computed() -> None:
    """The same words, sooner."""
    engine, send = SimEngine(Profile(prefill_tokens_per_s=10)), Send(Attempt("p", "s"), "m", 9.0, FACTS)
    computed = answer(engine, TREE, send, 0.0)
    handed = answer(SimEngine(Profile(prefill_tokens_per_s=10)), TREE, Send(*_of(send), Prefilled({"k": b"{}"})), 0.0)
    assert handed.text == computed.text
    assert (handed.tokens_cached, handed.timing.first_token < 0.2) == (handed.tokens_in - 1, True)
    assert computed.timing.first_token > 5.0


def _of(send: Send) -> tuple[Attempt, str, float, Facts]:
    return send.attempt, send.model, send.until, send.facts


def test_how_it_will_end() -> None:
    """Times from dispatch."""
    _, lease = leased()
    said = SimEngine(Profile(base_ttft=1.0, decode_tokens_per_s=10)).answer(TREE, "m", 1.0)
    outcome = outcome_of(lease, "m", said, 1.0, said.timing.first_token, True)
    assert (outcome.pool, outcome.server, outcome.ended, outcome.estimated) == ("p", "s", Ended.DONE, True)
    assert outcome.ttft == pytest.approx(1.0)
    assert outcome.duration > outcome.ttft


def test_a_refusal_ends_the_lease() -> None:
    """In the words of the caller's dialect, and with whose fault it was."""
    fleet, lease = leased()
    failed = refused_by(lease, "m", ask(), Refused(503, "no", "busy"), 2.0)
    assert (failed.outcome.fault, failed.outcome.status, fleet.in_flight()) == (Fault.HOST, 503, 0)
    assert failed.body is not None
    assert b'"no"' in failed.body


def test_what_goes_before_it() -> None:
    """Is read by the engine like any other message; the request that came is as it was."""
    asked = tree_with(TREE, Extra((Example("Hello?", "Yes."),)))
    assert [one["content"] for one in asked["messages"]] == ["Hello?", "Yes.", "How do I sort a list? " * 20]
    assert len(TREE["messages"]) == 1
    plain, longer = [SimEngine(INSTANT).answer(tree, "m", 0.0).tokens_in for tree in (TREE, asked)]
    assert longer > plain


def test_a_route_that_gives_examples() -> None:
    """Lives through a simulation as it would live: some of the small pool's prompts are longer by what went before."""
    use = InContext(small="small", large="large", similarity=0.3, floor=0.33)
    stage = Stage(config(pool("small"), pool("large"), use=use, cache=CacheConfig(semantic=False)))
    for number in range(60):
        stage.arrive(float(number), f"What do people say of the history of Rome, part {number}?")
    rows = stage.rows()
    given = [row for row in rows if row.plan is not None and row.plan.attempts[0].given is not None]
    plain = [row for row in rows if row.plan is not None and row.plan.attempts[0].given is None]
    assert len(given) > 5
    assert min([row.outcomes[0].tokens_in for row in given]) > max([row.outcomes[0].tokens_in for row in plain])
