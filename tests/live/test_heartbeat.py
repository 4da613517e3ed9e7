"""How late the event loop is."""

from __future__ import annotations

import asyncio
import time

import pytest

from tests.live.scene import until
from wrp_router.live.heartbeat import EVERY, ROW, Heartbeat

pytestmark = pytest.mark.fault("R19")


async def test_what_holds_the_loop_up_is_seen():
    """The worst since it was last read."""
    heart = Heartbeat()
    beating = asyncio.ensure_future(heart.beat())
    await asyncio.sleep(0)
    time.sleep(EVERY + 0.05)  # noqa: ASYNC251 - this is what is measured
    await until(lambda: heart._worst)
    assert heart.lag() >= 0.04
    assert heart.lag() == 0.0
    beating.cancel()


async def test_what_holds_the_loop_up_once_is_no_lateness_of_all():
    """Of a few beats in a row the least counts: one stall is none, a loop that is always late is."""
    heart = Heartbeat()
    beating = asyncio.ensure_future(heart.beat())
    await asyncio.sleep(0)
    time.sleep(EVERY + 0.1)  # noqa: ASYNC251 - this is what is measured
    await until(lambda: heart._worst)
    assert heart.lag() >= 0.09
    heart._last.extend([0.0] * ROW)
    heart._last.append(0.2)
    assert heart.lately() == 0.0
    heart._last.extend([0.3, 0.2, 0.4])
    assert heart.lately() == 0.2
    beating.cancel()
