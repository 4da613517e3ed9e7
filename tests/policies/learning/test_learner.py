"""What contextual bandits share."""

from __future__ import annotations

import random

import msgspec
import numpy as np
import pytest

from tests.policies.makers import facts, outcome, two_pools
from wrp_policies import Plan
from wrp_policies.learning.context import LEAST_DIM, Context
from wrp_policies.learning.learner import KEPT, OTHERS, Learner, Prior
from wrp_policies.learning.pacing import Pacer
from wrp_policies.learning.reward import Objective
from wrp_policies.learning.warm import warm_start
from wrp_signals.facts import Facts, Reading

PLAN = Plan((), why="")
NAMES = ("small", "large")


def made(names: tuple[str, ...] = NAMES, dim: int = LEAST_DIM, **more: object) -> Learner:
    return Learner(names, Context(dim), Objective(), **more)  # type: ignore[arg-type]


def asked(category: str) -> Facts:
    return facts(readings={"category": Reading(category)})


def taught(learner: Learner, count: int = 200) -> Learner:
    """Of math the large one is right, of law the small one."""
    for number in range(count):
        category, pool = ("math", "law")[number % 2], NAMES[number // 2 % 2]
        learner.judged(asked(category), PLAN, outcome(pool, "s"), float((category == "math") == (pool == "large")))
    return learner


def means(learner: Learner, of: Facts) -> list[float]:
    seen = learner.look(of, two_pools(), 1.0)
    return [float(one) for one in learner.means(seen, learner.context(of))]


def test_learns_who_is_right_about_what() -> None:
    """And grows surer: the widths shrink."""
    learner = made()
    seen, context = learner.look(asked("math"), two_pools(), 1.0), learner.context(asked("math"))
    wide = learner.widths(seen, context)
    taught(learner)
    small, large = means(learner, asked("math"))
    assert large - small > 0.5
    small, large = means(learner, asked("law"))
    assert small - large > 0.5
    assert (learner.widths(seen, context) < wide).all()


def test_only_some_pools_are_there() -> None:
    """Expectations and widths are theirs."""
    learner = taught(made())
    seen = learner.look(asked("math"), two_pools()[1:], 1.0)
    assert seen.names == ["large"]
    assert learner.means(seen, learner.context(asked("math"))).tolist() == pytest.approx(
        means(learner, asked("math"))[1:]
    )
    assert len(learner.widths(seen, learner.context(asked("math")))) == 1


@pytest.mark.parametrize(("pool", "quality"), [("gone", 1.0), ("small", float("nan")), ("small", 7.0)])
def test_what_teaches_nothing(pool: str, quality: float) -> None:
    """A pool that is gone; what is no quality. And an outcome alone says nothing of quality."""
    learner = made()
    learner.judged(facts(), PLAN, outcome(pool, "s"), quality)
    learner.learn(facts(), PLAN, outcome("small", "s"))
    assert learner.ridge.seen == 0
    assert means(learner, facts()) == [0.5, 0.5]


def test_order_does_not_matter() -> None:
    """Late feedback teaches what it would have taught in time."""
    events = [(asked(("math", "law")[n % 2]), NAMES[n % 3 == 0], float(n % 5 == 0)) for n in range(60)]
    one, two = made(), made()
    for of, pool, quality in events:
        one.judged(of, PLAN, outcome(pool, "s"), quality)
    random.Random(1).shuffle(events)
    for of, pool, quality in events:
        two.judged(of, PLAN, outcome(pool, "s"), quality)
    assert means(one, asked("math")) == pytest.approx(means(two, asked("math")), abs=1e-4)


def test_a_swapped_model_is_noticed() -> None:
    """Once what is known was wrong often enough, it counts little, and what was known of others counts less."""
    learner = made()
    for _ in range(200):
        for pool, quality in (("small", 0.1), ("large", 0.9)):
            learner.judged(facts(), PLAN, outcome(pool, "s"), quality)
    for _ in range(40):
        learner.judged(facts(), PLAN, outcome("large", "s"), 0.0)
    assert learner.ridge.count(1) < KEPT + 40
    assert learner.ridge.count(0) == pytest.approx(OTHERS)
    assert means(learner, facts())[1] < 0.3


def test_pools_come_and_go() -> None:
    """After a restart a pool that is gone is let go, and one that is new begins with what it had: nothing, or the
    prior."""
    state = taught(made()).state()
    prior = warm_start(Context(LEAST_DIM), [asked("math")] * 50, np.full((50, 1), 0.9), ["new"])
    for given, expected in ((None, 0.5), (prior, 0.9)):
        made_from = msgspec.json.decode(given, type=Prior) if given is not None else None
        learner = made(("large", "new"), prior=made_from, prior_weight=1e9)
        learner.restore(state)
        context = learner.context(asked("math"))
        assert learner.ridge.means(context)[0] == pytest.approx(means(taught(made()), asked("math"))[1], abs=1e-5)
        assert learner.ridge.means(context)[1] == pytest.approx(expected, abs=0.02)


def test_other_axes_are_another_beginning() -> None:
    """What was learned along other axes is let go; what was learned of lengths and money stays."""
    one = made(pacer=Pacer(1.0, 100.0))
    one.look(facts(), two_pools(), 5.0)
    one.learn(facts(), PLAN, outcome("small", "s", cost=0.5, tokens_out=77))
    taught(one)
    two = made(dim=LEAST_DIM + 1, pacer=Pacer(1.0, 100.0))
    two.restore(one.state())
    assert two.ridge.seen == 0
    found = msgspec.json.decode(two.state())
    assert found["account"]["spent"] == 0.5
    assert found["lengths"] == msgspec.json.decode(one.state())["lengths"]


def test_processes_tell_each_other() -> None:
    """What one learned another knows, beside what it learned since it was asked; nonsense is refused."""
    one, two = made(), made()
    total = one.begun()
    two.begun()
    taught(one)
    total = one.merged(total, [one.told()])
    two.judged(asked("math"), PLAN, outcome("small", "s"), 0.0)
    list(two.heard(total))
    assert means(two, asked("math")) == pytest.approx(means(one, asked("math")), abs=0.02)
    assert (two.ridge.seen, two.ridge.count(0)) == (201, 101.0)
    for nonsense in (b"{}", b"\x93\x00\x00\x80\x00", one.merged(total, [])[:-1]):
        with pytest.raises((msgspec.DecodeError, ValueError)):
            two.heard(nonsense)
    assert made(dim=LEAST_DIM + 1).common != one.common


def test_the_prior_counts_once() -> None:
    """Whoever begins puts it into the total; of a pool that nobody told of yet, it is each one's own until somebody
    does."""
    prior = msgspec.json.decode(
        warm_start(Context(LEAST_DIM), [asked("math")] * 50, np.full((50, 1), 0.9), ["new"]), type=Prior
    )
    one, two = made(), made((*NAMES, "new"), prior=prior, prior_weight=1e9)
    total = one.begun()
    two.begun()
    list(two.heard(total))
    assert two.ridge.count(2) == 50.0
    two.judged(asked("math"), PLAN, outcome("new", "s"), 1.0)
    list(two.heard(two.merged(total, [two.told()])))
    assert two.ridge.count(2) == 51.0


def test_a_restart_in_the_midst_tells_on() -> None:
    """What is taken up from before is not told; what is learned afterwards is."""
    learner, before = made(), taught(made()).state()
    learner.begun()
    learner.restore(before)
    assert learner.told() == b""
    learner.judged(asked("math"), PLAN, outcome("small", "s"), 1.0)
    assert learner.told(take=False) == learner.told() != b""
    assert learner.told() == b""


def test_processes_keep_one_budget() -> None:
    """What one spends leaves the other nothing; nobody counts what was spent before he first heard of it."""
    one, two, late = (made(pacer=Pacer(1.0, 100.0)) for _ in range(3))
    total = one.begun()
    for each in (two, late):
        each.begun()
    for each in (one, two, late):
        each.look(facts(), two_pools(), 1.0)
    list(two.heard(total))
    one.learn(facts(), PLAN, outcome("large", "s", cost=200.0))
    total = one.merged(total, [one.told()])
    for each in (two, late):
        list(each.heard(total))
    prices = [each.look(facts(), two_pools(), 2.0).price for each in (one, two, late)]
    assert [price == float("inf") for price in prices] == [True, True, False]


def test_empty_state_changes_nothing() -> None:
    """What another kind of policy left behind under the same name is nothing."""
    learner = taught(made())
    before = learner.state()
    learner.restore(b"")
    assert learner.state() == before


def test_money_has_a_price() -> None:
    """Once the budget is spent the cheapest is left."""
    learner = made(pacer=Pacer(1.0, 100.0))
    learner.look(facts(), two_pools(), 1.0)
    learner.learn(facts(), PLAN, outcome("large", "s", cost=200.0))
    settled = learner.look(facts(), two_pools(), 2.0).settled()
    assert settled is not None
    assert settled.pools[0] == "small"
