"""What two configurations differ in that a log cannot judge, and what can. It decides nothing."""

from __future__ import annotations

import shlex
from collections.abc import Iterable
from collections.abc import Set as AbstractSet

from wrp_router.build.rooms import name_of
from wrp_router.config.pools import PoolConfig
from wrp_router.config.structs import Config

from .rows import Example

LOAD: tuple[tuple[str, str], ...] = (
    ("balance", "how a server is chosen"),
    ("queue", "the lines before servers"),
    ("limit", "how many requests a server gets"),
    ("outliers", "when slow servers are taken out"),
)
"""Fields of a pool by which requests change what others wait for."""


def unread(current: Config, candidate: Config) -> AbstractSet[str]:
    """Signals that both have and declare differently: what the log says of them the candidate would not have read."""
    return {
        name for name, spec in candidate.signals.items() if name in current.signals and current.signals[name] != spec
    }


def differences(current: Config, candidate: Config, file: str, log: str) -> list[str]:
    """Sentences, of each pool that both have. `file` is the candidate's, `log` what recorded the arrivals."""
    before = {pool.name: pool for pool in current.pools}
    found = []
    for pool in candidate.pools:
        old = before.get(pool.name)
        if old is None:
            continue
        if old.price != pool.price:
            found.append(f"{pool.name} has another price: costs are those that were logged")
        load = [what for name, what in LOAD if getattr(old, name) != getattr(pool, name)]
        if [name_of(server) for server in old.servers] != [name_of(server) for server in pool.servers]:
            load.append("its servers")
        if load:
            found.append(
                f"{pool.name} differs in {', '.join(load)}: that changes what other requests wait for, so no log can "
                f"judge it; try {simulation(old, pool, file, log)}"
            )
    return found


def other_models(examples: Iterable[Example], candidate: Config) -> AbstractSet[str]:
    """Pools that serve another model in the candidate than they did: what is known of them is of that one."""
    served: dict[str, set[str]] = {}
    for example in examples:
        for outcome in example.outcomes:
            served.setdefault(outcome.pool, set()).add(outcome.model)
    return {
        pool.name
        for pool in candidate.pools
        if pool.model != "*" and pool.model not in served.get(pool.name, {pool.model})
    }


def simulation(old: PoolConfig, new: PoolConfig, file: str, log: str) -> str:
    """The command line that plays the recorded arrivals with both ways to choose a server."""
    kinds = dict.fromkeys([str(pool.balance.__struct_config__.tag) for pool in (old, new)])
    words = ["wrp", "simulate", file, "--trace", log, "--pool", new.name, "--policy", ",".join(kinds)]
    return shlex.join(words)
