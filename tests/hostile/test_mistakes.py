"""Mistakes of the router's own: the caller learns that there was one, the log learns where, and neither in the words of
an error, which may be the caller's prompt or somebody's key.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any, cast

import pytest

from tests.hostile.canaries import KEYS, PHRASE, PROVIDER
from tests.hostile.wire import dial, post
from tests.live.scene import Scene
from wrp_router.build import Router
from wrp_router.fakes.engine import FakeEngine

pytestmark = pytest.mark.fault("S15", "S13")


class Careless:
    """A policy that fails at whatever it is asked, and quotes all it knows."""

    def __getattr__(self, name: str) -> object:
        try:
            raise KeyError(PHRASE)
        except KeyError as error:
            raise RuntimeError(name, PHRASE, PROVIDER, KEYS["red"]) from error


def careless(router: Router) -> None:
    """The router's policies are this from now on."""
    state = router.gateway.state
    rooms = state.rooms
    planner = cast(Any, Careless())
    named = {name: replace(way, planner=planner) for name, way in rooms.named.items()}
    router.gateway.state = replace(state, rooms=replace(rooms, named=named))


@pytest.mark.parametrize("http", ["lean", "aiohttp"])
@pytest.mark.parametrize("path", [b"/v1/chat/completions", b"/v1/messages"])
async def test_a_policy_that_fails(tmp_path, caplog: pytest.LogCaptureFixture, http: str, path: bytes):
    """500 in the dialect of the path; in the log its kind, its causes and its place; and the next request is as good
    as ever."""
    async with FakeEngine(["fake"]) as engine:
        scene = Scene(tmp_path / "decisions.jsonl")
        router = await scene.open(engine, http=http)
        well = router.gateway.state
        careless(router)
        assert router.listener is not None
        line = await dial(router.listener.address)
        body = b'{"model":"fake","max_tokens":5,"messages":[{"role":"user","content":"%b"}]}' % PHRASE.encode()
        await line.send(post(body=body, target=path))
        reply = await line.reply()
        assert reply is not None
        assert reply.status == 500
        assert b"The router made a mistake; its log names it." in reply.body
        router.gateway.state = well
        await line.send(post(body=body))
        again = await line.reply()
        assert again is not None
        assert again.status == 200
        line.close()
        await scene.close()
    assert "RuntimeError" in caplog.text
    assert "KeyError" in caplog.text
    assert "test_mistakes.py" in caplog.text
    for word in (PHRASE, PROVIDER, KEYS["red"]):
        assert word not in caplog.text
        assert word.encode() not in reply.body
