"""Any server, each as likely as its weight says. What every other policy has to beat."""

from __future__ import annotations

import math
import random

from wrp_policies.filters import usable_servers
from wrp_policies.types import Pool
from wrp_signals.facts import Facts

from .spec import Simple


class Random(Simple, frozen=True, tag="random"):
    """Drawn by weight; the rest in the order in which they would have been drawn next."""

    def order(self, facts: Facts, pool: Pool, now: float, rng: random.Random) -> tuple[str, ...]:
        # who rings first, each at a rate of its weight: drawing without replacement (Efraimidis and Spirakis 2006)
        drawn = [(-math.log(1.0 - rng.random()) / server.weight, server.name) for server in usable_servers(pool)]
        return tuple([name for _, name in sorted(drawn)])
