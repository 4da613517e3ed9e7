"""What the hostile tests share: a router on trial."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.hostile.trial import Trial
from tests.hostile.wire import CANARY
from tests.live.scene import staged
from wrp_router.config.secret import Secret
from wrp_router.config.structs import KeyConfig

GUARDED: dict[str, object] = {"keys": (KeyConfig(tenant="canary", key=Secret(CANARY)),)}


@pytest.fixture
def changes(request: pytest.FixtureRequest) -> dict[str, object]:
    """What a test changes of the configuration: parametrise it indirectly. By default, the canary is a known key."""
    return getattr(request, "param", GUARDED)


@pytest.fixture
async def trial(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, changes: dict[str, object]
) -> AsyncIterator[Trial]:
    """A router before one engine, held to account at the end."""
    caplog.set_level(logging.DEBUG)
    async with staged(tmp_path, caplog) as scene:
        engine = await scene.engine()
        router = await scene.open(engine, **changes)
        trial = Trial(scene, router, engine, tmp_path / "decisions.jsonl")
        yield trial
        await trial.close(caplog)


