"""The small pool, the small pool with examples, or the large one."""

from __future__ import annotations

import random
from typing import Any

import msgspec
import numpy as np
import pytest

from tests.policies import makers
from tests.policies.examples.making import DIM, axis, between
from wrp_policies import NoCapablePool
from wrp_policies.examples.types import Exemplary
from wrp_policies.learning.reward import Objective
from wrp_policies.selection import InContext
from wrp_policies.selection.in_context import ROOM, Aiding, given_in
from wrp_policies.types import Attempt, Choice, Outcome, Plan, Pools, Server
from wrp_signals.errors import TierMissing
from wrp_signals.facts import Facts, packed
from wrp_signals.materials import Materials

FREE = Objective()
SMALL = makers.pool("small", price_in=0.1, price_out=0.2)
LARGE = makers.pool("large", price_in=10.0, price_out=30.0)
POOLS: Pools = (SMALL, LARGE)


class Axes:
    """An embedder that is only asked for its name."""

    id, dim = "axes", DIM

    def embed(self, texts: object) -> Any:
        raise NotImplementedError


def policy(**changes: Any) -> Aiding:
    spec = InContext(**{"small": "small", "large": "large", "objective": FREE, **changes})
    return spec.build(Materials(static=Axes()))


def asking(id: str = "q", near: float = 0.9, **changes: Any) -> Facts:
    """A question so like the one that is on the shelf."""
    return makers.facts(id=id, tenant="t", shelf="s", vectors={"static": packed(between(near))}, **changes)


def taught(made: Aiding, *ids: str, tokens: int = 100, now: float = 0.0) -> Aiding:
    """With these examples, all for the first axis or near it."""
    for number, id in enumerate(ids):
        vector = packed(between(1.0 - number / 10, other=number + 2))
        facts = makers.facts(id=id, tenant="t", shelf="s", vectors={"static": vector})
        assert made.keep(facts, tokens, 200, now, float("inf"))
    return made


def until_aided(made: Aiding, facts: Facts, pools: Pools = POOLS) -> Choice | None:
    """A choice with examples, if chance ever makes one."""
    choices = [made.select(facts, pools, 1.0, random.Random(seed)) for seed in range(300)]
    return next((one for one in choices if one.given is not None), None)


def told(made: Aiding, facts: Facts, choice: Choice, quality: float) -> None:
    """How the choice's answer was."""
    attempt = Attempt(choice.pools[0], "x0", given=choice.given)
    plan = Plan((attempt,), choice.why, "", choice.propensity, choice.chances)
    outcome = makers.outcome(attempt.pool, "x0", tokens_out=100)
    made.learn(facts, plan, outcome)
    made.judged(facts, plan, outcome, quality)


def test_three_to_choose_from() -> None:
    """Chances are of all three, each has its floor, and the one that is drawn says how likely it was; pools are named
    once, the first one's is asked, the other is its spare."""
    made, seen = taught(policy(floor=0.1), "e1"), set[str]()
    for seed in range(200):
        choice = made.select(asking(), POOLS, 1.0, random.Random(seed))
        assert set(choice.chances) == {"small", "small+examples", "large"}
        assert sum(choice.chances.values()) == pytest.approx(1.0)
        assert min(choice.chances.values()) == pytest.approx(0.1)
        arm = Attempt(choice.pools[0], "x", given=choice.given).arm
        assert choice.propensity == choice.chances[arm]
        assert sorted(choice.pools) == ["large", "small"]
        assert choice.given is None or (choice.given.ids, choice.pools[0]) == (("e1",), "small")
        seen.add(arm)
    assert seen == {"small", "small+examples", "large"}


@pytest.mark.parametrize(
    "changes",
    [
        {"tenant": "u"},
        {"tenant": "local"},
        {"shelf": "other"},
        {"shelf": ""},
        {"vectors": {}},
        {"vectors": {"model": packed(axis(0))}},
        {"turns": 2},
    ],
)
def test_whom_nothing_is_given(changes: dict[str, Any]) -> None:
    """Another tenant with the very same question, other instructions, a request that takes none, one whose vector was
    late, a conversation that is too long."""
    made = taught(policy(floor=0.2), "e1")
    asked = msgspec.structs.replace(asking(), **changes)
    assert until_aided(made, asking()) is not None
    assert until_aided(made, asked) is None
    assert set(made.select(asked, POOLS, 1.0, random.Random(0)).chances) == {"small", "large"}


def test_longer_conversations() -> None:
    """Where it says so; but only first questions become examples."""
    made = taught(policy(floor=0.2, turns=3), "e1")
    assert until_aided(made, asking(turns=3)) is not None
    assert until_aided(made, asking(turns=4)) is None
    assert not made.keep(asking("e2", 0.1, turns=2), 100, 200, 0.0, 9.0)


def test_context_is_kept_to() -> None:
    """Examples are left out until prompt, examples and answer fit."""
    made = taught(policy(floor=0.2, examples=3), "e1", "e2", "e3", tokens=100)
    for context, count in ((0, 3), (2_000, 3), (100 + ROOM + 250, 2), (100 + ROOM + 100, 1), (100 + ROOM + 99, 0)):
        pools = (msgspec.structs.replace(SMALL, context=context), LARGE)
        choice = until_aided(made, asking(), pools)
        assert (0 if choice is None or choice.given is None else len(choice.given.ids)) == count
    bounded = (msgspec.structs.replace(SMALL, context=400), LARGE)
    choice = until_aided(made, asking(max_tokens=150), bounded)
    assert choice is not None
    assert choice.given is not None
    assert choice.given.tokens == 100


def test_which_is_worth_most() -> None:
    """Where examples make the small pool good it answers with them; where they mislead it answers without, and the
    large one's price is what decides beside it."""
    for lift, best in ((0.6, "small+examples"), (-0.3, "small"), (0.0, "small")):
        made = taught(policy(objective=Objective(cost=0.3)), "e1", "e2", "e3")
        rng = random.Random(1)
        arms = list[str]()
        for number in range(800):
            facts = asking(f"q{number}", rng.uniform(0.7, 0.95))
            choice = made.select(facts, POOLS, float(number), rng)
            arms.append(Attempt(choice.pools[0], "x", given=choice.given).arm)
            quality = 0.75 if choice.pools[0] == "large" else 0.35 + (lift if choice.given else 0.0)
            if best == "small" and choice.pools[0] == "small" and choice.given is None:
                quality = 0.7
            told(made, facts, choice, float(rng.random() < quality))
        assert arms[400:].count(best) > 340


def test_added_tokens_cost() -> None:
    """What is expected of the small pool with examples is dearer by their tokens, and slower by what they take."""
    server = Server("s0", prefill=0.01, base=0.1, tpot=0.01)
    slow = makers.pool("small", of=(server,), price_in=10.0)
    far = makers.pool("large", of=(Server("l0", ttft=1e4),), price_in=1e6)
    for objective in (Objective(cost=1.0), Objective(latency=5.0)):
        made = taught(policy(objective=objective), "e1", tokens=1_000)
        long = made.select(asking(), (slow, far), 1.0, random.Random(0)).chances
        short = taught(policy(objective=objective), "e1", tokens=1).select(asking(), (slow, far), 1.0, random.Random(0))
        assert (long["small"], short.chances["small+examples"]) == pytest.approx((0.96, 0.96))


def test_a_loaded_large_pool() -> None:
    """By what time is worth, the small pool with examples is preferred then."""
    made = taught(policy(objective=Objective(latency=1.0)), "e1")
    busy = makers.pool("large", of=(Server("l0", in_flight=50, ttft=60.0, tpot=0.1),))
    idle = makers.pool("large", of=(Server("l0", ttft=0.0),))
    small = makers.pool("small", of=(Server("s0", ttft=0.5),))
    assert made.select(asking(), (small, busy), 1.0, random.Random(0)).chances["large"] == pytest.approx(0.02)
    assert made.select(asking(), (small, idle), 1.0, random.Random(0)).chances["large"] > 0.9


def test_answers_stand_by_what_is_said_of_them() -> None:
    """A bad one of the large pool is no example any more; a good one stands higher. Of others nothing follows."""
    gone = list[tuple[str, str]]()
    made = taught(policy(), "e1", "e2")
    made.watch(lambda tenant, id: gone.append((tenant, id)))
    plan = Plan((Attempt("large", "l0"),), "")
    for id, quality in (("e1", 0.2), ("e2", 0.9), ("e9", 0.0)):
        made.judged(asking(id), plan, makers.outcome("large", "l0"), quality)
    made.judged(asking("e2"), Plan((Attempt("small", "s0"),), ""), makers.outcome("small", "s0"), 0.0)
    assert gone == [("t", "e1")]
    kept = made.memory.find("t", "e2")
    assert kept is not None
    assert kept.standing == 1.0
    made.judged(asking("e2"), plan, makers.outcome("large", "l0"), float("nan"))
    made.drop("t", "e2")
    made.drop("t", "e2")
    assert (gone[-1], len(made.memory)) == (("t", "e2"), 0)


def test_what_is_learned_of_examples() -> None:
    """Uses and gains are those of the examples that were given; one that has gone meanwhile is passed over."""
    made = taught(policy(floor=0.3), "e1", "e2")
    choice = until_aided(made, asking())
    assert choice is not None
    told(made, asking(), choice, 1.0)
    one, two = made.memory.find("t", "e1"), made.memory.find("t", "e2")
    assert one is not None
    assert two is not None
    assert (one.uses, two.uses) == (1, 1)
    assert one.count + two.count == pytest.approx(1.25)
    made.drop("t", "e1")
    told(made, asking(), choice, 0.0)
    assert (one.uses, two.uses) == (1, 2)


@pytest.mark.parametrize(("up", "expected"), [((SMALL,), {"small", "small+examples"}), ((LARGE,), set())])
def test_one_pool_alone(up: Pools, expected: set[str]) -> None:
    """The small one may still be given examples; the large one is taken as it is."""
    choice = taught(policy(), "e1").select(asking(), up, 1.0, random.Random(0))
    assert set(choice.chances) == expected
    assert choice.pools == (up[0].name,)


def test_who_cannot() -> None:
    """A pool without what the request needs is not chosen; where neither has it nothing is."""
    made = taught(policy(), "e1")
    able = msgspec.structs.replace(LARGE, abilities=frozenset({"tools"}))
    assert made.select(asking(tools=1), (SMALL, able), 1.0, random.Random(0)).pools == ("large",)
    with pytest.raises(NoCapablePool):
        made.select(asking(tools=1), POOLS, 1.0, random.Random(0))


def test_state_holds_no_example() -> None:
    """Nothing that was asked, nor by whom: another process begins with what was learned, and an empty shelf."""
    made = taught(policy(floor=0.3), "e1")
    choice = until_aided(made, asking())
    assert choice is not None
    for _ in range(20):
        told(made, asking(), choice, 1.0)
    again = policy(floor=0.3)
    again.restore(made.state())
    assert again.state() == made.state()
    assert b"e1" not in msgspec.json.decode(made.state(), type=dict)["arms"].encode()
    assert len(again.memory) == 0
    again.restore(b"")
    for broken in (b"{}", b"nonsense"):
        with pytest.raises(msgspec.DecodeError):
            again.restore(broken)


def test_without_vectors() -> None:
    """Where there is no tier, two are left to choose from; a tier that is insisted on has to be there."""
    made = InContext(small="small", large="large").build(Materials.none())
    assert made.tiers == frozenset()
    assert not made.keep(asking("e1"), 10, 10, 0.0, 9.0)
    assert set(made.select(asking(), POOLS, 1.0, random.Random(0)).chances) == {"small", "large"}
    with pytest.raises(TierMissing):
        InContext(small="small", large="large", tier="model").build(Materials.none())
    assert policy().tiers == frozenset({"static"})


def test_its_words() -> None:
    """It keeps the large pool's answers; two pools have to be two; an answer too long for a prompt is not kept."""
    made = policy()
    assert isinstance(made, Exemplary)
    assert made.teacher == "large"
    with pytest.raises(ValueError, match="two pools"):
        InContext(small="a", large="a")
    assert not made.keep(asking("e1"), 100_000, 200, 0.0, 9.0)
    assert InContext(small="a", large="b").pools == ("a", "b")
    assert np.isfinite(made.select(asking(), POOLS, 1.0, random.Random(0)).propensity)


def test_whose_outcome_it_is() -> None:
    """Of a plan's attempts those of one pool have the same before their prompts."""
    made = taught(policy(floor=0.3), "e1")
    choice = until_aided(made, asking())
    assert choice is not None
    plan = Plan((Attempt("small", "s0", given=choice.given), Attempt("large", "l0")), "")
    ended: list[Outcome] = [makers.outcome("small", "s0"), makers.outcome("large", "l0"), makers.outcome("gone", "x")]
    assert [given_in(plan, one) for one in ended] == [choice.given, None, None]
