"""The pools that could serve a request, what each would cost, and how one of them is drawn. It knows nothing of
quality: whoever has values and chances brings them."""

from __future__ import annotations

import math
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from wrp_policies.capable import capable
from wrp_policies.types import Choice, Pools
from wrp_signals.facts import Facts

from .arms import Answers, Floats, costs_of, seconds_of
from .exploring import drawn
from .reward import Objective


@dataclass(slots=True)
class Sight:
    """Pools in the order in which they were written: their `names`, their places among all `arms`, and float64[n] each
    what they are expected to cost (US$), and what money and time take off their worth (`taken`), money at the budget's
    `price`, too, which is infinite where nothing is left of it."""

    names: list[str]
    arms: list[int]
    costs: Floats
    taken: Floats
    price: float

    def settled(self) -> Choice | None:
        """Where there is nothing to choose: one pool, or no money left."""
        if len(self.names) == 1:
            return Choice((self.names[0],), f"only {self.names[0]} is capable")
        if self.price == math.inf:
            order = [self.names[place] for place in self.costs.argsort(kind="stable").tolist()]
            return Choice(tuple(order), f"budget spent: {order[0]} is the cheapest")
        return None

    def choice(
        self, values: Floats, qualities: Sequence[float], chances: Sequence[float], rng: random.Random, why: str
    ) -> Choice:
        """Draws the first; the others follow by value, as spares. `why` is completed by what is expected of it."""
        names = self.names
        first = drawn(chances, rng)
        order = (-values).argsort(kind="stable").tolist()
        if order[0] != first:
            order.remove(first)
            order.insert(0, first)
        expected = f"quality {qualities[first]:.2f} for ${self.costs[first]:.2g}"
        why = f"{why}: {names[first]} at {chances[first]:.3g}, {expected}"
        if self.price:
            why += f" at a price of {self.price:.3g} a US$"
        named = {name: chance for name, chance in zip(names, chances, strict=True) if chance}
        return Choice(tuple([names[place] for place in order]), why, chances[first], named if len(named) > 1 else {})


def sight(
    facts: Facts, pools: Pools, arms: Mapping[str, int], answers: Answers, objective: Objective, price: float = 0.0
) -> Sight:
    """What there is to choose from, `arms` saying which pools may be chosen and where they stand. Raises NoCapablePool
    where none can serve the request."""
    here = {pool.name: pool for pool in pools}
    able = capable(facts, tuple([here[name] for name in arms if name in here]))
    names = [pool.name for pool in able]
    places = [arms[name] for name in names]
    tokens = answers.expected(facts)
    if len(places) < len(arms):
        tokens = tokens[places]
    costs = costs_of(facts, able, tokens)
    taken = objective.price(costs, seconds_of(facts, able, tokens) if objective.latency else None)
    if price and price != math.inf:
        taken = taken + price * costs
    return Sight(names, places, costs, taken, price)
