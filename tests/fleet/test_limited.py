"""Limits that follow what first tokens take: in a fleet, with those who wait for room."""

from __future__ import annotations

from typing import Any

import pytest

from tests.fleet.clocked import RATE, Fleet
from tests.fleet.makers import asked, done, failed, gone, kept_of
from wrp_policies.types import Ended, Outcome
from wrp_router.fleet import CannotLease, Lease, ServerSpec
from wrp_router.fleet.limits import FIRST, SAMPLES
from wrp_router.fleet.spec import LimitSpec, PoolSpec, QueueSpec


def limited(spec: LimitSpec | int = LimitSpec(), servers: int = 1, **changes: Any) -> Fleet:  # noqa: B008 - frozen
    specs = tuple(ServerSpec(f"s{n}", f"http://s{n}", spec) for n in range(servers))
    fleet = Fleet(PoolSpec("p", "m", specs, **changes))
    for _ in range(9):
        fleet.ask("s0")  # now it has a line
    return fleet


def answered(fleet: Fleet, wait: float, outcome: Outcome | None = None) -> None:
    """One answer, its first token so much later than it would be alone; with an outcome, none."""
    lease = fleet.lease("p", "s0", fleet.now, None, asked(500))
    fleet.now += 500 * RATE + wait
    if outcome is None:
        lease.first(fleet.now)
    lease.end(outcome or done(), fleet.now)


def window(fleet: Fleet, wait: float, outcome: Outcome | None = None) -> None:
    """So many that the limit is another, one at a time."""
    for _ in range(SAMPLES):
        answered(fleet, wait, outcome)


def test_a_limit_that_is_found_is_shown_and_holds():
    """In the snapshot, and for who takes a server."""
    fleet = limited()
    assert fleet.server("s0", fleet.now).limit == FIRST
    window(fleet, wait=30.0)
    window(fleet, wait=30.0)
    limit = fleet.server("s0", fleet.now).limit
    assert limit < FIRST
    leases = [fleet.lease("p", "s0", fleet.now) for _ in range(limit)]
    with pytest.raises(CannotLease, match="is full"):
        fleet.lease("p", "s0", fleet.now)
    assert fleet.must_wait(["p"], fleet.now)
    assert fleet.load("p") == 1.0
    for lease in leases:
        lease.abandon(fleet.now)


def almost(fleet: Fleet, wait: float) -> Lease:
    """First tokens that come so much later than alone, all but one of a window; the last is on its way."""
    for _ in range(SAMPLES - 2):  # and one from the beginning
        answered(fleet, wait)
    return fleet.lease("p", "s0", fleet.now, None, asked(500))


def test_a_limit_that_shrinks_breaks_no_lease():
    """There are more requests on the server than it would get now; they run out, and nobody comes before."""
    fleet = limited()
    last = almost(fleet, wait=30.0)
    leases = [last, *[fleet.lease("p", "s0", fleet.now) for _ in range(FIRST - 1)]]
    fleet.now += 30.0
    last.first(fleet.now)
    limit = fleet.server("s0", fleet.now).limit
    assert limit < FIRST - 1
    for count, lease in enumerate(leases, start=1):
        assert kept_of(fleet, "p", "s0").room(fleet.now) == max(0, limit - (FIRST - count + 1))
        lease.end(done(), fleet.now)
        assert fleet.server("s0", fleet.now).in_flight == FIRST - count


def test_a_limit_that_grows_wakes_those_who_wait():
    """The moment the window ends, not when somebody leaves."""
    fleet = limited()
    last = almost(fleet, wait=0.0)
    held = [last, *[fleet.lease("p", "s0", fleet.now) for _ in range(FIRST - 1)]]
    assert fleet.must_wait(["p"], fleet.now)
    tickets = [fleet.join(["p"]) for _ in range(6)]
    fleet.now += 500 * RATE
    last.first(fleet.now)
    grown = fleet.server("s0", fleet.now).limit - FIRST
    assert grown > 2
    assert fleet.woken == tickets[:grown]
    for lease in held:
        lease.abandon(fleet.now)
    for ticket in tickets:
        fleet.leave(ticket, fleet.now)


def test_what_is_promised_is_kept():
    """Room that was given to one who waited is there when he comes, though the limit would have shrunk meanwhile."""
    for promised in (True, False):
        fleet = limited(LimitSpec(max=4))
        last = almost(fleet, wait=30.0)
        held = [fleet.lease("p", "s0", fleet.now) for _ in range(3)]
        ticket = fleet.join(["p"])
        held.pop().abandon(fleet.now)
        assert ticket.granted
        if not promised:
            fleet.leave(ticket, fleet.now)
        fleet.now += 30.0
        last.first(fleet.now)
        assert fleet.server("s0", fleet.now).limit == (4 if promised else 3)
        if promised:
            held.append(fleet.lease("p", "s0", fleet.now, ticket))
        for lease in (last, *held):
            lease.abandon(fleet.now)


@pytest.mark.parametrize("outcome", [gone(), failed(ended=Ended.TIMED_OUT, reason="ttft")])
def test_first_tokens_that_nobody_waited_for_any_more_took_that_long_at_least(outcome: Outcome):
    """An engine that answers nobody is not one that has room."""
    fleet = limited()
    window(fleet, wait=30.0, outcome=outcome)
    assert fleet.server("s0", fleet.now).limit < FIRST


def test_failures_say_nothing_of_the_limit():
    """A connection that breaks at once is no quick first token."""
    fleet = limited()
    window(fleet, wait=30.0, outcome=failed(status=0, reason="reset"))
    assert fleet.server("s0", fleet.now).limit == FIRST


def test_a_reload_keeps_what_was_found_within_its_new_bounds():
    """And a plain number is a plain number again."""
    fleet = limited()
    window(fleet, wait=30.0)
    before = fleet.server("s0", fleet.now).limit
    for spec, expected in ((LimitSpec(max=200), before), (LimitSpec(min=14), 14), (7, 7), (LimitSpec(), FIRST)):
        fleet.replace([PoolSpec("p", "m", (ServerSpec("s0", "http://s0", spec),))])
        assert fleet.server("s0", fleet.now).limit == expected


def test_lines_before_servers_mind_the_limit():
    """Who stands there is called when the limit has room."""
    fleet = limited(LimitSpec(max=2), queue=QueueSpec(prefills=9))
    places = [fleet.lines.stand("p", ("s0",), asked(), fleet.now, 99.0) for _ in range(3)]
    assert [place.granted for place in places] == [True, True, False]
    leases = [fleet.seat(place, fleet.now) for place in places[:2]]
    leases[0].end(done(), fleet.now)
    assert fleet.woken == [places[2]]
    fleet.seat(places[2], fleet.now).abandon(fleet.now)
    leases[1].abandon(fleet.now)
