"""Two servers at random, the less loaded one (Mitzenmacher 2001). It does not follow warm caches."""

from __future__ import annotations

import random

from wrp_policies.types import Pool
from wrp_signals.facts import Facts

from .loads import best_of_two, loads_of
from .spec import Simple


class PowerOfTwo(Simple, frozen=True, tag="p2c"):
    """Draws two distinct usable servers and puts the one with less load per weight first (on a tie the first drawn);
    the rest follow in order of load, as spares."""

    def order(self, facts: Facts, pool: Pool, now: float, rng: random.Random) -> tuple[str, ...]:
        return best_of_two(loads_of(pool, now), rng)
