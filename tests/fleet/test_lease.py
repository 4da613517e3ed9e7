"""A server taken, and given back exactly once."""

from __future__ import annotations

import pytest

from tests.fleet.makers import Watched, asked, done, failed, gone, pool
from wrp_policies.types import Outcome
from wrp_router.fleet import CannotLease, LeaseEnded
from wrp_router.fleet.spec import PrefixSpec


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


def test_a_lease_knows_what_it_was_taken_for() -> None:
    """When, and how many prompt tokens it waits for; nothing where nothing is known of the request."""
    fleet = Watched(pool())
    bare, lease = fleet.lease("p", "s0", 1.0), fleet.lease("p", "s0", 2.0, None, asked(500))
    assert (bare.taken, bare.uncached, bare.ahead, bare.believed) == (1.0, 0, 0, 0)
    assert (lease.taken, lease.uncached, lease.ahead, lease.believed) == (2.0, 500, 500, 0)


def test_the_first_token_counts_once() -> None:
    """The second call and those after the end change nothing; nor does any without facts."""
    fleet = Watched(pool())
    bare, lease = fleet.lease("p", "s0", 0.0), fleet.lease("p", "s0", 0.0, None, asked(500))
    bare.first(0.1)
    lease.first(0.5)
    view = fleet.snapshot(0.5)
    for again in (bare.first, lease.first):
        again(0.6)
    assert fleet.snapshot(0.6) is view
    lease.end(done(), 1.0)
    bare.end(done(), 1.0)
    view = fleet.snapshot(1.0)
    for again in (bare.first, lease.first):
        again(1.1)
    assert fleet.snapshot(1.1) is view


@pytest.mark.parametrize("end", [done(), failed(), gone(), None])
def test_a_lease_that_ends_without_a_first_token_waits_for_nothing(end: Outcome | None) -> None:
    """However it ended."""
    fleet = Watched(pool())
    lease = fleet.lease("p", "s0", 0.0, None, asked(500))
    assert fleet.server("s0", 0.0).pending == 500
    lease.end(end, 1.0) if end else lease.abandon(1.0)
    assert (fleet.server("s0", 1.0).pending, lease.uncached) == (0, 0)


def test_a_lease_refused_is_charged_to_nobody() -> None:
    """Neither tokens nor prefixes."""
    fleet = Watched(pool(limit=1, prefix=PrefixSpec(100)))
    fleet.lease("p", "s0", 0.0)
    with pytest.raises(CannotLease):
        fleet.lease("p", "s0", 0.0, None, asked(500, (1, 2)))
    shown = fleet.snapshot(0.0)[0]
    assert (shown.servers[0].pending, shown.warm.tokens((1, 2))) == (0, {})
