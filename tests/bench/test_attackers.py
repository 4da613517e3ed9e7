"""Attackers before a real router that is hard on them: all are closed, and what they tell is so."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from bench.attackers import KINDS, held, told
from tests.live.scene import staged
from wrp_router.config.clients import Clients

SHORT = 0.3


@pytest.mark.parametrize("kind", KINDS)
async def test_all_are_closed(tmp_path: Path, caplog: pytest.LogCaptureFixture, kind: str):
    """And counted, with what was said to them."""

    def attack(port: int) -> dict[str, object]:
        attackers = KINDS[kind](port, 8)
        held(attackers, 20.0, kind == "loris")
        for one in attackers:
            one.sock.close()
        return told(attackers)

    async with staged(tmp_path, caplog) as scene:
        engine = await scene.engine("victim")
        clients = Clients(head=SHORT, body_idle=SHORT, unread=SHORT)
        router = await scene.open(engine, pool={"model": "victim"}, clients=clients)
        assert router.listener is not None
        found = await asyncio.to_thread(attack, router.listener.address[1])
    assert (found["attackers"], found["closed"]) == (8, 8)
    said = {"idle: closed": 2, "slow_head: closed": 2, "odd_head: closed": 2, "slow_body: 408": 2}
    assert found["said"] == (said if kind == "loris" else {"stalled: closed": 8})
