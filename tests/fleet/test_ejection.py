"""Who is ejected, who is not, and how they come back."""

from __future__ import annotations

import pytest

from tests.fleet.makers import Watched, done, failed, gone, pool, refused
from wrp_policies.types import Fault, Outcome
from wrp_router.fleet import CannotLease
from wrp_router.record import ServerChanged
from wrp_signals.facts import Facts

LATER = 7.6
"""Past five seconds and all their jitter."""


@pytest.mark.fault("R4")
def test_five_host_failures_eject() -> None:
    """And everybody who listens hears of it, once, with the reason."""
    fleet = Watched(pool())
    fleet.fail("s0", 1.0, times=4)
    assert fleet.up(1.0) == "s0 s1"
    fleet.fail("s0", 2.0, times=1)
    assert fleet.up(2.0) == "s1"
    assert fleet.changes == [
        ServerChanged(2.0, "p", "s0", "closed", "open", "5 failures in a row, the last: status 500", "failed_enough")
    ]
    with pytest.raises(CannotLease, match="is not up"):
        fleet.lease("p", "s0", 2.0)


@pytest.mark.fault("R9")
@pytest.mark.parametrize(
    "outcome",
    [
        failed(fault=Fault.REQUEST, status=400),
        failed(fault=Fault.CREDENTIAL, status=401),
        failed(fault=Fault.CREDENTIAL, status=429),
        gone(),
    ],
)
def test_request_and_credential_faults_eject_nobody(outcome: Outcome) -> None:
    """Nor do clients that leave: otherwise one tenant could switch servers off for all."""
    fleet = Watched(pool())
    fleet.fail("s0", 1.0, times=50, outcome=outcome)
    assert fleet.up(1.0) == "s0 s1"


@pytest.mark.fault("R11")
def test_half_failing_server_is_ejected() -> None:
    """Never five in a row, but ten of twenty within half a minute."""
    fleet = Watched(pool())
    for number in range(10):
        assert fleet.up(float(number)) == "s0 s1"
        fleet.serve("s0", float(number), done())
        fleet.serve("s0", float(number), failed())
    assert fleet.up(10.0) == "s1"
    assert fleet.changes[0].why == "10 of 20 requests failed, the last: status 500"


@pytest.mark.fault("R4")
def test_trial_is_exactly_one_request() -> None:
    """After the wait one request may find out; a success lets all others back, slowly."""
    fleet = Watched(pool())
    fleet.fail("s0", 0.0)
    assert fleet.up(4.9) == "s1"
    assert fleet.up(LATER) == "s0 s1"
    trial = fleet.lease("p", "s0", LATER)
    assert fleet.up(LATER) == "s1"
    with pytest.raises(CannotLease):
        fleet.lease("p", "s0", LATER)
    trial.end(done(), 10.0)
    assert fleet.up(10.0) == "s0 s1"
    weights = [fleet.server("s0", now).weight for now in (10.0, 25.0, 39.9, 40.0, 100.0)]
    assert weights == pytest.approx([0.1, 0.5, 0.97, 1.0, 1.0], abs=0.03)
    assert fleet.moves() == [("s0", "closed", "open"), ("s0", "open", "half_open"), ("s0", "half_open", "closed")]


@pytest.mark.parametrize("outcome", [failed(), failed(fault=Fault.CREDENTIAL, status=429)])
def test_a_failed_trial_opens_for_twice_as_long(outcome: Outcome) -> None:
    """A 429 is enough to fail it."""
    fleet = Watched(pool())
    fleet.fail("s0", 0.0)
    fleet.snapshot(LATER)
    fleet.fail("s0", LATER, times=1, outcome=outcome)
    assert fleet.up(LATER + 9.9) == "s1"
    assert fleet.up(LATER + 15.1) == "s0 s1"


@pytest.mark.parametrize("outcome", [gone(), failed(fault=Fault.REQUEST, status=400), None])
def test_an_undecided_trial_makes_way_for_the_next(outcome: Outcome | None) -> None:
    """A client that leaves, or a bad request, proves nothing; nor may it block the server for good."""
    fleet = Watched(pool())
    fleet.fail("s0", 0.0)
    trial = fleet.lease("p", "s0", LATER)
    trial.end(outcome, LATER) if outcome else trial.abandon(LATER)
    assert fleet.up(LATER) == "s0 s1"
    fleet.serve("s0", LATER, done())
    assert fleet.moves()[-1] == ("s0", "half_open", "closed")


def test_stragglers_are_no_evidence() -> None:
    """What was sent before a breaker moved says nothing about the server as it is now."""
    fleet = Watched(pool())
    well, ill = fleet.lease("p", "s0", 0.0), fleet.lease("p", "s0", 0.0)
    fleet.fail("s0", 0.0)
    well.end(done(), 1.0)
    assert fleet.up(1.0) == "s1"
    fleet.snapshot(LATER)
    ill.end(failed(), LATER)
    assert fleet.up(LATER) == "s0 s1"
    assert fleet.server("s0", LATER).in_flight == 0


@pytest.mark.fault("R9", "R11")
def test_never_more_than_half_of_a_pool() -> None:
    """Two of five go; the third fails on and stays."""
    fleet = Watched(pool(servers=5))
    for server in ("s0", "s1", "s2"):
        fleet.fail(server, 0.0)
    assert fleet.up(0.0) == "s2 s3 s4"


def test_an_ejection_put_off_happens_when_there_is_room() -> None:
    """The next failure after another server has come back."""
    fleet = Watched(pool())
    fleet.fail("s0", 0.0)
    fleet.fail("s1", 0.0)
    assert fleet.up(0.0) == "s1"
    fleet.probed("p", "s0", True, 1.0)
    assert fleet.up(1.0) == "s0 s1"
    fleet.fail("s1", 1.0, times=1)
    assert fleet.up(1.0) == "s0"


@pytest.mark.fault("R11")
def test_the_last_server_stays() -> None:
    """However badly it does: an answer from it is worth more than none."""
    fleet = Watched(pool(servers=1))
    fleet.fail("s0", 0.0, times=50)
    assert fleet.up(0.0) == "s0"


def test_refused_connections_eject_beyond_half() -> None:
    """Nobody is there: to go on sending would help nobody."""
    fleet = Watched(pool(servers=4))
    for server in ("s0", "s1", "s2"):
        fleet.fail(server, 0.0, outcome=refused())
    assert fleet.up(0.0) == "s3"


@pytest.mark.fault("R11")
def test_with_all_ejected_all_are_tried() -> None:
    """Panic: once every server is out, all get requests, and the first success ends it."""
    fleet = Watched(pool(servers=3))
    for server in ("s0", "s1", "s2"):
        fleet.fail(server, 0.0, outcome=refused())
    assert fleet.up(0.0) == "s0 s1 s2"
    assert fleet.next_free(["p"], 0.0) == 0.0
    fleet.serve("s1", 1.0, refused())
    assert fleet.up(1.0) == "s0 s1 s2"
    fleet.serve("s1", 1.0, done())
    assert fleet.up(1.0) == "s1"
    assert fleet.moves()[-1] == ("s1", "open", "closed")


def test_next_free_waits_for_breakers_too() -> None:
    """An open breaker comes free when its wait is over, a cooling server when it has cooled."""
    fleet = Watched(pool())
    fleet.fail("s0", 0.0)
    fleet.cool("p", "s1", 60.0, 0.0)
    wait = fleet.next_free(["p"], 1.0)
    assert 4.0 <= wait <= 6.5
    assert fleet.up(1.0 + wait) == "s0"


def test_draining_the_last_healthy_server_is_panic() -> None:
    """The doubtful one is better than none."""
    fleet = Watched(pool())
    fleet.fail("s0", 0.0)
    fleet.drain("p", "s1")
    assert fleet.up(0.0) == "s0"


def test_a_probe_opens_the_way_at_once() -> None:
    """No need to wait out the time."""
    fleet = Watched(pool())
    fleet.fail("s0", 0.0)
    fleet.probed("p", "s0", False, 1.0)
    assert fleet.up(1.0) == "s1"
    fleet.probed("p", "s0", True, 2.0)
    assert fleet.up(2.0) == "s0 s1"
    assert fleet.server("s0", 2.0).weight == pytest.approx(0.1)
    assert fleet.changes[-1].why == "probed_ok"


def test_failed_probes_eject_like_failed_requests() -> None:
    """Five in a row; a request that goes well in between counts, a probe that does, does not."""
    fleet = Watched(pool(servers=1), pool("q"))
    for ok in (False, False, True, False, False):
        fleet.probed("q", "s0", ok, 1.0)
    assert fleet.up(1.0, "q") == "s0 s1"
    fleet.probed("q", "s0", False, 1.0)
    assert fleet.up(1.0, "q") == "s1"
    for _ in range(5):
        fleet.probed("p", "s0", False, 1.0, reason="connect")
        fleet.probed("p", "gone", False, 1.0)
    assert fleet.moves()[-1] == ("s0", "closed", "open")


def asked_by(fleet: Watched, tenant: str, outcome: Outcome, now: float = 1.0, server: str = "s0") -> None:
    """One request of that tenant's."""
    facts = Facts(id="d", operation="chat", asked_model="m", tenant=tenant)
    fleet.lease("p", server, now, None, facts).end(outcome, now)


def test_what_one_caller_does_to_a_server_that_serves_others_ejects_nobody() -> None:
    """However much of it there is, in a row or most of all; and whoever comes next is served."""
    fleet = Watched(pool())
    for _ in range(5):
        asked_by(fleet, "sound", done())
    for _ in range(40):
        asked_by(fleet, "poison", failed())
    assert fleet.up(1.0) == "s0 s1"
    for _ in range(60):
        asked_by(fleet, "sound", done())
        for _ in range(3):
            asked_by(fleet, "poison", failed())
    assert (fleet.up(1.0), fleet.changes) == ("s0 s1", [])


def test_a_server_that_fails_two_callers_is_ejected() -> None:
    """Five in a row of both, though it served both a moment ago."""
    fleet = Watched(pool())
    for tenant in ("a", "b"):
        asked_by(fleet, tenant, done())
    for tenant in ("a", "a", "a", "b", "a"):
        assert fleet.up(1.0) == "s0 s1"
        asked_by(fleet, tenant, failed())
    assert fleet.up(1.0) == "s1"


def test_one_caller_alone_is_evidence_enough() -> None:
    """Nobody else was served lately who could tell a bad request from a bad server."""
    fleet = Watched(pool())
    asked_by(fleet, "other", done(), 1.0)
    for _ in range(5):
        asked_by(fleet, "only", failed(), 60.0)
    assert fleet.up(60.0) == "s1"


def test_half_of_everybodys_requests_is_enough() -> None:
    """Whoever fails most, the others fail as much."""
    fleet = Watched(pool())
    for _ in range(5):
        for tenant in ("a", "b"):
            asked_by(fleet, tenant, done())
            asked_by(fleet, tenant, failed())
    assert fleet.up(1.0) == "s1"


def test_no_request_is_at_fault_where_nobody_answers() -> None:
    """Connections that are refused, and probes: one caller's are as good as all callers'."""
    for outcome in (refused(), None):
        fleet = Watched(pool())
        asked_by(fleet, "other", done())
        for _ in range(5):
            if outcome is None:
                fleet.probed("p", "s0", False, 1.0)
            else:
                asked_by(fleet, "only", outcome)
        assert fleet.up(1.0) == "s1"
