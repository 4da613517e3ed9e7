"""Two engines of each kind that is installed, for all tests of this folder; and a router before them for each test."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import openai
import pytest

from scripts.engine_venvs import python_of
from tests.engines.rented import KINDS, Rented, rented, routed, weighed


@pytest.fixture(scope="session", params=list(KINDS))
def engines(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Rented]]:
    """Two of one kind."""
    kind = KINDS[request.param]
    python = python_of(kind.name)
    if not python.exists():
        pytest.skip(f"NOT TESTED: this engine is missing; run: python scripts/engine_venvs.py {kind.name}")
    folder = tmp_path_factory.mktemp(kind.name)
    weights = weighed(kind, python, folder)
    with ExitStack() as stack:
        yield [stack.enter_context(rented(kind, python, weights, folder)) for _ in range(2)]


@pytest.fixture
def base(engines: list[Rented], tmp_path: Path) -> Iterator[str]:
    """A router before both."""
    with routed(tmp_path, engines) as address:
        yield address


@pytest.fixture
def gpt(base: str) -> Iterator[openai.OpenAI]:
    """The SDK, which does not try again."""
    with openai.OpenAI(base_url=f"{base}/v1", api_key="sk-test", max_retries=0, timeout=120) as client:
        yield client
