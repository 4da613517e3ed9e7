"""What the hostile tests share: a router on trial."""

from __future__ import annotations

import asyncio
import gc
import logging
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.hostile.trial import Trial, assert_silent
from tests.hostile.wire import CANARY
from tests.live.scene import Scene, staged
from wrp_router.config.secret import Secret
from wrp_router.config.structs import KeyConfig
from wrp_router.fakes.engine import FakeEngine

LoopFactory = Callable[[], asyncio.AbstractEventLoop]

try:
    import uvloop

    new_loop: LoopFactory = uvloop.new_event_loop
except ImportError:
    new_loop = asyncio.new_event_loop

GUARDED: dict[str, Any] = {"keys": (KeyConfig(tenant="canary", key=Secret(CANARY)),)}


@pytest.hookimpl(optionalhook=True)
def pytest_asyncio_loop_factories(config: pytest.Config, item: pytest.Item) -> dict[str, LoopFactory]:
    """These tests run on the loop that `wrp serve` runs on."""
    return {"serving": new_loop}


@pytest.fixture(scope="session", autouse=True)
def collection_is_cheap() -> Iterator[None]:
    """Every test here collects garbage at its end; what was there before need not be looked at each time."""
    gc.collect()
    gc.freeze()
    yield
    gc.unfreeze()


@pytest.fixture
def changes(request: pytest.FixtureRequest) -> dict[str, Any]:
    """What a test changes of the configuration: parametrise it indirectly. By default, the canary is a known key."""
    return getattr(request, "param", GUARDED)


@pytest.fixture
def models(request: pytest.FixtureRequest) -> list[str]:
    """What the engine serves: parametrise it indirectly."""
    return ["fake", *getattr(request, "param", [])]


@pytest.fixture(params=["lean", "aiohttp"])
def http(request: pytest.FixtureRequest) -> str:
    """Who reads the requests: our own reader where it can, or aiohttp's server always. Both are on trial."""
    return str(request.param)


@pytest.fixture
async def trial(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, changes: dict[str, Any], models: list[str], http: str
) -> AsyncIterator[Trial]:
    """A router before one engine, held to account at the end."""
    caplog.set_level(logging.DEBUG)
    async with FakeEngine(models) as engine, staged(tmp_path, caplog) as scene:
        router = await scene.open(engine, http=http, **changes)
        trial = Trial(scene, router, engine, tmp_path)
        yield trial
        await trial.close(caplog)


@pytest.fixture
async def scene(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> AsyncIterator[Scene]:
    """For engines that mean harm: held to account at the end."""
    caplog.set_level(logging.DEBUG)
    async with staged(tmp_path, caplog) as scene:
        yield scene
    assert_silent(tmp_path, caplog)
