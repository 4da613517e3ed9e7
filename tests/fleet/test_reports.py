"""What is said of servers, what of it is others', and for how long it is believed."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.fleet.makers import Watched, asked, kept_of, pool
from wrp_router.fleet import Heard, PoolSpec, Report, ServerSpec
from wrp_router.fleet.load import MOST_TOKENS
from wrp_router.fleet.reports import MOST_REQUESTS, UNHEARD, heard, presumed


@pytest.mark.parametrize(
    ("report", "ours", "others"),
    [
        (Report(waiting=2, running=5), 3, 4),
        (Report(waiting=0, running=5), 5, 0),
        (Report(waiting=2, running=0), 5, 0),
        (Report(waiting=7), 3, 4),
        (Report(waiting=2), 3, 0),
        (Report(waiting=-7, running=-7), 0, 0),
        (Report(waiting=10**400, running=10**400), 1, MOST_REQUESTS - 1),
    ],
)
def test_others_are_what_is_not_ours(report: Report, ours: int, others: int) -> None:
    """Of those that wait and run, or of those that wait where no more is said; what cannot be is not believed."""
    assert heard(report, ours, 0.0).others == others


NUMBER = st.one_of(st.integers(), st.just(10**400))


@given(NUMBER, st.none() | NUMBER, st.integers(0, 10**6), st.floats(0.0, 1e9))
def test_whatever_is_said_others_are_few_and_not_negative(
    waiting: int, running: int | None, ours: int, typical: float
) -> None:
    """And never have more tokens than if all that waits were theirs."""
    known = heard(Report(waiting, running), ours, 0.0)
    assert 0 <= known.others <= known.total <= MOST_REQUESTS
    assert 0 <= known.waiting <= known.total
    assert 0.0 <= presumed(known, typical) <= known.waiting * typical * (1 + 1e-9)


def test_tokens_of_others_are_presumed_from_ours() -> None:
    """Their share of those that wait, each with as many uncached tokens as ours have."""
    assert presumed(Heard(0.0, waiting=4, total=10, others=5), 300.0) == 600.0
    assert presumed(UNHEARD, 300.0) == 0.0


def test_engines_report_their_queues() -> None:
    """Negative numbers are nonsense; unknown servers are those of before a reload."""
    fleet = Watched(pool())
    for server, waiting in (("s0", 7), ("s1", -7), ("gone", 1)):
        fleet.reported("p", server, Report(waiting), 0.0)
    assert [server.waiting for server in fleet.snapshot(0.0)[0].servers] == [7, 0]


def test_what_others_have_there_can_be_told_exactly() -> None:
    """Of requests and of prompt tokens, ours are part of what is reported; what no engine can have is not believed."""
    fleet = Watched(pool())
    lease = fleet.lease("p", "s0", 0.0, None, asked(300))
    for total, pending, shown in ((5, 1000, (4, 1000)), (0, 0, (0, 300)), (-3, -3, (0, 300))):
        fleet.reported("p", "s0", Report(running=total, pending=pending), 0.0)
        assert (fleet.server("s0", 0.0).running, fleet.server("s0", 0.0).pending) == shown
    fleet.reported("p", "s0", Report(10**400, 10**400, 10**400), 0.0)
    server = fleet.server("s0", 0.0)
    assert (server.waiting, server.running, server.pending) == (MOST_REQUESTS, MOST_REQUESTS - 1, MOST_TOKENS)
    lease.abandon(1.0)
    assert fleet.server("s0", 1.0).pending == MOST_TOKENS - 300


def test_ours_count_at_once_between_two_reports() -> None:
    """Others are taken to stay; what we send and what comes back changes the load there and then."""
    fleet = Watched(pool())
    first = fleet.lease("p", "s0", 0.0)
    fleet.reported("p", "s0", Report(waiting=1, running=3), 0.0)
    second = fleet.lease("p", "s0", 0.1)
    loads = []
    for lease in (None, first, second):
        if lease is not None:
            lease.abandon(0.2)
        server = fleet.server("s0", 0.2)
        loads.append((server.in_flight, server.running))
    assert loads == [(2, 3), (1, 3), (0, 3)]


def test_what_has_just_ended_is_nobody_elses() -> None:
    """An engine's numbers are a little old: of two requests, one that ended before they came is still among them."""
    fleet = Watched(pool())
    first, _ = fleet.lease("p", "s0", 0.0), fleet.lease("p", "s0", 0.0)
    first.abandon(0.9)
    fleet.reported("p", "s0", Report(running=2), 1.0)
    assert fleet.server("s0", 1.0).running == 0
    fleet.reported("p", "s0", Report(running=2), 2.0)  # which by now must be somebody's
    assert fleet.server("s0", 2.0).running == 1


def test_tokens_of_others_are_like_those_that_we_send() -> None:
    """On average over the pool, whichever server they went to; nothing before we have sent anything."""
    fleet = Watched(pool())
    fleet.reported("p", "s0", Report(waiting=2, running=2), 0.0)
    assert fleet.server("s0", 0.0).pending == 0
    fleet.lease("p", "s1", 0.0, None, asked(1000)).abandon(0.0)
    fleet.reported("p", "s0", Report(waiting=2, running=2), 0.0)
    assert fleet.server("s0", 0.0).pending == 2000
    fleet.lease("p", "s1", 0.0, None, asked(2000)).abandon(0.0)
    fleet.reported("p", "s0", Report(waiting=3), 0.0)
    assert fleet.server("s0", 0.0).pending == pytest.approx(3 * 1020, abs=1)


def test_a_report_is_good_for_its_time() -> None:
    """Then it is as if nothing had been said, of requests, of tokens and of memory; a later one renews it."""
    fleet = Watched(pool(stale=5.0))
    fleet.lease("p", "s0", 0.0, None, asked(100))
    for at in (0.0, 3.0):
        fleet.reported("p", "s0", Report(4, 4, 1000, 0.5), at)
    known = Heard(3.0, 4, 8, 7, 0.5)
    assert fleet.heard(7.9) == {("p", "s0"): known}
    seen = fleet.server("s0", 7.9)
    assert (seen.in_flight, seen.waiting, seen.running, seen.pending) == (1, 4, 7, 1000)
    assert fleet.heard(8.0) == {}
    seen = fleet.server("s0", 8.0)
    assert (seen.in_flight, seen.waiting, seen.running, seen.pending) == (1, 0, 0, 100)


def test_while_reports_are_good_pictures_are_kept() -> None:
    """Whether one is stale is looked at when the first of them may be, and only what changed is made anew."""
    fleet = Watched(pool(stale=5.0))
    fleet.reported("p", "s0", Report(1), 0.0)
    fleet.reported("p", "s1", Report(1), 1.0)
    before = fleet.snapshot(1.0)
    assert fleet.snapshot(4.9) is before
    after = fleet.snapshot(5.0)
    assert (after[0].servers[0].running, after[0].servers[1] is before[0].servers[1]) == (0, True)
    assert fleet.snapshot(5.9) is after
    assert fleet.server("s1", 6.0).running == 0


def test_without_a_time_reports_stay() -> None:
    """As where all is told at once by who knows."""
    fleet = Watched(pool())
    fleet.reported("p", "s0", Report(running=3), 0.0)
    assert fleet.server("s0", 1e9).running == 3


@pytest.mark.parametrize(
    ("after", "others"),
    [
        (pool(stale=5.0, limit=7), 3),
        (pool(stale=9.0), 0),
        (pool(), 0),
        (PoolSpec("p", "m", (ServerSpec("s0", "http://moved"),), stale=5.0), 0),
    ],
    ids=["as before", "another time", "nobody asks any more", "another server"],
)
def test_reports_and_reloads(after: PoolSpec, others: int) -> None:
    """What was said is kept where it is good for as long as before; one that nobody renews may not stay for ever."""
    fleet = Watched(pool(stale=5.0))
    fleet.reported("p", "s0", Report(running=3), 0.0)
    fleet.replace([after])
    assert fleet.server("s0", 1.0).running == others
    assert fleet.server("s0", 5.0).running == 0


def test_what_is_typical_outlives_a_reload() -> None:
    """So that what others have is presumed well at once."""
    fleet = Watched(pool())
    fleet.lease("p", "s0", 0.0, None, asked(500)).abandon(0.0)
    fleet.replace([pool(limit=3)])
    assert kept_of(fleet, "p", "s1").home.typical == 500


def test_nothing_heard_is_never_stale() -> None:
    """Nor is anything that was said without a time."""
    assert (UNHEARD.at, UNHEARD.at + math.inf) == (math.inf, math.inf)
    assert Watched(pool(stale=1.0)).heard(1e9) == {}
