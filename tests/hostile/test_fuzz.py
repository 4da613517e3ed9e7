"""Whatever nobody thought of: bodies and heads made up by chance."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.hostile.conftest import GUARDED, new_loop
from tests.hostile.trial import Trial
from tests.hostile.wire import ASK, CHAT, post
from tests.live.scene import Scene, staged
from wrp_router.config.bounds import Timeouts
from wrp_router.fakes.engine import FakeEngine

pytestmark = pytest.mark.fault("B6")

PATHS = {
    "/v1/chat/completions": {"messages": [{"role": "user", "content": "hi"}], "n": 1},
    "/v1/completions": {"prompt": ["hi"], "max_tokens": 9},
    "/v1/embeddings": {"input": ["hi"]},
    "/v1/responses": {"input": [{"role": "user", "content": "hi"}], "text": {"format": {"type": "text"}}},
    "/v1/messages": {"messages": [{"role": "user", "content": [{"type": "text", "text": "hi"}]}], "max_tokens": 9},
    "/v1/messages/count_tokens": {"messages": [{"role": "user", "content": "hi"}]},
}
BOUNDED = settings(max_examples=400, suppress_health_check=list(HealthCheck), derandomize=True)


class Bench:
    """A trial on a loop of its own: hypothesis runs many examples on one router."""

    def __init__(self, runner: asyncio.Runner, trial: Trial) -> None:
        self._runner = runner
        self._trial = trial

    def tolerates(self, sent: bytes, path: str = "/v1/chat/completions") -> None:
        """See Trial; what was heard is forgotten at once."""
        self._runner.run(self._tolerates(sent, path))

    async def _tolerates(self, sent: bytes, path: str) -> None:
        await self._trial.tolerates(sent, path)
        for line in self._trial.lines[:-1]:
            assert b"CANARY" not in line.heard.raw
        del self._trial.lines[:-1]


@pytest.fixture
def bench(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> Iterator[Bench]:
    """A router for many examples, held to account at the end."""
    caplog.set_level(logging.DEBUG)
    with asyncio.Runner(loop_factory=new_loop) as runner:
        engine = FakeEngine(["fake"], keep=10)
        staging = staged(tmp_path, caplog)

        async def opened() -> Trial:
            await engine.start()
            scene: Scene = await staging.__aenter__()
            router = await scene.open(engine, timeouts=Timeouts(body=0.2), **GUARDED)
            return Trial(scene, router, engine, tmp_path)

        trial = runner.run(opened())
        yield Bench(runner, trial)
        runner.run(trial.close(caplog))
        runner.run(engine.stop())


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20) | st.just("fake"),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)
NAMES = st.sampled_from(
    [
        *("model", "messages", "input", "prompt", "stream", "n", "max_tokens", "temperature", "tools", "system"),
        *("instructions", "response_format", "metadata", "user", "text", "stream_options", "role", "content", "type"),
    ]
)


@st.composite
def requests(draw: st.DrawFn) -> tuple[str, bytes]:
    """A request for some path in which some values, anywhere, became something else."""
    path = draw(st.sampled_from(sorted(PATHS)))
    tree: Any = json.loads(json.dumps({"model": "fake", **PATHS[path]}))
    for _ in range(draw(st.integers(1, 4))):
        _change(draw, tree)
    return path, json.dumps(tree, ensure_ascii=draw(st.booleans())).encode("utf-8", "surrogatepass")


def _change(draw: st.DrawFn, tree: Any) -> None:
    node = tree
    while True:
        keys: list[Any] = list(node) if isinstance(node, dict) else list(range(len(node)))
        if not keys or draw(st.booleans()):
            break
        inner = node[draw(st.sampled_from(keys))]
        if not isinstance(inner, dict | list):
            break
        node = inner
    if isinstance(node, list):
        node.insert(0, draw(VALUES))
    elif node and draw(st.integers(0, 4)) == 0:
        del node[draw(st.sampled_from(sorted(node)))]
    else:
        node[draw(NAMES | st.text(max_size=8))] = draw(VALUES)


def test_any_request(bench: Bench):
    """Well-formed JSON of any shape: an error of the caller's, or the engine's answer."""

    @BOUNDED
    @given(requests())
    def holds(made: tuple[str, bytes]) -> None:
        path, body = made
        bench.tolerates(post(body=body, target=path.encode()), path)

    holds()


@st.composite
def spoilt(draw: st.DrawFn) -> bytes:
    """A body with some bytes gone, doubled or replaced, or nothing but bytes."""
    if draw(st.integers(0, 9)) == 0:
        return draw(st.binary(max_size=200))
    body = bytearray(ASK)
    for _ in range(draw(st.integers(1, 5))):
        at = draw(st.integers(0, len(body)))
        body[at : at + draw(st.integers(0, 8))] = draw(
            st.binary(max_size=4) | st.sampled_from([b'"', b"{", b"\\", b","])
        )
    return bytes(body)


def test_any_bytes_for_a_body(bench: Bench):
    """The same for bytes that were JSON once."""

    @BOUNDED
    @given(st.sampled_from(sorted(PATHS)), spoilt())
    def holds(path: str, body: bytes) -> None:
        bench.tolerates(post(body=body, target=path.encode()), path)

    holds()


LINES = st.tuples(
    st.sampled_from(
        [
            *(b"host", b"authorization", b"x-api-key", b"content-type", b"content-encoding", b"connection", b"expect"),
            *(
                b"x-request-id",
                b"x-wrp-session",
                b"x-wrp-cache",
                b"x-wrp-deadline-ms",
                b"traceparent",
                b"te",
                b"trailer",
            ),
            *(b"upgrade", b"accept", b"accept-encoding", b"user-agent", b"x-fake-not", b"anthropic-version", b"cookie"),
        ]
    )
    | st.binary(max_size=6),
    st.sampled_from([b": ", b":", b" : ", b"", b":\t", b": \r"]),
    st.binary(max_size=30)
    | st.sampled_from([b"chunked", b"0", b"close", b"keep-alive", b"100-continue", b"gzip", b"-1"]),
    st.sampled_from([b"\r\n", b"\r\n", b"\r\n", b"\n", b"\r", b"\r\n ", b""]),
)


def test_any_bytes_for_headers(bench: Bench):
    """Header lines of any bytes, ended in any way: refused, or passed on as one request."""

    @BOUNDED
    @given(st.lists(LINES, min_size=1, max_size=6))
    def holds(lines: list[tuple[bytes, bytes, bytes, bytes]]) -> None:
        bench.tolerates(post(b"x: y\r\n" + b"".join(b"".join(line) for line in lines) + b"z: y"))

    holds()


def test_any_bytes_for_a_request(bench: Bench):
    """A request with some bytes gone, doubled or replaced: its connection never waits for ever, nor becomes two."""

    @BOUNDED
    @given(st.lists(st.tuples(st.integers(0, 150), st.integers(0, 4), st.binary(max_size=4)), min_size=1, max_size=4))
    def holds(changes: list[tuple[int, int, bytes]]) -> None:
        raw = bytearray(post())
        for at, length, put in changes:
            raw[at : at + length] = put
        bench.tolerates(bytes(raw) + b"\r\n" * 40, CHAT.decode())

    holds()
