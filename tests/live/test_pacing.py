"""How slowly bodies may come."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wrp_router.config.clients import Clients
from wrp_router.live.pacing import Pace, pace_of

PACE = Pace(idle=10.0, rate=1000, whole=100.0)


@pytest.mark.parametrize(
    ("now", "received", "due"),
    [
        (0.0, 0, 10.0),  # nothing yet
        (5.0, 5, 10.005),  # a drip: it has what it brought, and no more
        (5.0, 1_000_000, 15.0),  # a megabyte at once buys no silence
        (60.0, 70_000, 70.0),  # as fast as it must be
        (99.0, 10_000_000, 100.0),  # the whole has its end
    ],
)
def test_when_patience_ends(now: float, received: int, due: float):
    """The first of the three."""
    assert PACE.due(0.0, now, received) == pytest.approx(due)


def test_without_a_rate():
    """Silence and the whole are left."""
    assert Pace(10.0, 0, 100.0).due(0.0, 50.0, 1) == 60.0


@given(st.lists(st.tuples(st.floats(0.0, 20.0), st.integers(1, 5000)), max_size=50))
def test_no_body_outlasts_its_bounds(pieces: list[tuple[float, int]]):
    """However it comes: not the whole, and never more slowly than the rate once the first silence is over."""
    began, now, received = 3.0, 3.0, 0
    due = PACE.due(began, now, 0)
    for pause, size in pieces:
        if now + pause > due:
            break
        now, received = now + pause, received + size
        due = PACE.due(began, now, received)
    assert due <= began + PACE.whole + 1e-9
    assert due - now <= PACE.idle + 1e-9
    assert received >= PACE.rate * (due - began - PACE.idle) - 1e-6


def test_as_configured():
    """And the client is told all three."""
    assert pace_of(Clients(), 120.0) == Pace(10.0, 1024, 120.0)
    assert all(word in pace_of(Clients(), 120.0).said for word in ("10 s", "1024 bytes", "120 s"))
    assert "bytes" not in pace_of(Clients(body_rate=0), 120.0).said
