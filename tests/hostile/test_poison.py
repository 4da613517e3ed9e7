"""One tenant's requests at which any engine fails: whatever they come to, others are served, and no server is taken
from them."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest

from tests.hostile.engines import answer, before
from tests.hostile.wire import CHAT, dial, post
from tests.live.scene import Scene
from tests.live.upstream.scripted import Scripted
from wrp_router.build import Router
from wrp_router.config.secret import Secret
from wrp_router.config.structs import KeyConfig, Retries
from wrp_router.record import Row

pytestmark = pytest.mark.fault("R9")

SOUND, POISON = "sk-sound-0123456789abcdef", "sk-poison-0123456789abcdef"
KEYS: dict[str, Any] = {
    "keys": (KeyConfig(tenant="sound", key=Secret(SOUND)), KeyConfig(tenant="poison", key=Secret(POISON))),
    "retries": Retries(budget=1.0, budget_min=100),
}
ROUNDS = 30


def asked(key: str, *knobs: str) -> bytes:
    """A request with that key; the fake engine does what the knobs say."""
    body = json.dumps({"model": "fake", "messages": [{"role": "user", "content": "hi"}]}).encode()
    lines = [b"POST " + CHAT + b" HTTP/1.1", b"host: router", b"authorization: Bearer " + key.encode()]
    lines += [b"content-type: application/json", b"content-length: %d" % len(body)]
    lines += [b"x-fake: " + ", ".join(knobs).encode()] if knobs else []
    return b"\r\n".join([*lines, b"", body])


async def statuses(router: Router, key: str, times: int, *knobs: str) -> list[int]:
    """One after the other, on one connection."""
    assert router.listener is not None
    line = await dial(router.listener.address)
    found = []
    for _ in range(times):
        await line.send(asked(key, *knobs))
        reply = await line.reply()
        assert reply is not None
        found.append(reply.status)
    line.close()
    return found


def up(router: Router) -> list[bool]:
    """Of all servers."""
    return [server.up for pool in router.pools() for server in pool.servers]


BAD = {
    "400": "status=400, error_shape=openai",
    "413": "status=413, error_shape=openai",
    "422": "status=422, error_shape=openai",
    "400 that asks for a rest": "status=400, error_shape=openai, retry_after=60",
    "500": "status=500, error_shape=openai",
    "half an answer": "short_body",
}


@pytest.mark.parametrize("knob", BAD.values(), ids=BAD)
async def test_one_tenants_poison(scene: Scene, knob: str):
    """It comes to errors of its own, with retries more than four times as often as all other requests. Every one of
    those is served, and no server is ejected or left alone."""
    engines = [await scene.engine() for _ in range(3)]
    router = await scene.open(*engines, **KEYS)
    assert await statuses(router, SOUND, 30) == [200] * 30  # whoever was served here lately can tell
    for _ in range(ROUNDS):
        poisoned, sound = await asyncio.gather(statuses(router, POISON, 3, knob), statuses(router, SOUND, 2))
        assert sound == [200] * 2
        assert min(poisoned) >= 400
        assert up(router) == [True] * 3


async def test_what_all_tenants_meet_is_the_servers_fault(scene: Scene):
    """The same failures, of both: it is taken out, and nobody sees one any more."""
    sick, sound = await scene.engine(), await scene.engine()
    router = await scene.open(sick, sound, **KEYS)
    assert await statuses(router, SOUND, 4) == [200] * 4
    sick.fault = "status=500, error_shape=openai"
    for _ in range(ROUNDS):
        await asyncio.gather(statuses(router, POISON, 1), statuses(router, SOUND, 1))
    assert up(router) == [False, True]


async def test_a_rest_that_a_request_asked_for(scene: Scene):
    """400 with Retry-After, a minute: the next request is answered by the same server, at once."""
    play = Refusing()
    async with before(scene, play) as behind:
        first, second = await behind.ask(), await behind.ask()
    assert (first.statuses, second.statuses) == ([400], [200])


class Refusing:
    """Says 400 to the first request, and asks for a rest."""

    async def __call__(self, server: Scripted, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while await server.read_request(reader):
            refused = answer(b'{"error":{"message":"no"}}', b"retry-after: 60", status=b"400 Bad Request")
            writer.write(refused if len(server.requests) == 1 else answer())
            await writer.drain()


async def test_rows_name_the_class(scene: Scene):
    """Whose fault it was stands in the decision log."""
    engine = await scene.engine()
    router = await scene.open(engine)
    for status in (400, 422, 401, 429, 500):
        assert await statuses(router, POISON, 1, f"status={status}, error_shape=openai") == [status]
    rows: list[Row] = await scene.rows()
    assert [str(row.outcomes[-1].fault) for row in rows] == ["request", "request", "credential", "credential", "host"]


def test_the_request_is_what_the_others_send():
    """The canary aside."""
    assert asked(SOUND).partition(b"\r\n\r\n")[0].split(b"\r\n")[0] == post().split(b"\r\n")[0]
