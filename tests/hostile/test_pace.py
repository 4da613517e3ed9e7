"""Clients that are slow, leave halfway, send much at once, or never read."""

from __future__ import annotations

import asyncio

import pytest

from tests.hostile.conftest import GUARDED
from tests.hostile.trial import Trial, assert_error
from tests.hostile.wire import ASK, CHAT, SENTINEL, Line, chunked, post
from tests.live.scene import until
from wrp_router.config.bounds import Timeouts

SHORT = {**GUARDED, "timeouts": Timeouts(body=0.2)}
IMPATIENT = pytest.mark.parametrize("changes", [SHORT], indirect=True, ids=["impatient"])
STARTED = {
    "nothing of it": post()[: -len(ASK)],
    "some of it": post()[:-5],
    "a chunk of it": post(b"transfer-encoding: chunked", body=b"5\r\n" + ASK[:5] + b"\r\n", length=False),
    "half a chunk": post(b"transfer-encoding: chunked", body=b"ff\r\n" + ASK[:5], length=False),
    "all but the last chunk": post(b"transfer-encoding: chunked", body=chunked(ASK)[:-5], length=False),
    "all but the trailers": post(b"transfer-encoding: chunked", body=chunked(ASK)[:-2], length=False),
    "nothing, but 100-continue": post(b"expect: 100-continue")[: -len(ASK)],
}


@pytest.mark.fault("B1")
@IMPATIENT
@pytest.mark.parametrize("raw", STARTED.values(), ids=STARTED)
async def test_a_body_that_stops(trial: Trial, raw: bytes):
    """408 in the dialect's shape and the end of the connection; a body that is not whole is no request."""

    async def holds(path: str) -> None:
        line = await trial.dial()
        await line.send(raw.replace(CHAT, path.encode()))
        heard = await line.converse()
        assert (heard.statuses, heard.closed) == ([408], True)
        assert_error(heard.replies[0], path)

    await asyncio.gather(holds("/v1/chat/completions"), holds("/v1/messages"))
    assert not trial.asked


async def _drip(line: Line, data: bytes) -> None:
    for at in range(len(data)):
        await line.send(data[at : at + 1])
        await asyncio.sleep(0.01)


@pytest.mark.fault("B1")
@IMPATIENT
async def test_a_body_that_drips(trial: Trial):
    """Bytes do not buy time: 408 when the time for the whole of it is over."""
    line = await trial.dial()
    await line.send(post(body=ASK + b" " * 10_000)[: -len(ASK) - 10_000])
    dripping = asyncio.create_task(_drip(line, ASK + b" " * 10_000))
    heard = await line.converse()
    dripping.cancel()
    await asyncio.gather(dripping, return_exceptions=True)
    assert (heard.statuses, heard.closed, trial.asked) == ([408], True, 0)


async def test_a_head_in_single_bytes(trial: Trial):
    """It is a request as good as any."""
    line = await trial.dial()
    for byte in post():
        await line.send(bytes([byte]))
    assert (await line.converse()).statuses == [200]


@pytest.mark.fault("B8")
@pytest.mark.parametrize("length", [0, 1, 20, 100, len(post()) - len(ASK), len(post()) - 1])
async def test_half_close(trial: Trial, length: int):
    """A client that closes its side has left: no answer, no error, and no request to an engine that it did not make."""
    line = await trial.dial()
    await line.send(post()[:length])
    line.half_close()
    heard = await line.converse()
    assert (heard.statuses, heard.closed, trial.asked) == ([], True, 0)


@pytest.mark.fault("B8")
async def test_a_hundred_at_once(trial: Trial):
    """Answers come in the order of the requests, one each, whatever lies between them."""
    line = await trial.dial()
    good, bad, away = post(b"x-request-id: n-%d"), post(b"x-request-id: n-%d", body=b"{"), post(b"x-request-id: n-%d")
    kinds = [(good, 200), (bad, 400), (away.replace(CHAT, b"/nowhere", 1), 404), (good, 200)]
    sent = [(kinds[at % 4][0].replace(b"%d", b"%d" % at), kinds[at % 4][1]) for at in range(100)]
    await line.send(b"".join(raw for raw, _ in sent))
    replies = [await line.reply() for _ in sent]
    assert [reply.status for reply in replies if reply] == [status for _, status in sent]
    assert [reply.headers["x-request-id"] for reply in replies if reply] == [f"n-{at}" for at in range(100)]
    assert trial.asked == 50


@pytest.mark.fault("B8")
async def test_some_behind_a_slow_one(trial: Trial):
    """They wait; and when the client leaves, all of them are forgotten."""
    line = await trial.dial()
    await line.send(post(b"x-fake: ttft=30s"))
    await trial.engine.until(lambda engine: engine.seen)
    await line.send(post() * 20)
    line.close()
    await trial.engine.until(lambda engine: engine.counters.cancellations == 1)
    assert trial.asked == 1


@pytest.mark.fault("B8")
async def test_too_many_behind_a_slow_one(trial: Trial):
    """Beyond 32 the connection is not read, so that its end is noticed only with the next answer; by then it is."""
    line = await trial.dial()
    await line.send(post(b"x-fake: ttft=300ms"))
    await trial.engine.until(lambda engine: engine.seen)
    await line.send(post() * 200)
    line.close()
    await until(lambda: not trial.router.gateway.in_flight)
    await until(trial.stalled)
    assert trial.asked <= 34


@pytest.mark.fault("B8")
async def test_garbage_behind_a_slow_one(trial: Trial):
    """The slow one is answered, then the garbage; nothing behind garbage is read."""
    line = await trial.dial()
    await line.send(post(b"x-fake: ttft=200ms"))
    await trial.engine.until(lambda engine: engine.seen)
    await line.send(b"\x00garbage\r\n\r\n" + post() + SENTINEL)
    heard = await line.converse()
    assert (heard.statuses, heard.closed, trial.asked) == ([200, 400], True, 1)


@pytest.mark.fault("R14")
async def test_a_client_that_asks_and_never_reads(trial: Trial):
    """Its requests are read only as far as its answers leave: they do not pile up here."""
    line = await trial.dial(receive_buffer=4096)
    asking = asyncio.create_task(line.send(post(b"x-fake: chunks=8000") * 2000))
    await trial.engine.until(lambda engine: engine.counters.requests >= 2)
    await until(lambda: trial.stalled(), within=10.0)
    assert trial.asked < 500
    asking.cancel()
    await asyncio.gather(asking, return_exceptions=True)
