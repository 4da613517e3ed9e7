"""Pools in the order they were written. It weighs nothing."""

from __future__ import annotations

import random
from typing import Annotated

from msgspec import Meta

from wrp_policies.types import Choice, Pools
from wrp_signals.facts import Facts

from .spec import Simple


class Static(Simple, frozen=True, tag="static"):
    """The first of `pools` that can serve; the ones after it are spares."""

    pools: Annotated[tuple[str, ...], Meta(min_length=1)]

    def select(self, facts: Facts, pools: Pools, now: float, rng: random.Random) -> Choice:
        here = {pool.name for pool in pools}
        order = tuple([name for name in self.pools if name in here])
        return Choice(order, why="static order")
