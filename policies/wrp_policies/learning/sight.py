"""The pools that could serve a request, what each would cost, and how one of them is drawn. It knows nothing of
quality: whoever has values and chances brings them."""

from __future__ import annotations

import math
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from wrp_policies.capable import capable
from wrp_policies.types import Choice, Outcome, Pools
from wrp_signals.facts import Facts, Vector

from .arms import Answers, Floats, Lengths, Warm, seconds_of, uncharged, uncomputed, warm_in
from .exploring import drawn
from .reward import Objective
from .switching import FREE, Switch


@dataclass(slots=True)
class Sight:
    """The pools in the order in which they were written, their places among all `arms`, and float64[n] each what they
    are expected to cost (US$), and what money and time take off their worth (`taken`), money at the budget's `price`,
    too, which is infinite where nothing is left of it."""

    pools: Pools
    arms: list[int]
    costs: Floats
    taken: Floats
    price: float
    names: list[str] = field(init=False)

    def __post_init__(self) -> None:
        self.names = [pool.name for pool in self.pools]

    def settled(self) -> Choice | None:
        """Where there is nothing to choose: one pool, or no money left."""
        names = self.names
        if len(names) == 1:
            return Choice((names[0],), f"only {names[0]} is capable")
        if self.price == math.inf:
            order = [names[place] for place in self.costs.argsort(kind="stable").tolist()]
            return Choice(tuple(order), f"budget spent: {order[0]} is the cheapest")
        return None

    def choice(
        self, values: Floats, qualities: Floats | Vector, chances: Sequence[float], why: str, rng: random.Random
    ) -> Choice:
        """Draws the first; the others follow by value, as spares. `why` is completed by what is expected of it."""
        names = self.names
        first = drawn(chances, rng)
        # in lists: of so few numbers arrays are slower
        order = sorted(range(len(names)), key=values.tolist().__getitem__, reverse=True)
        if order[0] != first:
            order.remove(first)
            order.insert(0, first)
        expected = f"quality {qualities.item(first):.2f} for ${self.costs.item(first):.2g}"
        why = f"{why}: {names[first]} at {chances[first]:.3g}, {expected}"
        if self.price:
            why += f" at a price of {self.price:.3g} a US$"
        pools = tuple([names[place] for place in order])
        if 1.0 in chances:
            return Choice(pools, why)
        shares = dict(zip(names, chances, strict=True))
        if 0.0 in chances:
            shares = {name: chance for name, chance in shares.items() if chance}
        return Choice(pools, why, chances[first], shares)


class Arms:
    """All pools that a policy may choose from: their `names`, the `places` of these, how long the answers of each are,
    what an `objective` makes of money and time, and what it is worth to stay (`switch`)."""

    __slots__ = ("_all", "_answers", "_listed", "_prices", "_rates", "_switch", "names", "objective", "places")

    def __init__(self, names: Sequence[str], objective: Objective, switch: Switch = FREE) -> None:
        self.names = tuple(dict.fromkeys(names))
        self.places = {name: place for place, name in enumerate(self.names)}
        self.objective, self._switch = objective, switch
        self._listed, self._all = list(self.names), list(range(len(self.names)))
        self._prices: tuple[list[float], list[float]] = ([], [])
        self._rates: Floats = np.zeros((2, 0))
        self._answers = Answers(self.names)

    def __len__(self) -> int:
        return len(self.names)

    def look(self, facts: Facts, pools: Pools, price: float = 0.0) -> Sight:
        """What there is to choose from. Raises NoCapablePool where none can serve the request."""
        able = capable(facts, self._in_order(pools))
        tokens = self._answers.expected(facts)
        if len(able) == len(self.names):
            places = self._all
        else:
            places = [self.places[pool.name] for pool in able]
            tokens = tokens[places]
        objective, warm = self.objective, self._warm(facts, able, price)
        costs = self._costs(facts, able, tokens)
        if warm:
            costs = np.maximum(0.0, costs - [uncharged(pool, one) for pool, one in zip(able, warm, strict=True)])
        seconds = seconds_of(facts, able, tokens, warm) if objective.latency else None
        taken = objective.price(costs, seconds, price if price != math.inf else 0.0)
        if warm and objective.cost:
            taken = taken - objective.price(np.array([uncomputed(*one) for one in zip(able, warm, strict=True)]))
        if self._switch.margin and facts.served:
            taken = taken + self._margins(facts, able)
        return Sight(able, places, costs, taken, price)

    def _warm(self, facts: Facts, pools: Pools, price: float) -> list[Warm]:
        """By pool, what its servers hold of the prompt; empty where none does, or nobody minds."""
        objective, weight = self.objective, self._switch.weight
        if not (weight and facts.prefix and (objective.cost or objective.latency or price)):
            return []
        warm = [warm_in(facts, pool, weight) for pool in pools]
        return warm if any(warm) else []

    def _margins(self, facts: Facts, pools: Pools) -> Floats:
        """What others than the conversation's own pool have to be better by, where that one is here."""
        away = np.array([pool.name != facts.served for pool in pools])
        return np.asarray(away * (0.0 if away.all() else self._switch.margin), np.float64)

    def _in_order(self, pools: Pools) -> Pools:
        """Those that are ours, as our own order has them."""
        if [pool.name for pool in pools] == self._listed:  # most often, and then nothing is to be put in order
            return pools
        here = {pool.name: pool for pool in pools}
        return tuple([here[name] for name in self.names if name in here])

    def _costs(self, facts: Facts, pools: Pools, tokens: Floats) -> Floats:
        """float64[n], US$. Prices seldom change: they are turned into arrays when they do."""
        prices = [pool.price_in for pool in pools], [pool.price_out for pool in pools]
        if prices != self._prices:
            self._prices, self._rates = prices, np.array(prices) / 1e6
        return np.asarray(facts.prompt_tokens * self._rates[0] + tokens * self._rates[1], np.float64)

    def learn(self, facts: Facts, outcome: Outcome) -> None:
        """How long an answer was."""
        self._answers.learn(facts, outcome)

    def lengths(self) -> dict[str, Lengths]:
        """What was learned of that, by name."""
        return self._answers.state()

    def restore(self, lengths: Mapping[str, Lengths]) -> None:
        """Pools that are gone are let go, new ones start afresh."""
        self._answers.restore(lengths)
