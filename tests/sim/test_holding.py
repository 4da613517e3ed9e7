"""Cascades on virtual time: how long an answer is held, what is verified of it, and what the client gets."""

from __future__ import annotations

from typing import Any

import pytest

from tests.sim.makers import Stage, config, pool
from wrp_policies.cascading.types import Hold
from wrp_policies.cascading.verifiers import Logprob, Schema, VerifierSpec
from wrp_policies.selection import Cascade
from wrp_policies.selection.cascade import Holding as Held
from wrp_router.config.pools import Price
from wrp_router.fakes.asking import Refused
from wrp_router.fakes.model import Profile
from wrp_router.sim.engine import Said, SimEngine
from wrp_router.sim.holding import Holding

LENIENT, STRICT = Logprob(-5.0), Logprob(-0.001)
PACED = {"small": Profile(base_ttft=1.0, decode_tokens_per_s=10.0), "large": Profile(base_ttft=0.5)}


def stage(accept: VerifierSpec = STRICT, **changes: Any) -> Stage:
    """A cascade over two pools of one server each."""
    pools = (pool("small", 1, price=Price(1.0, 2.0)), pool("large", 1, price=Price(10.0, 20.0)))
    return Stage(config(*pools, use=Cascade(("small", "large"), accept, **changes)), PACED)


@pytest.mark.parametrize("stream", [True, False])
@pytest.mark.parametrize(("accept", "result", "who"), [(LENIENT, "accepted", "small"), (STRICT, "escalated", "large")])
def test_who_answers(stream: bool, accept: VerifierSpec, result: str, who: str) -> None:
    """Both answers are paid for where the second was needed, and the client sees no log-probabilities."""
    made = stage(accept)
    made.arrive(0.0, stream=stream)
    (reply,) = made.run()
    assert reply.row is not None
    assert (reply.row.cascade, reply.row.outcomes[-1].pool) == (result, who)
    assert b'"logprobs":null' in reply.body
    assert reply.row.cost == pytest.approx(sum(one.cost for one in reply.row.outcomes))
    assert reply.row.outcomes[0].tokens_out > 0
    assert len(reply.row.outcomes) == (1 if who == "small" else 2)


def test_the_first_byte_waits_for_the_last_token() -> None:
    """What is verified whole is given when it is whole; the engine's own time to its first token stays what it is."""
    made = stage(LENIENT)
    made.arrive(0.0, stream=True)
    (row,) = made.rows()
    (one,) = row.outcomes
    assert one.ttft == pytest.approx(1.0, abs=0.05)
    assert row.ttft == pytest.approx(one.duration)
    assert row.ttft > 2.0


@pytest.mark.parametrize(("accept", "tokens"), [(LENIENT, None), (STRICT, 5)])
def test_the_beginning_is_enough(accept: VerifierSpec, tokens: int | None) -> None:
    """Five tokens take four tenths of a second after the first; what is escalated then is cut off, and cost as much."""
    made = stage(accept, prefix=5)
    made.arrive(0.0, stream=True)
    (row,) = made.rows()
    if tokens is None:
        assert row.ttft == pytest.approx(1.4, abs=0.05)
    else:
        assert row.outcomes[0].tokens_out == tokens
        assert row.ttft == pytest.approx(1.9, abs=0.05)


@pytest.mark.parametrize(("over", "result"), [("accept", "unverified"), ("escalate", "escalated")])
@pytest.mark.parametrize("bound", [{"seconds": 0.3}, {"bytes": 1024}])
def test_bounds(over: Any, result: str, bound: Any) -> None:
    """As live."""
    made = stage(LENIENT, hold=Held(over=over, **bound))
    made.arrive(0.0, stream=True)
    (row,) = made.rows()
    assert (row.cascade, row.outcomes[0].evidence) == (result, f"over {next(iter(bound))}")


def test_the_small_answer_is_served_where_the_large_pool_cannot() -> None:
    """It takes no such request at all."""
    made = stage(STRICT)
    made.parts.fleet.drain("large", "large0")
    made.arrive(0.0)
    (row,) = made.rows()
    assert (row.cascade, row.status, row.outcomes[-1].pool) == ("", 200, "small")  # nothing is left to escalate to


class Refusing(SimEngine):
    """Refuses everything."""

    __slots__ = ()

    def answer(self, tree: dict[str, Any], model: str, now: float, handed: bool = False) -> Said:
        raise Refused(503, "the engine was told to fail", "told")


def test_returned_after_a_failure() -> None:
    """The large engine refuses: the small answer is given, at once, and without what only we asked for."""
    pools = (pool("small", 1), pool("large", 1))
    engines = {("large", "large0"): Refusing(PACED["large"])}
    made = Stage(config(*pools, use=Cascade(("small", "large"), STRICT)), PACED, engines=engines)
    made.arrive(0.0)
    (reply,) = made.run()
    assert reply.row is not None
    assert (reply.row.cascade, reply.row.status) == ("returned", 200)
    assert [one.reason for one in reply.row.outcomes] == ["rejected", "status 503"]
    assert b'"logprobs":null' in reply.body


def test_what_a_caller_asked_for_stays() -> None:
    """Whoever wants log-probabilities keeps them; a verifier that needs none asks for none."""
    assert not Holding(Hold(1, 1.0, 0, 0), {"logprobs": True}).bare
    assert not Holding(Hold(1, 1.0, 0, None), {}).bare
    assert Holding(Hold(1, 1.0, 0, 2), {}).asking() == {"logprobs": True, "top_logprobs": 2}
    made = stage(Schema())
    made.arrive(0.0, logprobs=True)
    (reply,) = made.run()
    assert b'"logprobs":{' in reply.body
