"""What was counted once is counted for ever."""

from __future__ import annotations

from wrp_router.telemetry.tally import Tally, packed, unpacked
from wrp_router.workers.books import Books

COUNTED = Tally(
    {"wrp_retries_total": {("failed",): 2.0}}, {"wrp_overhead_seconds": {(): ([1, 2], 0.5)}}, {"g": {(): 7.0}}
)


def test_what_ended_stays():
    """Its counts and spreads, not its gauges; each worker once."""
    books = Books()
    books.told("a", packed(COUNTED))
    books.told("b", packed(COUNTED))
    assert unpacked(books.past(2)).spreads == {}
    for worker in ("a", "a", "b", "never heard of"):
        books.retire(worker)
    past = unpacked(books.past(1))
    assert past.counts["wrp_retries_total"] == {("failed",): 4.0}
    assert past.spreads == {"wrp_overhead_seconds": {(): ([2, 4], 1.0)}}
    assert past.gauges == {"wrp_workers": {(): 1.0}}
    assert books.last("a") is None


def test_the_supervisors_own():
    """Deaths and restarts."""
    books = Books()
    books.deaths, books.renewed, books.refused = 1, 2, 3
    counts = unpacked(books.past(0)).counts
    assert counts["wrp_worker_deaths_total"] == {(): 1.0}
    assert counts["wrp_restarts_total"] == {("done",): 2.0, ("refused",): 3.0}


def test_nonsense_is_left_out(caplog):
    """And said."""
    books = Books()
    books.told("a", b"\xc1")
    books.retire("a")
    assert "cannot be read" in caplog.text
