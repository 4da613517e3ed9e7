"""What the simulator is counted by: requests of a trace that is as long whatever is played of it."""

from __future__ import annotations

import pytest

from bench import simulated


@pytest.mark.parametrize("requests", ["1", "40"])
def test_it_runs(requests):
    """As bench/instructions.py has it run: all that are asked for end well."""
    assert simulated.main([*simulated.ROWS, requests]) == 0
