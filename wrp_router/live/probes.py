"""Ask servers now and then whether they live. A probe speaks only of the host: any answer below 500 is life."""

from __future__ import annotations

import random
from time import monotonic

from wrp_router.fleet import Fleet

from .looking import Look, pause
from .upstream.words import EXHAUSTED, Broken

ANSWER_LIMIT = 256 * 1024


async def ailment(look: Look) -> str:
    """One look: "" if the server lives, else what is wrong with it. A refused connection says `connect`: then nobody is
    there, and the breaker need not doubt it."""
    try:
        status = (await look.take(ANSWER_LIMIT)).status
    except Broken as broken:
        return broken.reason
    return f"status {status}" if status >= 500 else ""


async def watch(look: Look, fleet: Fleet, rng: random.Random) -> None:
    """Look for ever."""
    while True:
        await pause(look.every, rng)
        wrong = await ailment(look)
        if wrong != EXHAUSTED:
            fleet.probed(look.pool, look.server, not wrong, monotonic(), wrong or "probe")
