"""Arrivals, traces of them, and why there is none."""

from __future__ import annotations

import msgspec
import pytest

from wrp_router.sim.traces import Arrival, Trace, TraceUnusable


def test_an_arrival_moves_in_time_only():
    """All else stays, and the one moved is another."""
    arrival = Arrival(1.0, 2, 3, (4, 5), "session", "tenant", "adapter")
    assert arrival.moved(9.0) == msgspec.structs.replace(arrival, at=9.0)
    assert arrival.at == 1.0


def test_an_arrival_does_not_change():
    """It is frozen."""
    with pytest.raises(AttributeError):
        Arrival(1.0, 2, 3).at = 2.0  # type: ignore[misc]


def test_a_trace_starts_anew():
    """Every iteration is at its own place."""
    trace = Trace("t", 16, lambda: (Arrival(float(n), 1, 1) for n in range(3)))
    one, other = iter(trace), iter(trace)
    next(one)
    assert [arrival.at for arrival in other] == [0.0, 1.0, 2.0]
    assert [arrival.at for arrival in one] == [1.0, 2.0]


def test_a_changed_trace_leaves_the_first_alone():
    """It has its name, its blocks and its count of skipped rows."""
    trace = Trace("t", 16, lambda: iter([Arrival(1.0, 1, 1)]))
    changed = trace.through(lambda arrivals: (arrival.moved(5.0) for arrival in arrivals))
    assert [arrival.at for arrival in changed] == [5.0]
    assert [arrival.at for arrival in trace] == [1.0]
    assert (changed.name, changed.block_tokens, changed.skipped) == ("t", 16, trace.skipped)


def test_traces_share_no_counts():
    """Each has its own."""
    assert Trace("a", 1, lambda: iter(())).skipped is not Trace("a", 1, lambda: iter(())).skipped


@pytest.mark.parametrize(("line", "text"), [(3, "file:3: torn"), (0, "file: torn")])
def test_what_is_wrong_is_said_with_its_place(line: int, text: str):
    """File and line, or the file; it is a ValueError."""
    wrong = TraceUnusable("file", line, "torn")
    assert str(wrong) == text
    assert isinstance(wrong, ValueError)
