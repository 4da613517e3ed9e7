"""The cheapest pool that can do it at all. It knows nothing of quality."""

from __future__ import annotations

import random
from typing import Annotated

from msgspec import Meta

from wrp_policies.capable import capable
from wrp_policies.types import Choice, Pool, Pools
from wrp_signals.facts import Facts

from .spec import Simple

MOST_OUTPUT = 10_000_000
"""Tokens; more than any engine writes. A request may ask for any number, a price may not overflow on it."""


class CheapestCapable(Simple, frozen=True, tag="cheapest_capable"):
    """Among the pools with enough context and every ability needed, those with the lowest expected cost first.

    Expected cost is prompt tokens at the input price plus `max_tokens` (or `default_output`, where the request sets
    none) at the output price; equals keep the order of `pools`. Raises NoCapablePool where none is capable.
    """

    pools: Annotated[tuple[str, ...], Meta(min_length=1)]
    default_output: Annotated[int, Meta(ge=0, le=MOST_OUTPUT)] = 512

    def select(self, facts: Facts, pools: Pools, now: float, rng: random.Random) -> Choice:
        here = {pool.name: pool for pool in pools}
        able = capable(facts, tuple([here[name] for name in self.pools if name in here]))
        costs = [self._cost(facts, pool) for pool in able]
        # sorted() is stable, so that equal costs keep the configured order
        order = sorted(range(len(able)), key=costs.__getitem__)
        best = order[0]
        why = f"cheapest of {len(able)} capable: {able[best].name} at ${costs[best] / 1e6:.3g}"
        return Choice(tuple([able[i].name for i in order]), why)

    def _cost(self, facts: Facts, pool: Pool) -> float:
        """Millionths of a dollar."""
        output = self.default_output if facts.max_tokens is None else min(facts.max_tokens, MOST_OUTPUT)
        return facts.prompt_tokens * pool.price_in + output * pool.price_out
