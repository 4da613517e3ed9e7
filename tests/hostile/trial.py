"""A router put on trial: what is sent to it, what it answers, and what must hold whatever was sent."""

from __future__ import annotations

import gc
import json
import logging
import re
from pathlib import Path
from typing import Any

import pytest

from tests.hostile.wire import CANARY, Line, Reply, Transcript, dial, get, post
from tests.live.scene import Scene, until
from wrp_router.build import Router
from wrp_router.fakes.engine import FakeEngine

DIALECTS = {"/v1/messages": "anthropic", "/v1/messages/count_tokens": "anthropic"}


_ID = re.compile(r"[!-~]{1,128}")


def assert_error(reply: Reply, path: str) -> None:
    """The reply is an error in the shape of the path's dialect, with all its keys and no others."""
    told: dict[str, Any] = json.loads(reply.body)
    assert reply.headers["content-type"] == "application/json"
    if path in DIALECTS and told.get("type") == "error":
        assert set(told) == {"type", "error", "request_id"}
        assert {name: type(value) for name, value in told["error"].items()} == {"type": str, "message": str}
        return
    assert set(told) == {"error"}
    error = told["error"]
    assert set(error) == {"message", "type", "param", "code"}
    assert all(type(error[name]) is str for name in ("message", "type"))
    assert all(error[name] is None or type(error[name]) is str for name in ("param", "code"))


class Trial:
    """`probe` sends one thing on a fresh connection; `close` looks for what must never be."""

    def __init__(self, scene: Scene, router: Router, engine: FakeEngine, log: Path) -> None:
        self.scene = scene
        self.router = router
        self.engine = engine
        self._log = log
        self.lines: list[Line] = []
        self.guarded = bool(router.config.keys)

    @property
    def asked(self) -> int:
        """Requests that the engine has seen."""
        return self.engine.counters.requests

    async def dial(self) -> Line:
        """A connection that is closed with the trial."""
        assert self.router.listener is not None
        self.lines.append(await dial(self.router.listener.address))
        return self.lines[-1]

    async def probe(self, sent: bytes, *, bodiless: bool = False, most: int = 1) -> Transcript:
        """What comes back. The engine may have heard of `most` requests, and no answer is a fault of the router's."""
        before = self.asked
        line = await self.dial()
        await line.send(sent)
        heard = await line.converse(bodiless=bodiless)
        assert self.asked - before <= most, f"{sent[:200]!r} became {self.asked - before} requests"
        line.close()
        for reply in heard.replies:
            assert _ID.fullmatch(reply.headers.get("x-request-id", reply.headers.get("request-id", "none"))), heard.raw
        return heard

    async def refuses(self, sent: bytes, status: int, path: str = "/v1/chat/completions") -> Reply:
        """Exactly one answer: this error, in the path's dialect, and nothing for the engine."""
        heard = await self.probe(sent, most=0)
        assert heard.statuses == [status], (sent[:200], heard.raw[:500])
        assert_error(heard.replies[0], path)
        return heard.replies[0]

    async def tolerates(self, sent: bytes, path: str = "/v1/chat/completions", most: int = 1) -> Transcript:
        """An error of the client's, the engine's own answer, or a clean close; never a fault of the router's."""
        before = self.asked
        heard = await self.probe(sent, most=most)
        for reply in heard.replies:
            own = self.asked > before and self.engine.seen[-1].status == reply.status
            assert reply.status < 500 or own, (sent[:500], heard.raw[:500])
            if reply.status >= 400:
                assert_error(reply, path)
        assert heard.replies or heard.closed, sent[:200]
        return heard

    async def reading(self) -> None:
        """Until the router waits for the rest of a body."""
        await until(lambda: self.router.gateway.in_flight)

    async def serves(self) -> None:
        """A proper request is answered properly."""
        self.engine.fault = ""
        heard = await self.probe(post())
        assert heard.statuses == [200], heard.raw

    async def close(self, caplog: pytest.LogCaptureFixture) -> None:
        """It still serves; nothing was logged as an error; the canary is nowhere but where it was sent to."""
        await self.serves()
        if not self.router.config.admin:
            assert (await self.probe(get(b"/metrics"))).statuses == [200]
        for line in self.lines:
            line.close()
        heard = b"".join(line.heard.raw for line in self.lines)
        await self.scene.close()
        gc.collect()  # what nobody awaited complains when it is collected
        records = [record for record in caplog.get_records("call") if record.levelno >= logging.ERROR]
        assert not [record.getMessage() for record in records]
        assert "Traceback" not in caplog.text
        assert "never retrieved" not in caplog.text
        written = b"".join(path.read_bytes() for path in self._log.parent.glob(f"{self._log.name}*"))
        assert written
        for place, text in (("answers", heard), ("log", caplog.text.encode()), ("decision log", written)):
            assert CANARY.encode() not in text, f"the canary is in the {place}"
        if self.guarded:
            assert CANARY not in repr([(seen.headers, seen.path) for seen in self.engine.seen])
