"""Lines before servers, and clients whose patience ends: nobody is lost, and orders do what they promise."""

from __future__ import annotations

import math
from typing import Any

import pytest

from tests.fleet.makers import kept_of
from wrp_policies.balancing import Adaptive, DualMap, MinTtft
from wrp_policies.queueing import Deadline, Fair, Fifo, OrderSpec, Shortest
from wrp_router.fleet.spec import QueueSpec
from wrp_router.sim.batching import Hardware, Pace
from wrp_router.sim.traces import Arrival, Shape, synthetic
from wrp_router.sim.trial import Change, Contender, Setting, Trial, report
from wrp_router.sim.trial.router import POOL

SERVER = Hardware(Pace(overhead=0.01, token=1.6e-4), kv_tokens=200_000)


def trial(order: OrderSpec | None, policy: Any = None, **changes: Any) -> Trial:
    queue = None if order is None else QueueSpec(order, prefills=2, depth=4096)
    setting = Setting(**{"hardware": (SERVER,) * 3, "block_tokens": 512, "queue": queue, **changes})
    spec = policy or MinTtft()
    return Trial(setting, Contender(spec), 1)


def settled(done: Trial, arrivals: int) -> None:
    """Everybody has ended once, and nothing is left anywhere."""
    assert len(done.results) + done.results.failed == arrivals
    for router in done.routers:
        assert (router.fleet.in_flight(), router.fleet.waiting()) == (0, 0)
        for site in done.sites.all:
            state = kept_of(router.fleet, POOL, site.name)
            assert (state.prefill.ours, state.prefills, state.kept) == (0, 0, 0)
    assert all(not len(site.engine) for site in done.sites.all)


@pytest.mark.parametrize("order", [Fifo(), Shortest(), Deadline(), Fair()], ids=lambda order: type(order).__name__)
@pytest.mark.parametrize("policy", [MinTtft(), DualMap(), Adaptive()], ids=lambda policy: type(policy).__name__)
def test_everybody_is_served_once(order: OrderSpec, policy: Any) -> None:
    """In overload, with three routers."""
    done = trial(order, policy, routers=3, sync=1.0)
    done.run(Shape(cut=20_480, rate=6.0).of(synthetic(0, 400)))
    settled(done, 400)
    assert done.results.failed == 0


def test_with_the_shortest_first_more_are_in_time() -> None:
    """In overload; and nobody waits three times as long as the last of a hundred does in order of arrival."""
    found = {}
    for order in (Fifo(), Shortest()):
        done = trial(order)
        done.run(Shape(cut=20_480, rate=7.5).of(synthetic(0, 600)))
        found[type(order)] = report(done, 5.0), float(done.results.column("ttft").max())
    (fifo, _), (shortest, longest) = found[Fifo], found[Shortest]
    assert shortest["attainment"] > 2 * fifo["attainment"]
    assert longest <= 3 * fifo["ttft_s"]["p99"]


def test_a_server_that_dies_loses_no_one_in_its_line() -> None:
    """Who stood before it stands before another; what had begun to answer is lost."""
    done = trial(Fifo(), changes=(Change(20.0, "die", 1), Change(60.0, "back", 1)))
    done.run(Shape(cut=20_480, rate=4.0).of(synthetic(0, 400)))
    settled(done, 400)
    assert done.results.failed < 20


def test_a_server_that_leaves_is_left() -> None:
    """A reload takes it away while requests wait for it."""
    done = trial(Shortest(), changes=(Change(20.0, "leave", 1), Change(40.0, "join")))
    done.run(Shape(cut=20_480, rate=5.0).of(synthetic(0, 400)))
    assert len(done.results) + done.results.failed == 400
    assert done.results.failed == 0


@pytest.mark.parametrize("order", [None, Fifo(), Shortest()], ids=["none", "fifo", "shortest"])
def test_patience_ends(order: OrderSpec | None) -> None:
    """Nobody's first token comes after it; who gave up is counted, and leaves nothing behind."""
    done = trial(order, patience=4.0)
    done.run(Shape(cut=20_480, rate=8.0).of(synthetic(0, 400)))
    settled(done, 400)
    assert done.results.failed > 50
    assert float(done.results.column("ttft").max()) <= 4.0 + 1e-6


def test_patience_is_for_the_first_token_only() -> None:
    """A long answer that has begun is read to its end."""
    slow = Hardware(Pace(overhead=0.1), kv_tokens=10_000)
    done = trial(None, hardware=(slow,), patience=1.0)
    done.run([Arrival(0.0, 100, 200)])
    assert (len(done.results), done.results.failed) == (1, 0)
    with pytest.raises(ValueError, match="nobody would be served"):
        trial(None, patience=0.0)
    assert trial(None, patience=math.inf)._setting.patience == math.inf
