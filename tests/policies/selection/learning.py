"""What tests of learning policies share: requests of two categories, of which each pool is right about one."""

from __future__ import annotations

import random

import msgspec

from tests.policies.makers import facts, outcome, two_pools
from wrp_policies import Choice, Plan, Selection, SelectionSpec
from wrp_signals.facts import Facts, Reading
from wrp_signals.materials import Materials

RIGHT = {"math": "large", "law": "small"}
PLAN = Plan((), why="")


def built(**keys: object) -> Selection:
    """A policy for the pools small and large, as the configuration would have it."""
    spec: SelectionSpec = msgspec.convert({"pools": ["small", "large"], **keys}, type=SelectionSpec)
    policy: Selection = spec.build(Materials.none())
    return policy


def asked(category: str) -> Facts:
    return facts(readings={"category": Reading(category)})


def select(policy: Selection, category: str = "math", seed: int = 1, now: float = 1.0) -> Choice:
    """Of both pools."""
    return policy.select(asked(category), two_pools(), now, random.Random(seed))


def live(policy: Selection, count: int, flip: bool = False, seed: int = 1) -> list[bool]:
    """Requests of both categories by turns, each judged after ten more; answers with which were sent to the pool that
    is right (`flip`: that is the other one)."""
    rng, waiting, well = random.Random(seed), list[tuple[Facts, str, float]](), list[bool]()
    for number in range(count):
        category = ("math", "law")[number % 2]
        first = policy.select(asked(category), two_pools(), float(number), rng).pools[0]
        right = (first == RIGHT[category]) != flip
        well.append(right)
        waiting.append((asked(category), first, float(right)))
        if len(waiting) > 10:
            of, pool, quality = waiting.pop(0)
            policy.judged(of, PLAN, outcome(pool, "s"), quality)
    return well
