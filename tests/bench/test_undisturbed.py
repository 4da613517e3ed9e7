"""What calls take while nobody else is on the core, on a core that is made up."""

from __future__ import annotations

import pytest

from bench.undisturbed import NEAR, PATIENCE, Core, between, fastest


class Shared:
    """A core on which somebody else computes at times: while `busy`, all takes twice as long."""

    def __init__(self, pattern: list[bool]) -> None:
        self.now = 0.0
        self._pattern = pattern
        self._at = 0

    @property
    def busy(self) -> bool:
        return self._pattern[self._at % len(self._pattern)]

    def spend(self, seconds: float) -> float:
        taken = seconds * (2.0 if self.busy else 1.0)
        self.now += taken
        return taken

    def probe(self) -> float:
        return self.spend(8e-6)

    def call(self, number: int) -> None:
        self._at += 1
        self.spend(100e-6)

    def core(self) -> Core:
        return Core(self.probe, lambda: self.now)


def test_calls_beside_somebody_are_left_out():
    """Of stretches that are quiet and stretches that are not, the quiet ones count."""
    shared = Shared([False] * 10 + [True] * 30)
    core = shared.core()
    assert core.p50(shared.call, 100) == pytest.approx(100.0)
    assert 0.1 < core.share < 0.25


def test_a_quiet_core_needs_no_patience():
    """As many calls as were asked for."""
    shared = Shared([False])
    core = shared.core()
    assert len(core.seconds(shared.call, 50)) == 50
    assert core.share == 1.0


def test_where_nobody_leaves_all_calls_count():
    """And it is known that they were disturbed; it ends."""
    shared = Shared([False] + [True] * 99)
    core = shared.core()
    before = shared.now
    assert len(core.seconds(shared.call, 10)) > 10
    assert PATIENCE <= shared.now - before < 2 * PATIENCE
    assert core.share < 0.05


def test_numbers_of_calls():
    """Each is told its own."""
    shared, told = Shared([False]), []
    shared.core().seconds(told.append, 3)
    assert told == [0, 1, 2]


def test_what_lies_between_two_that_were_fast():
    """A slow one takes away what is on both its sides."""
    probes = [1.0, 1.0, 2.0, 1.0, NEAR, 1.0]
    assert between(probes, 1.0).tolist() == [True, False, False, True, True]
    assert fastest([1.0] * 50 + [2.0] * 50) == 1.0
