"""What the fleet keeps of a server and a pool."""

from __future__ import annotations

import math
import random

import pytest

from tests.fleet.makers import done
from wrp_policies.types import COLD
from wrp_router.fleet.health import Event
from wrp_router.fleet.load import SLOW_START
from wrp_router.fleet.spec import PoolSpec, PrefixSpec, ServerSpec
from wrp_router.fleet.state import RAMP_STEP, PoolState, ServerState


def pool_of(*limits: int) -> PoolState:
    pool = PoolState(PoolSpec("p", "m", ()))
    for number, limit in enumerate(limits):
        pool.add(ServerState(ServerSpec(f"s{number}", f"http://s{number}", limit), pool))
    return pool


def broken(server: ServerState, now: float = 0.0) -> None:
    server.breaker.move(Event.FAILED_ENOUGH, now, random.Random(1))


def test_room_up_to_the_limit():
    """Any amount without one, none while it drains or cools."""
    limited, free = pool_of(2, 0).servers
    assert (limited.room(0.0), free.room(0.0)) == (2.0, math.inf)
    limited.in_flight = 3
    assert limited.room(0.0) == 0.0
    free.cool_until = 5.0
    assert (free.room(4.0), free.room(5.0)) == (0.0, math.inf)
    free.draining = True
    assert free.room(5.0) == 0.0


def test_one_request_on_trial():
    """A half-open server has room for exactly one."""
    (server,) = pool_of(8).servers
    broken(server)
    assert server.room(0.0) == 0.0
    server.breaker.move(Event.WAITED, server.breaker.until, random.Random(1))
    assert server.room(server.breaker.until) == 1.0


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


def test_what_time_changes():
    """The end of cooling and of an open breaker, and steps of a slow start; then nothing."""
    (server,) = pool_of(0).servers
    assert (server.changes_by_time(0.0), server.is_timed()) == (math.inf, False)
    server.cool_until = 5.0
    assert (server.changes_by_time(1.0), server.is_timed()) == (5.0, True)
    server.recovered_at = 1.0
    assert server.changes_by_time(1.0) == 1.0 + RAMP_STEP
    broken(server)
    assert server.changes_by_time(1.0 + SLOW_START) == server.breaker.until
    assert server.recovered_at == -math.inf


def test_pictures():
    """Averages, load and weight as they are; a recovering server weighs less."""
    pool = pool_of(4)
    (server,) = pool.servers
    server.measure(done())
    server.in_flight, server.waiting, server.recovered_at = 2, 3, 0.0
    pool.refresh(SLOW_START / 2)
    (seen,) = pool.view.servers
    assert (seen.name, seen.in_flight, seen.waiting, seen.limit, seen.up) == ("s0", 2, 3, 4, True)
    assert seen.ttft == pytest.approx(0.5)
    assert 0 < seen.weight < 1


def test_room_in_a_pool():
    """More than what is spoken for."""
    pool = pool_of(1, 2)
    assert pool.has_room(0.0, beyond=2)
    assert not pool.has_room(0.0, beyond=3)
    pool.servers[1].in_flight = 2
    assert not pool.has_room(0.0, beyond=1)


def test_pictures_of_prompts_to_be_computed():
    """Ours and others', how fast they are, and other routers' requests."""
    pool = pool_of(4)
    (server,) = pool.servers
    for tokens in range(100, 900, 100):
        server.prefill.model.learn(tokens, 0.1 + tokens / 1000)
    server.prefill.ours, server.running = 300, 2
    server.prefill.reported(1000)
    pool.refresh(0.0)
    (seen,) = pool.view.servers
    assert (seen.pending, seen.running, seen.overrun) == (1000, 2, 0.0)
    assert [seen.prefill, seen.base] == pytest.approx([0.001, 0.1])


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
