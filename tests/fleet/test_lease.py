"""A server taken, and given back exactly once."""

from __future__ import annotations

import pytest

from tests.fleet.makers import Watched, done, failed, gone, pool
from wrp_router.fleet import CannotLease, LeaseEnded


def test_a_lease_says_what_was_taken() -> None:
    """Where to send the request, and whose it is."""
    lease = Watched(pool()).lease("p", "s1", 0.0)
    assert (lease.pool, lease.server, lease.url) == ("p", "s1", "http://p1:8000")


@pytest.mark.parametrize("first", ["end", "abandon"])
@pytest.mark.parametrize("second", ["end", "abandon"])
def test_ending_twice_is_a_mistake(first: str, second: str) -> None:
    """And the second time changes no count."""
    fleet = Watched(pool())
    other, lease = fleet.lease("p", "s0", 0.0), fleet.lease("p", "s0", 0.0)
    endings = {"end": lambda: lease.end(done(), 1.0), "abandon": lambda: lease.abandon(1.0)}
    endings[first]()
    with pytest.raises(LeaseEnded, match="p/s0"):
        endings[second]()
    assert (fleet.in_flight(), fleet.server("s0", 1.0).in_flight) == (1, 1)
    other.abandon(1.0)


def test_load_is_counted_while_the_lease_is_out() -> None:
    """in_flight of the server and of the fleet, and the pool's turn, which never goes back."""
    fleet = Watched(pool(), pool("q"))
    leases = [fleet.lease("p", "s0", 0.0), fleet.lease("p", "s1", 0.0), fleet.lease("q", "s0", 0.0)]
    assert fleet.in_flight() == 3
    assert [[s.in_flight for s in p.servers] for p in fleet.snapshot(0.0)] == [[1, 1], [1, 0]]
    for lease in leases:
        lease.end(done(), 1.0)
    assert fleet.in_flight() == 0
    assert [(p.turn, [s.in_flight for s in p.servers]) for p in fleet.snapshot(1.0)] == [(2, [0, 0]), (1, [0, 0])]


def test_averages_move_only_when_a_request_went_well() -> None:
    """Not while it runs, not when it failed, not when the client left."""
    fleet = Watched(pool())
    lease = fleet.lease("p", "s0", 0.0)
    assert fleet.server("s0", 0.0).ttft == 0.0
    lease.end(done(), 1.5)
    for outcome in (failed(ttft=9.0), gone()):
        fleet.serve("s0", 2.0, outcome)
    fleet.lease("p", "s0", 2.0).abandon(3.0)
    server = fleet.server("s0", 3.0)
    assert [server.ttft, server.tpot] == pytest.approx([0.5, 0.1])


def test_limits_are_enforced() -> None:
    """A plan may be older than the last free place."""
    fleet = Watched(pool(limit=1))
    lease = fleet.lease("p", "s0", 0.0)
    with pytest.raises(CannotLease, match="p/s0 is full") as caught:
        fleet.lease("p", "s0", 0.0)
    assert (caught.value.pool, caught.value.server, caught.value.why) == ("p", "s0", "is full")
    assert fleet.in_flight() == 1
    lease.end(done(), 1.0)
    fleet.lease("p", "s0", 1.0)


@pytest.mark.parametrize(("name", "server"), [("p", "gone"), ("gone", "s0")])
def test_unknown_servers_cannot_be_leased(name: str, server: str) -> None:
    """A reload may come between plan and attempt."""
    with pytest.raises(CannotLease, match="is not there any more"):
        Watched(pool()).lease(name, server, 0.0)
