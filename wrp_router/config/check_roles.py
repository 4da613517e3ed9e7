"""Pools whose servers have roles: that there are both, and that what runs on them can be told of each other."""

from __future__ import annotations

from wrp_policies.balancing import Disaggregated

from .checked import Checked
from .pools import PoolConfig
from .problems import shown

DIALECTS = ("vllm", "sglang")
"""Engines that can be told to compute a prompt for another."""

UNDIVIDED = ("responses", "messages")
"""Abilities that servers with roles do not have. (Embeddings are no answers, and nobody expects them there.)"""


def roles(checked: Checked) -> None:
    """Roles and the policy for them go together; engine, lines and abilities fit."""
    for pool in checked.config.pools:
        if isinstance(pool.balance, Disaggregated):
            _divided(checked, pool, pool.balance)
        else:
            for server in pool.servers:
                if server.role is not None:
                    message = f"this server has a role, and {shown(pool.name)} does not balance by roles"
                    hint = "add balance: {kind: disaggregated}, or remove role"
                    checked.problems.add(checked.at(server, "role"), "E047", message, hint)
        _ports(checked, pool)


def _divided(checked: Checked, pool: PoolConfig, balance: Disaggregated) -> None:
    add = checked.problems.add
    at = checked.at(pool, "balance")
    there = {server.role for server in pool.servers}
    for role in ("prefill", "decode"):
        if role not in there:
            add(at, "E047", f"no server of {shown(pool.name)} has the role {role}", f"add role: {role} to one")
    if pool.engine not in DIALECTS:
        message = f"servers with engine: {pool.engine} cannot be told to compute a prompt for another"
        add(checked.at(pool, "engine"), "E047", message, f"engine is one of: {', '.join(DIALECTS)}")
    for name in ("local", "alone"):
        if pool.engine == "sglang" and getattr(balance, name):
            message = f"{name}: a decode server of SGLang does not compute prompts"
            add(checked.at(balance, name), "E047", message, f"remove {name}")
    if pool.queue is not None:
        message = "a pool that balances by roles has no lines before its servers"
        add(checked.at(pool, "queue"), "E046", message, "remove queue; prefill servers may have a limit")
    for ability in pool.abilities:
        if ability in UNDIVIDED:
            message = f"{shown(pool.name)} balances by roles, so that it takes chat and completions, not {ability}"
            add(checked.at(pool, "abilities"), "E047", message, "remove it, or add a pool without roles")


def _ports(checked: Checked, pool: PoolConfig) -> None:
    for server in pool.servers:
        if server.bootstrap_port is not None and (pool.engine != "sglang" or server.role != "prefill"):
            message = "bootstrap_port is for prefill servers of SGLang"
            checked.problems.add(checked.at(server, "bootstrap_port"), "E047", message, "remove it")
