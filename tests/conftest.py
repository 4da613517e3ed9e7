"""For all tests: how long an example takes, or its making, says something of the machine, nothing of the code. And what
takes long, or root's rights, is left out loudly."""

from __future__ import annotations

import os

import pytest
from hypothesis import HealthCheck, settings

settings.register_profile("house", deadline=None, suppress_health_check=[HealthCheck.too_slow], print_blob=True)
settings.load_profile("house")


def pytest_addoption(parser: pytest.Parser) -> None:
    """What `make chaos` says."""
    parser.addoption("--chaos", action="store_true", help="also run what takes long, as make chaos does")


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Each of those that are left out says why."""
    if item.get_closest_marker("long") and not item.config.getoption("--chaos"):
        pytest.skip("takes long: make chaos runs it")
    if item.get_closest_marker("needs_root") and os.geteuid() != 0:
        pytest.skip("needs root's rights, which are not here: NOT TRIED")
