"""A weighed sum of what is known beforehand and what is measured: quality as configured, cost, time, load. It learns
nothing."""

from __future__ import annotations

import random
from typing import Annotated

import msgspec
import numpy as np
from msgspec import Meta

from wrp_policies.capable import capable
from wrp_policies.filters import usable_servers
from wrp_policies.learning.arms import MOST_TOKENS, Floats, costs_of, seconds_of
from wrp_policies.types import Choice, Pool, Pools
from wrp_signals.facts import Facts

from .spec import Simple

Weight = Annotated[float, Meta(ge=0, le=1000)]
Quality = Annotated[float, Meta(ge=0, le=1)]


class Weights(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What each factor counts. A factor of weight 0 is not looked at."""

    quality: Annotated[Weight, Meta(description="The quality that `pools` gives.")] = 1.0
    cost: Annotated[Weight, Meta(description="US$, as a share of what the dearest of the pools would cost.")] = 0.5
    latency: Annotated[Weight, Meta(description="Seconds to the last token, as a share of the slowest's.")] = 0.25
    load: Annotated[Weight, Meta(description="Requests on the idlest server, as a share of the busiest pool's.")] = 0.25


class MultiFactor(Simple, frozen=True, tag="multi_factor"):
    """The pool with the highest sum of its quality, as given, less cost, time and load, each as a share of the most
    that any pool of this request has, and each at its weight. Equals keep the order of `pools`.

    Answers are taken to be as long as `default_output`, or what a request allows. Raises NoCapablePool where no pool
    can serve it.
    """

    pools: Annotated[
        dict[str, Quality], Meta(min_length=1, description="How good each pool's answers are, from 0 to 1.")
    ]
    weights: Annotated[Weights, Meta(description="What counts how much.")] = Weights()
    default_output: Annotated[int, Meta(ge=0, le=MOST_TOKENS, description="Tokens of an answer.")] = 512

    def select(self, facts: Facts, pools: Pools, now: float, rng: random.Random) -> Choice:
        here = {pool.name: pool for pool in pools}
        able = capable(facts, tuple([here[name] for name in self.pools if name in here]))
        output = self.default_output if facts.max_tokens is None else min(facts.max_tokens, MOST_TOKENS)
        tokens, weights = np.full(len(able), float(output)), self.weights
        parts = {
            "quality": weights.quality * np.array([self.pools[pool.name] for pool in able]),
            "cost": -weights.cost * shares(costs_of(facts, able, tokens)),
            "latency": -weights.latency * shares(seconds_of(facts, able, tokens)),
            "load": -weights.load * shares(np.array([load_of(pool) for pool in able])),
        }
        order = (-sum(parts.values(), np.zeros(len(able)))).argsort(kind="stable").tolist()
        said = ", ".join([f"{name} {part[order[0]]:+.2f}" for name, part in parts.items()])
        return Choice(tuple([able[at].name for at in order]), f"multi_factor: {able[order[0]].name} with {said}")


def shares(amounts: Floats) -> Floats:
    """Of the most; zeros where there is none."""
    most = float(amounts.max())
    return amounts / most if most > 0.0 else np.zeros(len(amounts))


def load_of(pool: Pool) -> float:
    """Requests on its idlest server, ours and others', for its weight."""
    return min([(server.in_flight + server.running) / server.weight for server in usable_servers(pool)], default=0.0)
