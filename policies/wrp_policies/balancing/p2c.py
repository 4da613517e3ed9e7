"""Two servers at random, the less loaded one (Mitzenmacher 2001). It does not follow warm caches."""

from __future__ import annotations

import random

from wrp_policies.types import Pool
from wrp_signals.facts import Facts

from .loads import loads_of, ranked
from .spec import Simple


class PowerOfTwo(Simple, frozen=True, tag="p2c"):
    """Draws two distinct usable servers and puts the one with less load per weight first (on a tie the first drawn);
    the rest follow in order of load, as spares."""

    def order(self, facts: Facts, pool: Pool, now: float, rng: random.Random) -> tuple[str, ...]:
        loads = loads_of(pool)
        order = ranked(loads)
        if len(order) > 2:
            # uniform over ranks is uniform over servers; random() is a tenth of the price of sample()
            one = int(rng.random() * len(order))
            two = int(rng.random() * (len(order) - 1))
            two += two >= one
            best = one if loads[order[one]] <= loads[order[two]] else two
            order.insert(0, order.pop(best))
        elif len(order) == 2 and loads[order[0]] == loads[order[1]] and rng.random() < 0.5:
            order.reverse()
        return tuple(order)
