"""What `linucb` is measured by: a choice among as many pools and numbers as are said, with a budget and chances."""

from __future__ import annotations

import pytest

from bench import decided


def test_all_is_asked_that_is_said():
    """Every pool has a chance, and its answers are learned from."""
    scene = decided.scene()
    choice = scene.select(0)
    assert len(choice.pools) == len(choice.chances) == decided.POOLS
    assert sum(choice.chances.values()) == pytest.approx(1.0)
    scene.learn(0)
    scene.judged(0)
    again = scene.select(1)
    assert "at a price of" in again.why
    assert len(scene.facts) == decided.ASKED


@pytest.mark.parametrize("row", decided.ROWS)
def test_it_runs(row):
    """As bench/instructions.py has it run."""
    assert decided.main([row, "3"]) == 0
