"""Pools: adapters and context lengths that can be had, and that somebody looks at; limits that fit the policy."""

from __future__ import annotations

from wrp_policies.balancing import ContextLength, Lora

from .checked import Checked
from .nodes import ListNode
from .pools import AdaptiveLimit, PoolConfig, ServerConfig
from .problems import Place, shown


def adapters(checked: Checked) -> None:
    """A name is an adapter, a model or one of `auto`, and stands in a list once. Several pools may have the same."""
    config = checked.config
    taken = {pool.model: f"the model of pool {shown(pool.name)}" for pool in reversed(config.pools)}
    taken |= dict.fromkeys(config.auto, "one of `auto`")
    for pool in config.pools:
        seen: dict[str, Place] = {}
        for number, name in enumerate(pool.adapters):
            at = _at(checked, pool, number)
            if name in taken:
                checked.problems.add(at, "E022", f"the adapter {shown(name)} is also {taken[name]}", "rename one")
            elif name in seen:
                hint = f"the first is at {seen[name].file}:{seen[name].line}; keep one"
                checked.problems.add(at, "E022", f"the adapter {shown(name)} is in this pool twice", hint)
            seen.setdefault(name, at)
        if isinstance(pool.balance, Lora) and not pool.adapters and not checked.is_set(pool, "adapters"):
            message = f"pool {shown(pool.name)} balances by adapters, and has none"
            checked.problems.add(checked.at(pool, "balance"), "W004", message, "name them: adapters: [sql-lora]")


def _at(checked: Checked, pool: PoolConfig, number: int) -> Place:
    """Where the so-manieth adapter is written, if all could be decoded; else where the list is."""
    node = checked.places.field(pool, "adapters")
    if isinstance(node, ListNode) and len(node.items) == len(pool.adapters):
        return node.items[number].at
    return checked.at(pool, "adapters")


def contexts(checked: Checked) -> None:
    """Servers have lengths of their own where one policy goes by them, and nowhere else; none exceeds its pool."""
    for pool in checked.config.pools:
        lengths = {server.context or pool.context for server in pool.servers}
        by_length = isinstance(pool.balance, ContextLength)
        if by_length and len(lengths) == 1:
            message = f"pool {shown(pool.name)} balances by context length, and all its servers have the same"
            checked.problems.add(checked.at(pool, "balance"), "W004", message, "give servers a context: of their own")
        for server in pool.servers:
            if server.context and not by_length:
                message = "nothing looks at the context of a server"
                hint = "add balance: {kind: context_length}, or set the pool's"
                checked.problems.add(checked.at(server, "context"), "W004", message, hint)
            if pool.context and server.context > pool.context:
                message = f"a context of {server.context} in a pool of {pool.context}"
                checked.problems.add(checked.at(server, "context"), "E046", message, "raise the pool's, or remove it")


def limits(checked: Checked) -> None:
    """Who waits for any server with room is not sent where its prompt is warm."""
    for pool in checked.config.pools:
        places: list[PoolConfig | ServerConfig] = [pool, *pool.servers]
        found = [one for one in places if isinstance(one.limit, AdaptiveLimit)]
        if found and len(pool.servers) > 1 and pool.balance.wants() == "caches":
            message = (
                f"pool {shown(pool.name)} goes by warm caches, and has a limit that makes requests wait for any server"
            )
            checked.problems.add(checked.at(found[0], "limit"), "W011", message, "use queue:, or balance: {kind: p2c}")
