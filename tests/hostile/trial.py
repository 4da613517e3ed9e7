"""A router put on trial: what is sent to it, what it answers, and what must hold whatever was sent."""

from __future__ import annotations

import gc
import json
import logging
import re
from collections.abc import Iterable
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
    """The reply is an error in the shape of the path's dialect, with all the keys that its SDKs read."""
    told: dict[str, Any] = json.loads(reply.body)
    assert reply.headers["content-type"] == "application/json"
    if path in DIALECTS and told.get("type") == "error":
        assert set(told) == {"type", "error", "request_id"}
        assert type(told["error"]["type"]) is type(told["error"]["message"]) is type(told["request_id"]) is str
        return
    assert set(told) == {"error"}
    error = told["error"]
    assert set(error) == {"message", "type", "param", "code"}
    assert all(type(error[name]) is str for name in ("message", "type"))
    assert all(error[name] is None or type(error[name]) is str for name in ("param", "code"))


def assert_silent(logs: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Nothing was logged as an error, or left unheard, and the canary is in no log."""
    gc.collect()  # what nobody awaited complains when it is collected
    assert not [one.getMessage() for one in caplog.get_records("call") if one.levelno >= logging.ERROR]
    assert "Traceback" not in caplog.text
    assert "never retrieved" not in caplog.text
    assert CANARY not in caplog.text
    written = b"".join(path.read_bytes() for path in logs.glob("decisions.jsonl*"))
    assert written
    assert CANARY.encode() not in written


class Trial:
    """`probe` sends one thing on a fresh connection; `close` looks for what must never be."""

    def __init__(self, scene: Scene, router: Router, engine: FakeEngine, logs: Path) -> None:
        self.scene = scene
        self.router = router
        self.engine = engine
        self._logs = logs
        self.lines: list[Line] = []
        self._asked_last = self._still = 0
        self.guarded = bool(router.config.keys)

    @property
    def asked(self) -> int:
        """Requests that the engine has seen."""
        return self.engine.counters.requests

    async def dial(self, receive_buffer: int = 0) -> Line:
        """A connection that is closed with the trial."""
        assert self.router.listener is not None
        self.lines.append(await dial(self.router.listener.address, receive_buffer))
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
            self._assert_tolerable(reply, path, self.asked > before, sent)
        assert heard.replies or heard.closed, sent[:200]
        return heard

    async def converses(self, path: str, bodies: Iterable[bytes]) -> set[int]:
        """The same for many bodies, one after the other on one connection; all statuses that were seen."""
        line, statuses = await self.dial(), set[int]()
        for body in bodies:
            before = self.asked
            sent = post(body=body, target=path.encode())
            await line.send(sent)
            reply = await line.reply()
            assert reply is not None, sent[:500]
            assert self.asked - before <= 1
            self._assert_tolerable(reply, path, self.asked > before, sent)
            statuses.add(reply.status)
        return statuses

    def _assert_tolerable(self, reply: Reply, path: str, asked: bool, sent: bytes) -> None:
        own = asked and self.engine.seen[-1].status == reply.status
        assert reply.status < 500 or own, (sent[:500], reply)
        if reply.status >= 400:
            assert_error(reply, path)

    async def reading(self) -> None:
        """Until the router waits for the rest of a body."""
        await until(lambda: self.router.gateway.in_flight)

    def stalled(self) -> bool:
        """Whether this was asked fifty times in a row without the engine being asked once."""
        self._still = self._still + 1 if self._asked_last == self.asked else 0
        self._asked_last = self.asked
        return self._still >= 50

    async def serves(self) -> None:
        """A proper request is answered properly."""
        self.engine.fault = ""
        heard = await self.probe(post())
        assert heard.statuses == [200], heard.raw

    async def close(self, caplog: pytest.LogCaptureFixture) -> None:
        """It still serves; nothing was logged as an error; the canary is nowhere but where it was sent to."""
        await self.serves()
        if not self.router.config.admin:
            metrics = get(b"/metrics").replace(b"host: router", b"host: localhost")
            assert (await self.probe(metrics)).statuses == [403 if self.guarded else 200]  # the key is a tenant's
        for line in self.lines:
            line.close()
        heard = b"".join(line.heard.raw for line in self.lines)
        await self.scene.close()
        await self.engine.until(lambda engine: not engine.counters.open, within=1.0)
        assert_silent(self._logs, caplog)
        assert CANARY.encode() not in heard
        if self.guarded:
            assert CANARY not in repr([(seen.headers, seen.path) for seen in self.engine.seen])
