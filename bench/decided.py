"""What `linucb` decides and hears of a request, again and again, without a gateway around it.

`python bench/decided.py ROW REQUESTS` has 16 pools and contexts of 64 numbers, with a budget and chances. `decided`
chooses; `taught` is told how each answer ended and how good it was, too.
"""

from __future__ import annotations

import random
import sys
from dataclasses import dataclass
from pathlib import Path

sys.path.append(str(Path(__file__).parents[1]))  # behind a checkout that somebody names

from wrp_policies.learning.reward import Objective
from wrp_policies.selection import LinUcb
from wrp_policies.selection.linucb import Optimist
from wrp_policies.types import Choice, Ended, Outcome, Plan, Pool, Server
from wrp_signals.facts import Facts, packed
from wrp_signals.materials import Materials
from wrp_signals.static import static_embedder

ROWS = ("decided", "taught")
POOLS, DIM, ASKED = 16, 64, 200
PLAN = Plan((), "")


@dataclass(frozen=True)
class Scene:
    """ASKED requests, POOLS pools, and how an answer of each pool ends."""

    policy: Optimist
    pools: tuple[Pool, ...]
    facts: list[Facts]
    ended: list[Outcome]
    rng: random.Random

    def select(self, at: int) -> Choice:
        return self.policy.select(self.facts[at], self.pools, 1.0, self.rng)

    def judged(self, at: int) -> None:
        self.policy.judged(self.facts[at], PLAN, self.ended[at % POOLS], 1.0)

    def learn(self, at: int) -> None:
        self.policy.learn(self.facts[at], PLAN, self.ended[at % POOLS])


def scene() -> Scene:
    """A policy that has learned nothing yet."""
    names, static = tuple([f"pool-{at}" for at in range(POOLS)]), static_embedder()
    pools = tuple([Pool(name, name, (Server(name),), price_in=1.0 + at) for at, name in enumerate(names)])
    use = LinUcb(pools=names, dim=DIM, objective=Objective(cost=0.3), budget=1.0)
    texts = [f"What is {at} times {at * 7}, and who asked for thing {at % 13}?" for at in range(ASKED)]
    facts = [
        Facts(str(at), "chat", "auto", prompt_tokens=20 + at, vectors={"static": packed(vector)})
        for at, vector in enumerate(static.embed(texts))
    ]
    ended = [Outcome(name, name, name, Ended.DONE, tokens_out=9, cost=1e-5) for name in names]
    return Scene(use.build(Materials(static=static)), pools, facts, ended, random.Random(1))


def main(argv: list[str]) -> int:
    row, count = argv
    of = scene()
    for number in range(int(count)):
        of.select(number % ASKED)
        if row == "taught":
            of.learn(number % ASKED)
            of.judged(number % ASKED)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
