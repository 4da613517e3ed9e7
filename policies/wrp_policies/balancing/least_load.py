"""The server with the least to do for its weight. With several routers it herds: all of them see the same minimum."""

from __future__ import annotations

import random

from wrp_policies.types import Pool
from wrp_signals.facts import Facts

from .loads import loads_of, ranked
from .spec import Simple


class LeastLoad(Simple, frozen=True, tag="least_load"):
    """By requests, ours and others', / weight; equals by TTFT, as far as it has not faded, then by name."""

    def order(self, facts: Facts, pool: Pool, now: float, rng: random.Random) -> tuple[str, ...]:
        return tuple(ranked(loads_of(pool, now)))
