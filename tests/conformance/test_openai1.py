"""The OpenAI SDK of version 1, which many applications still have, sees no difference either."""

from __future__ import annotations

import asyncio
import json
import os
from asyncio.subprocess import PIPE
from pathlib import Path

import pytest

from tests.conformance.openai_calls import CALLS, STATUSES
from tests.conformance.pairs import Pair

ROOT = Path(__file__).parents[2]
CLIENT = Path(__file__).with_name("openai_calls.py")


@pytest.fixture
def python() -> str:
    """An interpreter that has it."""
    path = os.environ.get("WRP_OPENAI1_PYTHON") or str(ROOT / ".venv-openai1/bin/python")
    if not Path(path).exists():
        pytest.skip("NOT TESTED: the OpenAI SDK of version 1 is missing; run: python scripts/openai1_venv.py")
    return path


async def test_the_same_answers_and_errors(bases: Pair[str], python: str):
    """Every call and every error, from a process of its own, since two majors do not fit into one."""
    urls = [f"{base}/v1" for base in bases]
    process = await asyncio.create_subprocess_exec(python, str(CLIENT), *urls, stdout=PIPE, stderr=PIPE)
    out, complaints = await process.communicate()
    assert process.returncode == 0, complaints.decode()
    told = json.loads(out)
    assert told["version"].startswith("1.")
    direct, routed = told["seen"]
    assert len(routed) == len(CALLS) + 2 * len(STATUSES)
    assert {name: got for name, got in routed.items() if got != direct[name]} == {}
