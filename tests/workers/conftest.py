"""The engine that all workers stand before, and a supervisor whose workers are puppets."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.conftest import engine
from tests.workers.puppets import Scene

__all__ = ["engine", "scene"]


@pytest.fixture
def scene(tmp_path: Path) -> Scene:
    return Scene(tmp_path)
