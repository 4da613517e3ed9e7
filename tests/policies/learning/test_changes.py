"""When a pool has changed."""

from __future__ import annotations

import random

from wrp_policies.learning.changes import Changes


def test_nothing_changed_no_alarm() -> None:
    """Twenty thousand coins of expected fairness: the worst noise that quality can have."""
    changes, rng = Changes(1), random.Random(3)
    assert not any(changes.note(0, (rng.random() < 0.5) - 0.5) for _ in range(20_000))


def test_a_fall_is_seen_and_so_is_a_rise() -> None:
    """By 0.4, within a hundred judgements, of this arm alone."""
    for shift in (-0.4, 0.4):
        changes, rng = Changes(2), random.Random(4)
        seen = [changes.note(1, (rng.random() < 0.5) - 0.5 + shift) for _ in range(100)]
        assert True in seen
        assert changes.state()[0] == (0.0, 0.0)


def test_what_was_certain_and_is_wrong_now() -> None:
    """Twelve judgements are enough; then it begins anew."""
    changes = Changes(1)
    seen = [changes.note(0, -1.0) for _ in range(12)]
    assert seen.index(True) == 11
    assert changes.state() == [(0.0, 0.0)]


def test_state_goes_on() -> None:
    """Half of the evidence before, half after."""
    one, two = Changes(1), Changes(1)
    for _ in range(8):
        one.note(0, -1.0)
    two.restore(one.state())
    assert [two.note(0, -1.0) for _ in range(4)] == [False, False, False, True]
