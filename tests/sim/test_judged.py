"""Cascades whose verifier asks, on virtual time: who answers, what it costs, and how long it takes."""

from __future__ import annotations

from typing import Any

import pytest

from tests.sim.makers import Stage, config, pool
from wrp_policies.cascading.verifiers import Judge, SelfConsistency, VerifierSpec
from wrp_policies.selection import Cascade
from wrp_router.config.caching import CacheConfig
from wrp_router.config.pools import Price
from wrp_router.fakes.model import Profile
from wrp_router.sim.engine import SimEngine

SECOND = Profile(base_ttft=1.0)
STREAMED = pytest.mark.parametrize("stream", [True, False], ids=["stream", "whole"])


JUDGE = Judge("judge")


def stage(accept: VerifierSpec = JUDGE, grade: str = '{"grade": 5}', **changes: Any) -> Stage:
    """A cascade over two pools, and a third that judges; each answer takes a second."""
    pools = [pool(name, 1, price=Price(1.0, 2.0)) for name in ("small", "large", "judge")]
    rules = {"the request begins": [grade], "What is": changes.pop("says", ("It is 42.",))}
    engines = {(one.name, f"{one.name}0"): SimEngine(SECOND, rules) for one in pools}
    more = changes.pop("config", {})
    return Stage(config(*pools, use=Cascade(("small", "large"), accept, **changes), **more), engines=engines)


@STREAMED
@pytest.mark.parametrize(
    ("grade", "result", "who", "seconds"),
    [('{"grade": 5}', "accepted", "small", 2.0), ('{"grade": 1}', "escalated", "large", 3.0)],
)
def test_a_judge(stream: bool, grade: str, result: str, who: str, seconds: float) -> None:
    """One second each: for the answer, for its judge, and for the next answer where it is needed."""
    made = stage(grade=grade)
    made.arrive(0.0, stream=stream)
    (row,) = made.rows()
    assert (row.cascade, row.outcomes[-1].pool, [one.pool for one in row.inquiries]) == (result, who, ["judge"])
    assert row.duration == pytest.approx(seconds, abs=0.05)
    assert row.cost == pytest.approx(sum(one.cost for one in (*row.outcomes, *row.inquiries)))


def test_a_judge_that_is_too_slow() -> None:
    """It is not waited for."""
    made = stage(Judge("judge", patience=0.5), unknown="accept")
    made.arrive(0.0)
    (row,) = made.rows()
    assert (row.cascade, row.outcomes[0].evidence) == ("unverified", "judge: deadline")
    assert row.duration == pytest.approx(1.5, abs=0.05)


def test_a_vote() -> None:
    """Two more at once, on the server that was let go."""
    made = stage(SelfConsistency(agree="number"))
    made.arrive(0.0, stream=True)
    (row,) = made.rows()
    assert (row.cascade, len(row.inquiries)) == ("accepted", 2)
    assert row.duration == pytest.approx(2.0, abs=0.05)


def test_what_was_accepted_is_cached() -> None:
    """And served again, without a judge."""
    made = stage(config={"cache": CacheConfig(semantic=False)})
    made.arrive(0.0)
    made.arrive(10.0)
    first, second = made.rows()
    assert (first.cache, second.cache, second.inquiries) == ("miss", "hit-exact", ())


def test_the_same_again() -> None:
    """Same seed, same requests: the same rows, whatever is drawn."""

    def played() -> list[Any]:
        made = stage(SelfConsistency(agree="number", at=0.8), says=("42", "41", "42"))
        for number in range(5):
            made.arrive(float(number), f"What is {number}?")
        return [(row.cascade, row.inquiries, row.outcomes, row.plan) for row in made.rows()]

    assert played() == played()
