"""Whatever an engine may say that nobody thought of: answers and streams with bytes gone, doubled or replaced."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Iterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.hostile.conftest import new_loop
from tests.hostile.engines import ASK, ASK_STREAM, EVENT, SSE, STREAM, WHOLE, Behind, answer, before, unsized
from tests.hostile.trial import assert_error, assert_silent
from tests.hostile.wire import chunked
from tests.live.scene import staged
from tests.live.upstream.scripted import Scripted

pytestmark = pytest.mark.fault("U3")

BOUNDED = settings(max_examples=400, suppress_health_check=list(HealthCheck), derandomize=True)
CHUNKED = b"transfer-encoding: chunked"
SOUND = {
    False: [answer(), unsized(chunked(WHOLE), CHUNKED), unsized(WHOLE)],
    True: [
        answer(STREAM, kind=SSE),
        unsized(chunked(*[EVENT] * 3, STREAM), CHUNKED, kind=SSE),
        unsized(STREAM, kind=SSE),
    ],
}


class Parrot:
    """An engine that says what it was told last, and then closes its connection."""

    def __init__(self) -> None:
        self.says = b""

    async def __call__(self, server: Scripted, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if await server.read_request(reader):
            writer.write(self.says)
            await writer.drain()


class Bench:
    """A router before a parrot, on a loop of its own: hypothesis runs many examples on it."""

    def __init__(self, runner: asyncio.Runner, parrot: Parrot, behind: Behind) -> None:
        self._runner = runner
        self._parrot = parrot
        self._behind = behind

    def survives(self, said: bytes, stream: bool) -> None:
        """One answer, in the API's shape, and never a mistake of the router's own."""
        self._parrot.says = said
        heard = self._runner.run(self._behind.ask(ASK_STREAM if stream else ASK))
        (reply,) = heard.replies
        assert reply.status != 500 or b" 500 " in said, (said, heard.raw)
        if reply.status >= 400:
            assert_error(reply, "/v1/chat/completions")
        elif reply.headers.get("content-type", "").startswith("text/event-stream"):
            assert any(end in reply.body[-300:] for end in (b"[DONE]", b"upstream_stream_interrupted")), said
        elif b"application/json" in said:
            json.loads(reply.body)
        self._behind.lines.pop().close()


@pytest.fixture
def bench(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> Iterator[Bench]:
    """Held to account at the end."""
    caplog.set_level(logging.DEBUG)
    with asyncio.Runner(loop_factory=new_loop) as runner:
        parrot, stack = Parrot(), AsyncExitStack()

        async def opened() -> Behind:
            scene = await stack.enter_async_context(staged(tmp_path, caplog))
            return await stack.enter_async_context(before(scene, parrot))

        yield Bench(runner, parrot, runner.run(opened()))
        runner.run(stack.aclose())
    assert_silent(tmp_path, caplog)


@st.composite
def spoilt(draw: st.DrawFn, stream: bool) -> bytes:
    """A sound answer no more."""
    said = bytearray(draw(st.sampled_from(SOUND[stream])))
    scraps = st.sampled_from([b"\r\n", b"\n", b"\r", b"\r\n\r\n", b"\x00", b"\xff", b'"', b"{", b"data: ", b"0", b"-"])
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, len(said)))
        said[at : at + draw(st.integers(0, 6))] = draw(st.binary(max_size=3) | scraps)
    return bytes(said[: draw(st.integers(1, len(said) + 400))])


@pytest.mark.parametrize("stream", [False, True], ids=["whole", "stream"])
def test_any_answer(bench: Bench, stream: bool):
    """An error in the API's shape, or what can be read as an answer; never a stream that ends as if it were whole."""

    @BOUNDED
    @given(spoilt(stream))
    def holds(said: bytes) -> None:
        bench.survives(said, stream)

    holds()
