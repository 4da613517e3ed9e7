"""Asking servers whether they live."""

from __future__ import annotations

import asyncio
import random
from time import monotonic

import pytest

from tests.fleet.makers import Watched, pool
from tests.live.scene import until
from wrp_router.fakes.engine import FakeEngine
from wrp_router.fakes.faultproxy import black_hole, closed_port
from wrp_router.live.probes import Probe, ailment, watch
from wrp_router.live.upstream.origin import Origin


async def looked(url: str, patience: float = 2.0) -> str:
    origin = Origin(url)
    try:
        return await ailment(Probe("p", "s0", origin, patience=patience))
    finally:
        origin.close()


@pytest.mark.parametrize(
    ("fault", "wrong"),
    [
        ("", ""),
        ("status=404", ""),
        ("status=503", "status 503"),
        ("die_before_headers", "reset"),
        ("bad_status_line", "malformed"),
    ],
)
async def test_what_is_wrong(fault: str, wrong: str):
    """Any answer below 500 is life."""
    async with FakeEngine() as engine:
        engine.mishaps.probes = fault
        assert await looked(engine.url) == wrong


async def test_nobody_there():
    """Refused is not the same as silent."""
    async with closed_port() as port:
        assert await looked(f"http://127.0.0.1:{port}") == "connect"
    async with black_hole() as port:
        assert await looked(f"http://127.0.0.1:{port}", 0.05) in ("timeout", "connect")


async def test_a_watched_server_goes_down_and_comes_back():
    """By its probes alone."""
    fleet = Watched(pool(servers=2))
    async with FakeEngine() as engine:
        origin = Origin(engine.url)
        probe = Probe("p", "s0", origin, every=0.005)
        watching = asyncio.ensure_future(watch(probe, fleet, random.Random(1)))
        engine.mishaps.probes = "status=500"
        await until(lambda: fleet.up(monotonic()) == "s1")
        engine.mishaps.probes = ""
        await until(lambda: fleet.up(monotonic()) == "s0 s1")
        watching.cancel()
        origin.close()
