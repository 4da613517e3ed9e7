"""Which pools and servers can take a request at all. Pure functions that keep the given order and never choose."""

from __future__ import annotations

from collections.abc import Callable

from wrp_signals.facts import Facts

from .types import Pool, Pools, Server

NEEDS: tuple[tuple[str, Callable[[Facts], bool]], ...] = (
    ("tools", lambda facts: facts.tools > 0),
    ("vision", lambda facts: facts.images > 0),
    ("json_schema", lambda facts: facts.response_format == "json_schema"),
)
"""The abilities a pool must name, and when a request needs them."""


def usable(pools: Pools) -> Pools:
    """The pools with a server that is up, whether or not it has room now."""
    return tuple([pool for pool in pools if True in [server.up for server in pool.servers]])


def usable_servers(pool: Pool) -> list[Server]:
    """The servers with room; where none has, all that are up: they are worth waiting for."""
    # written out, not has_room(): a method call per server is half the cost of a decision over 64 servers
    return [s for s in pool.servers if s.up and (not s.limit or s.in_flight < s.limit)] or [
        s for s in pool.servers if s.up
    ]


def tokens_of(facts: Facts) -> int:
    """How much context the request may fill: its prompt and the longest answer it allows."""
    return facts.prompt_tokens + (facts.max_tokens or 0)


def needs_of(facts: Facts) -> frozenset[str]:
    """The abilities without which the request cannot be served."""
    return frozenset([ability for ability, needed in NEEDS if needed(facts)])


def fits_context(facts: Facts, pools: Pools) -> Pools:
    """The pools whose context holds prompt and answer, and those whose context is not known (0)."""
    tokens = tokens_of(facts)
    return tuple([pool for pool in pools if pool.context == 0 or pool.context >= tokens])


def has_abilities(facts: Facts, pools: Pools) -> Pools:
    """The pools that name every ability the request needs. An ability that is not named is not there."""
    needs = needs_of(facts)
    return tuple([pool for pool in pools if needs <= pool.abilities]) if needs else pools
