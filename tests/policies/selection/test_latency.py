"""The soonest pool."""

from __future__ import annotations

import random

import pytest

from tests.policies.makers import facts, outcome, pool
from tests.policies.selection.learning import PLAN
from wrp_policies import Choice, Ended, NoCapablePool, Pool, Selection, Server
from wrp_policies.selection import Latency
from wrp_signals.materials import Materials


def at(name: str, ttft: float, tpot: float = 0.0) -> Pool:
    return pool(name, of=(Server(f"{name}0", ttft=ttft, tpot=tpot),))


def select(policy: Selection, *pools: Pool, **asked: object) -> Choice:
    return policy.select(facts(**asked), pools, 1.0, random.Random(1))


def built(**keys: object) -> Selection:
    return Latency(("a", "b", "c"), **keys).build(Materials.none())  # type: ignore[arg-type]


def test_first_and_last_token() -> None:
    """One begins sooner, the other ends sooner; of a short answer, the first does both."""
    pools = (at("a", 0.2, 0.05), at("b", 0.8, 0.01))
    assert select(built(until="first"), *pools).pools == ("a", "b")
    assert select(built(until="last"), *pools).pools == ("b", "a")
    assert select(built(until="last"), *pools, max_tokens=2).pools == ("a", "b")


def test_stays_until_another_is_clearly_sooner() -> None:
    """Within the margin noise decides nothing."""
    policy = built(until="first", margin=0.2)
    policy.learn(facts(), PLAN, outcome("b", "s"))
    stays = select(policy, at("a", 0.9), at("b", 1.0))
    assert (stays.pools, stays.why) == (("b", "a"), "latency: b at 1.00 s is soon enough to stay")
    goes = select(policy, at("a", 0.79), at("b", 1.0))
    assert (goes.pools, goes.why) == (("a", "b"), "latency: a at 0.79 s is soonest")


@pytest.mark.parametrize("changes", [{"ended": Ended.FAILED}, {"pool_name": "gone"}])
def test_only_answers_of_its_pools_hold_it(changes: dict[str, object]) -> None:
    """A failure holds nobody, nor does an answer of a pool that is not its own."""
    policy = built(until="first")
    policy.learn(facts(), PLAN, outcome(str(changes.pop("pool_name", "b")), "s", **changes))
    assert select(policy, at("a", 0.9), at("b", 1.0)).pools[0] == "a"


def test_who_is_not_measured_yet_is_tried() -> None:
    """It counts as soonest."""
    assert select(built(), at("a", 0.1), at("c", 0.0)).pools[0] == "c"


def test_the_one_it_stays_with_may_be_down() -> None:
    """Then the soonest of the others."""
    policy = built(until="first")
    policy.learn(facts(), PLAN, outcome("c", "s"))
    assert select(policy, at("a", 0.9), at("b", 1.0)).pools[0] == "a"


def test_state_is_who_answered_last() -> None:
    """Of a pool that is gone nothing is taken up; judgements change nothing."""
    policy, other = built(), Latency(("a",)).build(Materials.none())
    policy.learn(facts(), PLAN, outcome("b", "s"))
    policy.judged(facts(), PLAN, outcome("a", "s"), 1.0)
    assert policy.state() == b'{"last":"b"}'
    other.restore(policy.state())
    assert other.state() == b'{"last":""}'
    policy.restore(b"")
    assert policy.state() == b'{"last":"b"}'
    assert policy.tiers == frozenset()


def test_nobody_can() -> None:
    """As all policies refuse it."""
    with pytest.raises(NoCapablePool):
        select(built(), at("a", 0.1), tools=1)
