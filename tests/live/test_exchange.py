"""One attempt before an engine that plays bytes: how it ends, whose fault that is, and that its lease ends once."""

from __future__ import annotations

import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from tests.live.upstream.scripted import replying, scripted
from wrp_policies.types import Attempt, Ended, Fault
from wrp_router.config.bounds import Timeouts
from wrp_router.fleet import Fleet, PoolSpec, ServerSpec
from wrp_router.flow import Arrived, Failed
from wrp_router.live.exchange import Exchange
from wrp_router.live.target import Target
from wrp_router.live.upstream.origin import Origin
from wrp_router.wire.meter import StreamMeter

REQUEST = b"POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 2\r\n\r\n{}"
BODY = b'{"model":"m","choices":[{"index":0,"message":{"role":"assistant","content":"ok"},"finish_reason":"stop"}]}'
OK = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n%b" % (len(BODY), BODY)


class Stage:
    """A fleet of one server, and an exchange with the engine behind it."""

    def __init__(self, url: str, timeouts: Timeouts) -> None:
        self.fleet = Fleet([PoolSpec("p", "m", (ServerSpec("s", url),))], random.Random(0), lambda change: None)
        self.origin = Origin(url)
        lease = self.fleet.lease("p", "s", 0.0)
        self.exchange = Exchange(Attempt("p", "s"), "m", "chat", Target(self.origin, timeouts=timeouts), lease)


@asynccontextmanager
async def staged(reply: bytes, *, close: bool = False, timeouts: Timeouts | None = None) -> AsyncIterator[Stage]:
    """An engine that answers with these bytes, and silence after them."""
    async with scripted(replying(reply, close=close)) as server:
        stage = Stage(server.url, timeouts or Timeouts())
        yield stage
        assert stage.fleet.in_flight() == 0, "the lease has not ended"
        stage.origin.close()


async def test_a_whole_answer_arrives() -> None:
    """Its usage is read, and cancelling afterwards ends the lease as the client's doing, once."""
    async with staged(OK) as stage:
        sent = await stage.exchange.open(REQUEST, None, 60.0, "req")
        assert isinstance(sent, Arrived)
        assert (sent.status, stage.exchange.streaming) == (200, False)
        assert stage.exchange.cancel() is stage.exchange.cancel()
        assert stage.exchange.cancel().ended is Ended.CLIENT_GONE


@pytest.mark.parametrize(
    ("reply", "fault", "reason"),
    [
        (b"HTTP/1.1 302 Found\r\nlocation: http://a/\r\ncontent-length: 0\r\n\r\n", Fault.HOST, "malformed"),
        (b"HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\noops", Fault.HOST, "malformed"),
        (b"HTTP/1.1 400 Bad Request\r\ncontent-length: 2\r\n\r\n{}", Fault.REQUEST, "status 400"),
        (b"HTTP/1.1 401 Unauthorized\r\ncontent-length: 2\r\n\r\n{}", Fault.CREDENTIAL, "status 401"),
        (b"HTTP/1.1 503 Busy\r\nretry-after: 3\r\ncontent-length: 2\r\n\r\n{}", Fault.HOST, "status 503"),
        (b"", Fault.HOST, "reset"),
    ],
)
async def test_failures_before_the_commit_point(reply: bytes, fault: Fault, reason: str) -> None:
    """Each says whose fault it was; the lease is over."""
    async with staged(reply, close=True) as stage:
        sent = await stage.exchange.open(REQUEST, None, 600.0, "req")
    assert isinstance(sent, Failed)
    assert (sent.outcome.fault, sent.outcome.reason) == (fault, reason)
    assert sent.retry_after == (3.0 if "503" in reason else None)


LONG = (
    b'data: {"error":{"object":"error",'
    b'"message":"The input (9 tokens) is longer than the model\'s context length (8 tokens)."'
)
DEAD = b'data: {"error":{"object":"error","message":"EngineCore encountered an issue."'


@pytest.mark.parametrize(("said", "fault", "status"), [(LONG, Fault.REQUEST, 400), (DEAD, Fault.HOST, 200)])
async def test_a_stream_that_is_only_an_error(said: bytes, fault: Fault, status: int) -> None:
    """One that the request brought about is its caller's to hear; any other server's is not the last word. Engines
    number both 400."""
    event = said + b',"type":"BadRequestError","param":null,"code":400}}\n\ndata: [DONE]\n\n'
    head = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ncontent-length: %d\r\n\r\n" % len(event)
    async with staged(head + event) as stage:
        sent = await stage.exchange.open(REQUEST, StreamMeter("chat", 1), 60.0, "req")
    assert isinstance(sent, Failed)
    assert (sent.outcome.fault, sent.outcome.status, sent.body is None) == (fault, status, fault is Fault.HOST)
    assert sent.body is None or b'"code":"context_length_exceeded"' in sent.body


async def test_whose_time_ran_out() -> None:
    """The engine's own limit is evidence against it; a caller in a hurry is not."""
    async with staged(b"", timeouts=Timeouts(total=0.05)) as slow:
        engine = await slow.exchange.open(REQUEST, None, 60.0, "req")
    async with staged(b"") as hasty:
        caller = await hasty.exchange.open(REQUEST, None, 0.05, "req")
    assert isinstance(engine, Failed)
    assert isinstance(caller, Failed)
    assert (engine.outcome.ended, engine.outcome.fault, engine.outcome.reason) == (
        Ended.TIMED_OUT,
        Fault.HOST,
        "total",
    )
    assert (caller.outcome.ended, caller.outcome.fault, caller.outcome.reason) == (
        Ended.TIMED_OUT,
        Fault.NONE,
        "deadline",
    )
