"""One pool's servers: room, panic, ejection, and who holds what."""

from __future__ import annotations

import math

import pytest

from tests.fleet.makers import broken, pool_of
from wrp_policies.warmth import COLD
from wrp_router.fleet.pool import PoolState
from wrp_router.fleet.spec import PoolSpec, PrefixSpec, ServerSpec
from wrp_router.fleet.state import ServerState


def test_panic_uses_all():
    """When no breaker is closed, doubtful servers are better than none."""
    pool = pool_of(0, 0)
    for server in pool.servers:
        broken(server)
    pool.reconsider()
    assert pool.answering.panic
    assert [server.room(0.0) for server in pool.servers] == [math.inf, math.inf]
    assert pool.has_room(0.0, beyond=100)


@pytest.mark.parametrize(("servers", "out", "may"), [(1, 0, False), (2, 0, True), (2, 1, False), (4, 1, True)])
def test_ejection_at_most_half(servers: int, out: int, may: bool):
    """Never the last; but one that refuses connections is out anyway."""
    pool = pool_of(*[0] * servers)
    for server in pool.servers[:out]:
        broken(server)
    assert pool.answering.may_eject(False) is may
    assert pool.answering.may_eject(True)


def test_room_in_a_pool():
    """More than what is spoken for."""
    pool = pool_of(1, 2)
    assert pool.has_room(0.0, beyond=2)
    assert not pool.has_room(0.0, beyond=3)
    pool.servers[1].in_flight = 2
    assert not pool.has_room(0.0, beyond=1)


def test_nothing_is_known_of_prefixes_where_nobody_asks():
    """Cold, and the same for all; where somebody asks, every pool remembers by itself."""
    plain, one, two = (PoolState(PoolSpec("p", "m", (), prefix=spec)) for spec in (None, PrefixSpec(), PrefixSpec()))
    for pool in (plain, one, two):
        pool.refresh(0.0)
    assert plain.view.warm is COLD
    assert one.view.warm is one.prefixes
    assert one.prefixes is not two.prefixes


def test_longest_prefixes_have_a_length_in_tokens():
    """Of the longest blocks that may be configured, too."""
    pool = PoolState(PoolSpec("p", "m", (), prefix=PrefixSpec(65_536)))
    assert pool.prefixes is not None
    pool.prefixes.note("s", tuple(range(4096)))
    assert pool.prefixes.tokens(tuple(range(4096))) == {"s": 4096 * 65_536}


def test_adapters_and_contexts_are_shown():
    """Policies see which names are adapters, and what each server holds."""
    pool = PoolState(PoolSpec("p", "m", (), adapters=("sql-*",)))
    pool.add(ServerState(ServerSpec("s", "http://s", context=8_192), pool))
    pool.refresh(0.0)
    assert [name in pool.view.adapters for name in ("sql-1", "law")] == [True, False]
    assert pool.view.servers[0].context == 8_192
    assert "sql-1" not in PoolState(PoolSpec("p", "m", ())).adapters
