"""For all tests: how long an example takes, or its making, says something of the machine, nothing of the code; whoever
starts a gateway, an engine or a process leaves nothing of it behind; what takes long, or root's rights, is left out
loudly."""

from __future__ import annotations

import gc
import logging
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from tests.afterwards import Complaints, children, left, said, sockets

settings.register_profile("house", deadline=None, suppress_health_check=[HealthCheck.too_slow], print_blob=True)
settings.load_profile("house")

LIVELY = frozenset({"live", "hostile", "conformance", "workers", "demo", "fakes", "engines", "build"})
"""Folders of tests that run event loops: Python is made to look for tasks that failed in silence after each."""


@pytest.fixture(autouse=True)
def nothing_is_left(request: pytest.FixtureRequest) -> Iterator[None]:
    """After the test no socket is open and no child alive that was not there before; no task failed in silence, and no
    log that a process wrote into the test's folder tells of a traceback. `@pytest.mark.breaks` is for those that want
    one."""
    before, processes, complaints = sockets(), children(), Complaints()
    logger = logging.getLogger("asyncio")
    logger.addHandler(complaints)
    try:
        yield
        if LIVELY.intersection(request.path.parts):
            gc.collect()
    finally:
        logger.removeHandler(complaints)
    folder = request.node.funcargs.get("tmp_path")
    assert not left(before, sockets), "a socket was left open"
    assert not left(processes, children), "a process was left"
    if request.node.get_closest_marker("breaks") is None:
        assert not [line for line in complaints.lines if "never retrieved" in line or "exception in" in line.lower()]
        assert not said(folder if isinstance(folder, Path) else None)


def pytest_addoption(parser: pytest.Parser) -> None:
    """What `make chaos` says."""
    parser.addoption("--chaos", action="store_true", help="also run what takes long, as make chaos does")


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Each of those that are left out says why."""
    if item.get_closest_marker("long") and not item.config.getoption("--chaos"):
        pytest.skip("takes long: make chaos runs it")
    if item.get_closest_marker("needs_root") and os.geteuid() != 0:
        pytest.skip("needs root's rights, which are not here: NOT TRIED")
