"""A made-up world in which past answers help a small model with some questions and mislead it with others: for
bench/in_context.py. What an answer is worth is known, so that there is an oracle."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field

import msgspec
import numpy as np
import numpy.typing as npt

from wrp_policies.examples.choosing import LOOKED
from wrp_policies.examples.shelf import Kept
from wrp_policies.examples.types import Given
from wrp_policies.examples.utility import DECAY
from wrp_policies.learning.reward import Objective
from wrp_policies.selection import InContext
from wrp_policies.selection.in_context import Aiding
from wrp_policies.types import Attempt, Ended, Outcome, Plan, Pool, Server
from wrp_signals.facts import Facts, Reading, Vector, packed
from wrp_signals.materials import Materials

DIM, TOPICS, TOKENS = 128, 40, 300
JUDGED = 0.6
"""The share of answers that somebody judges, as good or bad."""

OBJECTIVE = Objective(cost=0.3)
"""A large answer costs a cent here, and so has to be better by 0.3; a small one, or an example, hardly anything."""


class Axes:
    """Stands for an embedder whose vectors come ready-made."""

    id, dim = "world", DIM

    def embed(self, texts: object) -> npt.NDArray[np.float32]:
        raise NotImplementedError


@dataclass(frozen=True)
class Kind:
    """A category: how good the small model is alone, the large one, and what a perfect example adds."""

    small: float
    large: float
    lift: float


MIXED = (
    Kind(0.35, 0.85, 0.55),
    Kind(0.50, 0.90, 0.40),
    Kind(0.30, 0.80, 0.45),
    Kind(0.75, 0.85, -0.5),
    Kind(0.60, 0.95, -0.4),
    Kind(0.80, 0.80, -0.6),
)
HURTING = tuple([Kind(0.70, 0.75, lift) for lift in (-0.3, -0.5, -0.7)])
"""Where the small model alone is the right choice for everything."""


def large_pool() -> Pool:
    return Pool("large", "large", (Server("l0"),), 10.0, 25.0)


POOLS = (Pool("small", "small", (Server("s0"),), 0.1, 0.2, 8_192), large_pool())
COST = {"small": (TOKENS * 0.1 + 280 * 0.2) / 1e6, "large": (TOKENS * 10.0 + 280 * 25.0) / 1e6}


@dataclass(slots=True)
class Asked:
    """One question."""

    facts: Facts
    vector: Vector
    kind: Kind


@dataclass
class World:
    """Draws questions, and knows what every answer is worth. How much an example helps with a question is its likeness
    times the category's lift, what the example itself is worth beyond that, and what the two have by chance."""

    kinds: tuple[Kind, ...]
    seed: int
    uneven: float = 0.1
    draw: np.random.Generator = field(init=False)
    known: dict[str, tuple[Vector, float]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.draw = np.random.default_rng(self.seed)
        self.topics = self.draw.standard_normal((len(self.kinds), TOPICS, DIM)).astype(np.float32)

    def ask(self, number: int) -> Asked:
        place, topic = int(self.draw.integers(len(self.kinds))), int(self.draw.integers(TOPICS))
        vector = self.topics[place, topic] + 0.7 * self.draw.standard_normal(DIM).astype(np.float32)
        vector = (vector / np.linalg.norm(vector)).astype(np.float32)
        id = f"q{number}"
        self.known[id] = (vector, float(self.draw.normal(0.0, self.uneven)))
        facts = Facts(
            id=id,
            operation="chat",
            asked_model="auto",
            tenant="t",
            prompt_tokens=TOKENS,
            readings={"category": Reading(f"category {place}")},
            vectors={"static": packed(vector)},
            shelf="s",
        )
        return Asked(facts, vector, self.kinds[place])

    def help(self, asked: Asked, id: str) -> float:
        """What this example adds, before the answer's quality ends at 0 or 1."""
        vector, own = self.known[id]
        near = float(vector @ asked.vector)
        chance = random.Random(f"{id}/{asked.facts.id}").gauss(0.0, 0.05)
        return asked.kind.lift * max(0.0, near) + own * abs(asked.kind.lift) + chance

    def quality(self, asked: Asked, pool: str, ids: tuple[str, ...] = ()) -> float:
        """Of an answer, on average. Each further example adds half as much."""
        if pool == "large":
            return asked.kind.large
        helps = sorted([self.help(asked, id) for id in ids], key=abs, reverse=True)
        added = sum([one * DECAY**place for place, one in enumerate(helps)])
        return min(1.0, max(0.0, asked.kind.small + added))

    def worth(self, asked: Asked, pool: str, given: Given | None = None) -> float:
        """The reward, on average."""
        tokens = given.tokens if given is not None else 0
        cost = COST[pool] + tokens * (0.1 if pool == "small" else 10.0) / 1e6
        return OBJECTIVE.worth(self.quality(asked, pool, given.ids if given is not None else ()), cost, 0.0)

    def best(self, asked: Asked, found: list[tuple[Kept, float]]) -> float:
        """What the oracle makes of it: of all that could be chosen, by what it is worth."""
        alone = max(self.worth(asked, "small"), self.worth(asked, "large"))
        ranked = sorted([kept.id for kept, _ in found], key=lambda id: self.help(asked, id), reverse=True)
        sets = [Given("small", tuple(ranked[:count]), 200 * count, 0.0, 0.0) for count in (1, 2, 3) if ranked]
        return max([alone, *[self.worth(asked, "small", given) for given in sets]])


@dataclass(frozen=True)
class Lived:
    """By request: rewards of the policy (on average over what it drew from), of the oracle, of the small pool alone and
    of the large one; and the arm that was drawn."""

    policy: npt.NDArray[np.float64]
    oracle: npt.NDArray[np.float64]
    small: npt.NDArray[np.float64]
    large: npt.NDArray[np.float64]
    arms: list[str]


def live(
    kinds: tuple[Kind, ...], seed: int, count: int, policy: Aiding, tell: Callable[[int], None], uneven: float = 0.1
) -> Lived:
    """`count` requests: chosen for, answered, some of them judged, the large pool's answers kept. `uneven`: how much
    what an example is worth differs beyond its likeness, beside the category's lift."""
    world, rng = World(kinds, seed, uneven), random.Random(seed)
    earned = np.zeros((4, count))
    arms: list[str] = []
    for number in range(count):
        asked = world.ask(number)
        choice = policy.select(asked.facts, POOLS, float(number), rng)
        pool, given = choice.pools[0], choice.given
        attempt = Attempt(pool, POOLS[pool == "large"].servers[0].name, given=given)
        arms.append(attempt.arm)
        near = policy.memory.near("t", "s", asked.vector, LOOKED, 0.5, float(number))
        earned[:, number] = (
            world.worth(asked, pool, given),
            world.best(asked, near),
            world.worth(asked, "small"),
            world.worth(asked, "large"),
        )
        _answer(policy, world, asked, attempt, choice.chances, number, rng)
        tell(number)
    return Lived(*earned, arms)


def _answer(
    policy: Aiding, world: World, asked: Asked, attempt: Attempt, chances: object, number: int, rng: random.Random
) -> None:
    facts, ids = asked.facts, attempt.given.ids if attempt.given is not None else ()
    plan = Plan((attempt,), "")
    outcome = Outcome(attempt.pool, attempt.server, attempt.pool, Ended.DONE, tokens_in=TOKENS, tokens_out=280)
    policy.learn(facts, plan, outcome)
    quality = world.quality(asked, attempt.pool, ids)
    if attempt.pool == "large":
        policy.keep(facts, 200, 1_000, float(number), float("inf"))
    if rng.random() < JUDGED:
        policy.judged(facts, plan, outcome, float(rng.random() < quality))


def policy(**changes: object) -> Aiding:
    """As it comes, but for these."""
    spec = msgspec.convert(
        {"kind": "in_context", "small": "small", "large": "large", **changes}, type=InContext, strict=False
    )
    return msgspec.structs.replace(spec, objective=OBJECTIVE).build(Materials(static=Axes()))  # type: ignore[arg-type]
