"""How the simulator is timed: a trace in slices, made while the clock stands, on a core that is made up."""

from __future__ import annotations

import pytest

from bench.pools_rows import SLICE, Slices
from wrp_router.sim.traces import synthetic


class Shared:
    """A core that is slow from some probes to the next. A probe takes a microsecond there, a request a millisecond."""

    def __init__(self, slices: int, slow: tuple[bool, ...]) -> None:
        self.now = 0.0
        self._slow = slow
        self._at = -1
        self.trace = Slices(synthetic(0, slices * SLICE), self.probe, lambda: self.now)

    @property
    def factor(self) -> float:
        return 2.0 if self._slow[max(self._at, 0) % len(self._slow)] else 1.0

    def probe(self) -> float:
        self._at += 1
        return 1e-6 * self.factor

    def played(self) -> tuple[float, float]:
        for _ in self.trace:
            self.now += 1e-3 * self.factor
        return self.trace.a_second()


def test_slices_are_the_trace():
    """All of it, in order."""
    trace = synthetic(0, 2 * SLICE + 7)
    assert [one.at for one in Slices(trace)] == [one.at for one in trace]


@pytest.mark.parametrize(
    ("slow", "share"), [((False,), 1.0), ((False, False, True, True), 0.25), ((False, False, False, True), 0.5)]
)
def test_slices_beside_somebody_are_left_out(slow: tuple[bool, ...], share: float):
    """What is between two probes that were fast counts, and nothing of what was slow."""
    assert Shared(40, slow).played() == (pytest.approx(1000.0), share)


def test_where_somebody_was_always_there_all_counts():
    """A fast probe alone is not a slice."""
    rate, share = Shared(40, (False, True)).played()
    assert share == 0.0
    assert rate == pytest.approx(2000.0 / 3.0)
