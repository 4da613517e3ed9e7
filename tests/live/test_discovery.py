"""Which models an engine serves."""

from __future__ import annotations

import pytest

from wrp_router.fakes.engine import FakeEngine
from wrp_router.fakes.faultproxy import black_hole, closed_port
from wrp_router.live.discovery import models_of


async def test_models_in_their_order():
    """As the engine lists them."""
    async with FakeEngine(["b", "a"]) as engine:
        assert await models_of(engine.url) == ["b", "a"]
        assert engine.seen[-1].path == "/v1/models"


@pytest.mark.parametrize("fault", ["status=500", "status=404", "die_before_headers", "short_body"])
async def test_engines_that_do_not_say(fault: str):
    """None; nothing is raised."""
    async with FakeEngine(["a"]) as engine:
        engine.mishaps.probes = fault
        assert await models_of(engine.url) is None


async def test_engines_that_are_not_there():
    """Refusing, or silent."""
    async with closed_port() as port:
        assert await models_of(f"http://127.0.0.1:{port}") is None
    async with black_hole() as port:
        assert await models_of(f"http://127.0.0.1:{port}", patience=0.05) is None
