"""What the fleet keeps of a server and a pool."""

from __future__ import annotations

import math
import random

import pytest

from tests.fleet.makers import broken, done, pool_of
from wrp_router.fleet import Heard, Report
from wrp_router.fleet.health import Event
from wrp_router.fleet.load import SLOW_START
from wrp_router.fleet.state import RAMP_STEP


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


def test_what_time_changes():
    """The end of cooling and of an open breaker, and steps of a slow start; then nothing."""
    (server,) = pool_of(0).servers
    assert (server.changes_by_time(0.0), server.is_timed(0.0)) == (math.inf, False)
    server.cool_until = 5.0
    assert (server.changes_by_time(1.0), server.is_timed(1.0)) == (5.0, True)
    server.recovered_at = 1.0
    assert server.changes_by_time(1.0) == 1.0 + RAMP_STEP
    broken(server)
    assert server.changes_by_time(1.0 + SLOW_START) == server.breaker.until
    assert server.recovered_at == -math.inf


def test_pictures():
    """Averages, load and weight as they are; a recovering server weighs less."""
    pool = pool_of(4)
    (server,) = pool.servers
    server.measure(done(), 0.0)
    server.recovered_at = 0.0
    server.take()
    server.take()
    server.reported(Report(3, 4), 0.0)
    pool.refresh(SLOW_START / 2)
    (seen,) = pool.view.servers
    assert (seen.name, seen.in_flight, seen.waiting, seen.limit, seen.up) == ("s0", 2, 3, 4, True)
    assert seen.running == 5
    assert (seen.ttft, seen.measured) == (pytest.approx(0.5), 0.0)
    assert 0 < seen.weight < 1


def test_pictures_of_prompts_to_be_computed():
    """Ours and others', how fast they are, and other routers' requests."""
    pool = pool_of(4)
    (server,) = pool.servers
    for tokens in range(100, 900, 100):
        server.prefill.model.learn(tokens, 0.1 + tokens / 1000)
    server.prefill.ours, server.heard = 300, Heard(0.0, total=2, others=2)
    server.prefill.reported(1000)
    pool.refresh(0.0)
    (seen,) = pool.view.servers
    assert (seen.pending, seen.running, seen.overrun) == (1000, 2, 0.0)
    assert [seen.prefill, seen.base] == pytest.approx([0.001, 0.1])
