"""A slope is believed where it is there, and not where it is noise."""

from __future__ import annotations

import random

import pytest

from bench.soak_slope import BLOCKS, slope

COUNTS = list(range(0, 1_000_000, 1_000))


def noisy(each: float, seed: int) -> list[float]:
    """Growth of `each` for one, with noise that lasts for some samples."""
    rng, wave, values = random.Random(seed), 0.0, []
    for count in COUNTS:
        wave = 0.9 * wave + rng.gauss(0.0, 1e5)
        values.append(3e8 + each * count + wave)
    return values


def test_a_straight_line():
    """Without noise there is no doubt, wherever it begins."""
    found = slope(COUNTS, [5.0 + 2.0 * count for count in COUNTS], after=300_000)
    assert found.each == pytest.approx(2.0)
    assert (found.least, found.most) == (pytest.approx(2.0), pytest.approx(2.0))
    assert not found.flat


def test_what_was_before_does_not_count():
    """Caches that fill up are no leak."""
    values = [50.0 * min(count, 200_000) for count in COUNTS]
    assert slope(COUNTS, values, after=250_000).flat
    assert not slope(COUNTS, values, after=0).flat


def test_noise_is_no_leak_and_a_leak_is_found():
    """Of fifty runs each: noise alone is taken for growth in few, four bytes a request are found in all."""
    assert sum(not slope(COUNTS, noisy(0.0, seed), 300_000).flat for seed in range(50)) <= 6
    assert all(not slope(COUNTS, noisy(4.0, seed), 300_000).flat for seed in range(50))


def test_steps_of_an_allocator_are_no_leak():
    """What never goes down has a slope, however seldom it goes up; a pointer kept of every fourth request is found."""
    steps = [3e8 + 65_536 * (count >= 450_000) + 147_456 * (count >= 740_000) for count in COUNTS]
    found = slope(COUNTS, steps, 400_000)
    assert found.least > 0.0
    assert found.flat
    assert not slope(COUNTS, [step + 2.0 * count for step, count in zip(steps, COUNTS, strict=True)], 400_000).flat


def test_too_few_measurements():
    """Are no ground for anything."""
    with pytest.raises(ValueError, match="measurements"):
        slope(COUNTS[: BLOCKS - 1], COUNTS[: BLOCKS - 1], 0)
