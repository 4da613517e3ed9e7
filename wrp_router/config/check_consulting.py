"""Policies that ask other models before one answers: the pools that they ask can be asked."""

from __future__ import annotations

from wrp_policies.balancing import Disaggregated
from wrp_policies.selection import Fusion, MultiRound
from wrp_router.wire.inquiries import PROMPTED

from .checked import Checked
from .pools import PoolConfig
from .problems import shown


def asked(checked: Checked) -> None:
    """Whoever is asked answers by himself; a question of ours needs a model to go to, and a dialect to be put in."""
    pools = {pool.name: pool for pool in checked.config.pools}
    for route in checked.config.routes:
        use = route.use
        if not isinstance(use, Fusion | MultiRound):
            continue
        for pool in [pools[name] for name in use.asks if name in pools]:
            _alone(checked, use, pool)
            if isinstance(use, MultiRound):
                _spoken_to(checked, use, pool)


def _alone(checked: Checked, use: Fusion | MultiRound, pool: PoolConfig) -> None:
    if isinstance(pool.balance, Disaggregated):
        message = f"no server of {shown(pool.name)} can answer a question by itself"
        checked.problems.add(checked.at(use), "E048", message, "ask a pool without roles")


def _spoken_to(checked: Checked, use: MultiRound, pool: PoolConfig) -> None:
    if pool.model == "*":
        message = f"nobody says which model of {shown(pool.name)} is asked"
        checked.problems.add(checked.at(use), "E048", message, "give it a model")
    if not set(PROMPTED) & set(pool.abilities):
        message = f"{shown(pool.name)} takes no conversations"
        checked.problems.add(checked.at(use), "E048", message, f"its abilities need one of: {', '.join(PROMPTED)}")
