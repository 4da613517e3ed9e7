"""Questions of the router's own: that the pools they go to can be asked, and are not those that they are about."""

from __future__ import annotations

from collections.abc import Iterator

from wrp_policies.balancing import Disaggregated
from wrp_policies.cascading.verifiers import Judge, SelfConsistency
from wrp_policies.selection import Cascade
from wrp_router.wire.inquiries import PROMPTED

from .adapting import CompareConfig
from .checked import Checked
from .pools import PoolConfig
from .problems import shown

Asker = Judge | SelfConsistency


def asked(checked: Checked) -> None:
    """Judges have a model, speak a dialect of conversations, and answer by themselves; who is asked again does, too."""
    pools = {pool.name: pool for pool in checked.config.pools}
    for cascade in _cascades(checked):
        for asker in _askers(cascade):
            names = (asker.pool,) if isinstance(asker, Judge) else cascade.pools[:-1]
            for pool in [pools[name] for name in names if name in pools]:
                _roles(checked, asker, pool)
                if isinstance(asker, Judge):
                    _speaks(checked, asker, pool)
                    _apart(checked, cascade, asker, pool)


def compared(checked: Checked) -> None:
    """So does who is asked about answers of the cache, which compares some only where it goes by likeness."""
    cache = checked.config.cache
    judge = cache.judge if cache is not None else None
    if cache is None or judge is None:
        return
    for pool in [pool for pool in checked.config.pools if pool.name == judge.pool]:
        _roles(checked, judge, pool)
        _speaks(checked, judge, pool)
        if pool.send_key == "client":
            _keyless(checked, judge, pool)


def _cascades(checked: Checked) -> Iterator[Cascade]:
    for route in checked.config.routes:
        if isinstance(route.use, Cascade):
            yield route.use


def _askers(cascade: Cascade) -> Iterator[Asker]:
    parts = getattr(cascade.accept, "of", (cascade.accept,))
    return (part for part in parts if isinstance(part, Asker))


def _roles(checked: Checked, asker: Asker | CompareConfig, pool: PoolConfig) -> None:
    if isinstance(pool.balance, Disaggregated):
        message = f"no server of {shown(pool.name)} can answer a question by itself"
        checked.problems.add(checked.at(asker), "E048", message, "ask a pool without roles")


def _speaks(checked: Checked, judge: Judge | CompareConfig, pool: PoolConfig) -> None:
    at = checked.at(judge, "pool")
    if pool.model == "*":
        checked.problems.add(at, "E048", f"nobody says which model of {shown(pool.name)} judges", "give it a model")
    if not set(PROMPTED) & set(pool.abilities):
        message = f"{shown(pool.name)} takes no conversations"
        checked.problems.add(at, "E048", message, f"its abilities need one of: {', '.join(PROMPTED)}")


def _apart(checked: Checked, cascade: Cascade, judge: Judge, pool: PoolConfig) -> None:
    at = checked.at(judge, "pool")
    if pool.name in cascade.pools[:-1]:
        message = f"{shown(pool.name)} judges its own answers"
        checked.problems.add(at, "W013", message, "models like what they wrote themselves: let another one judge")
    if pool.send_key == "client" and pool.name not in cascade.pools:
        _keyless(checked, judge, pool)


def _keyless(checked: Checked, judge: Judge | CompareConfig, pool: PoolConfig) -> None:
    message = f"{shown(pool.name)} gets callers' keys, and a judge is sent none"
    checked.problems.add(checked.at(judge, "pool"), "W013", message, "give it a key of its own: api_key")
