"""One attempt over HTTP: open, hold back until the commit point, relay, and say how it ended. Its lease ends once."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from time import monotonic
from typing import TypeVar

from wrp_policies.types import Attempt, Ended, Fault, Outcome
from wrp_router.errors import Interrupted
from wrp_router.fleet import Lease
from wrp_router.flow import Arrived, Failed, Label, fault_of
from wrp_router.wire import errors as wire_errors
from wrp_router.wire.meter import StreamMeter, Usage, usage_of
from wrp_signals.facts import Operation

from .downstream import Downstream, Fixed, Headers, Shared
from .holding import Holding, drained, give, to_commit
from .inflate import encoding_of, inflated
from .labels import passed_on
from .pouring import Pouring
from .reception import read_all
from .relay import Recorder, StreamRelay
from .retry_after import seconds_of
from .target import Target
from .upstream.connection import Connection
from .upstream.words import EXHAUSTED, Broken, Head
from .watch import DEADLINE, Watch, in_a_hurry

ANSWER_LIMIT = 64 * 1024 * 1024
ERROR_LIMIT = 1024 * 1024
TOKEN_LIMIT = 4 * 1024 * 1024
# looking up an enum's member costs 0.2 us on Python 3.11
DONE, FAILED, TIMED_OUT, CLIENT_GONE = Ended.DONE, Ended.FAILED, Ended.TIMED_OUT, Ended.CLIENT_GONE
NO_FAULT, HOST = Fault.NONE, Fault.HOST
NO_HEAD = Head(0, [])
NOTHING_USED = Usage()

T = TypeVar("T")


class Exchange:
    """`open` once; if it arrived, `relay` once, or `set_aside` and maybe `give` then. `cancel` may come at any time and
    wins. With `holding` it is held for longer, and kept there for who verifies it."""

    __slots__ = (
        "_attempt", "_body", "_connection", "_generates", "_holding", "_lease", "_model", "_operation", "_started",
        "_stream", "_target", "_ttft", "_usage", "head", "outcome",
    )  # fmt: skip

    def __init__(
        self,
        attempt: Attempt,
        model: str,
        operation: Operation,
        target: Target,
        lease: Lease,
        generates: bool = True,
        holding: Holding | None = None,
    ) -> None:
        self._attempt = attempt
        self._generates = generates
        self._model = model
        self._operation = operation
        self._target = target
        self._lease = lease
        self._started = monotonic()
        self._ttft = 0.0
        self._connection: Connection | None = None
        self._stream: StreamRelay | None = None
        self._body = b""
        self._holding = holding
        self._usage: Usage | None = None
        self.outcome: Outcome | None = None
        self.head = NO_HEAD

    # Up to the commit point ----------------------------------------------------------------------------------

    async def open(self, request: bytes, meter: StreamMeter | None, left: float, request_id: str) -> Arrived | Failed:
        """Send and wait for the commit point, within the engine's time and the `left` seconds to the deadline. `meter`
        is given where the client asked for a stream."""
        timeouts = self._target.timeouts
        timer, patience = ("ttft", timeouts.ttft) if meter is not None else ("total", timeouts.total)
        return await self._opened(request, meter, timer, patience, left, request_id, ANSWER_LIMIT)

    async def ask(
        self, request: bytes, left: float, request_id: str, read: Callable[[bytes], T], most: int | None = None
    ) -> T | Failed:
        """Send what is answered with one token, or `most` bytes, and `read` it (or ValueError); that ends it."""
        times, limit = self._target.timeouts, TOKEN_LIMIT if most is None else most
        timer, patience = ("ttft", times.ttft) if most is None else ("total", times.total)
        sent = await self._opened(request, None, timer, patience, left, request_id, limit)
        if isinstance(sent, Failed):
            return sent
        try:
            found = read(self._body)
        except ValueError:
            return self._failed(FAILED, HOST, "malformed", status=self.head.status)
        if most is None:
            self._lease.first(monotonic())
        self._end(self._measured(DONE))
        return found

    async def _opened(
        self, request: bytes, meter: StreamMeter | None, timer: str, patience: float, left: float, id: str, limit: int
    ) -> Arrived | Failed:
        if left < patience:
            timer, patience = DEADLINE if in_a_hurry(left, patience) else timer, left
        try:
            connecting = self._target.timeouts.connect
            self._connection, self.head = await self._target.origin.send(request, connecting, patience, timer)
            if self.head.status >= 400:
                return await self._refused(id)
            if self.head.status >= 300:
                raise Broken("malformed", f"status {self.head.status}", answered=True)  # redirects are not followed
            if meter is not None and self.head.content_type.lower().startswith("text/event-stream"):
                return await self._hold_back(StreamRelay(meter, self._target.unspoken), left, id)
            if self._connection.finished:
                return self._whole(inflated(self._connection.take(), self.head, limit))
            return self._whole(await read_all(self._connection, self.head, limit))
        except Broken as broken:
            # a caller in a hurry says nothing of the host, nor does what this process has none left of
            fault = NO_FAULT if broken.timer == DEADLINE or broken.reason == EXHAUSTED else HOST
            return self._failed(TIMED_OUT if broken.timer else FAILED, fault, broken.timer or broken.reason)
        except asyncio.CancelledError:
            self.cancel()
            raise

    async def _refused(self, request_id: str) -> Failed:
        assert self._connection is not None
        raw = self._target.redacted(await read_all(self._connection, self.head, ERROR_LIMIT))
        status = self.head.status
        body = wire_errors.normalise(self._operation, status, raw, self.head.content_type, request_id)
        wait = seconds_of(self.head.headers)
        return self._failed(FAILED, fault_of(status), f"status {status}", status=status, body=body, retry_after=wait)

    async def _hold_back(self, relay: StreamRelay, left: float, request_id: str) -> Arrived | Failed:
        connection = self._connection
        assert connection is not None
        if encoding_of(self.head) != "identity":
            raise Broken("malformed", "an encoded stream cannot be metered", answered=True)
        body = await to_commit(connection, relay)
        if relay.failed or not relay.committed:
            said = wire_errors.of_request(self._operation, relay.meter.fault, request_id)
            if said is not None:
                return self._failed(FAILED, fault_of(400), "status 400", status=400, body=said)
            return self._failed(FAILED, HOST, "truncated", status=self.head.status)
        self._stream = relay
        arrived = self._arrived()
        if self._holding is not None:
            body = await self._holding.stream(connection, relay, body, left - (monotonic() - self._started))
        self._body = body
        return arrived

    def _whole(self, body: bytes) -> Arrived | Failed:
        body = self._target.redacted(body)
        self._usage = usage_of(self._operation, body)
        self._body = body if self._holding is None else self._holding.answer(body)
        if self._generates and not self._usage.complete:
            return self._failed(FAILED, HOST, "malformed", status=self.head.status)
        return self._arrived()

    def passed_on(self, label: Label) -> Fixed:
        """What the caller gets of the engine's headers."""
        return passed_on(self.head, label, self._target.unspoken)

    def set_aside(self) -> Outcome:
        """It is not good enough: the lease ends, and the connection too, if the engine goes on."""
        return self._end(self._measured(DONE))

    async def give(self, client: Downstream, headers: Headers, shared: Shared, recorder: Recorder | None) -> None:
        """What was set aside, all of which is here."""
        if recorder is not None:
            recorder.add(self._body)
        await give(client, self.head.status, headers, shared, self._body, self._stream is not None)

    def _arrived(self) -> Arrived:
        if self._connection is not None:
            self._connection.relax()
        now = monotonic()
        self._ttft = now - self._started
        if self._stream is not None:
            self._lease.first(now)
        return Arrived(self.head.status, self._ttft)

    @property
    def streaming(self) -> bool:
        """Whether what arrived is a stream."""
        return self._stream is not None

    # From the commit point on --------------------------------------------------------------------------------

    async def relay(
        self,
        client: Downstream,
        headers: Headers,
        shared: Shared,
        request_id: str,
        recorder: Recorder | None,
        patience: float,
    ) -> Outcome:
        """Give the client all of it, a stream within `patience` seconds. The outcome is that of the attempt; the lease
        has ended when it returns."""
        try:
            if self._stream is None:
                await client.respond(self.head.status, headers, self._body, shared)
                if recorder is not None:
                    recorder.add(self._body)
                return self._end(self._measured(DONE))
            watch = Watch(asyncio.get_running_loop(), self._target, self._connection, client, patience)
            try:
                await client.start(self.head.status, headers, shared)
                return await self._relay_stream(self._stream, watch, client, request_id, recorder)
            finally:
                watch.stop()
        except (asyncio.CancelledError, ConnectionError):
            self.cancel()
            raise

    async def _relay_stream(
        self, stream: StreamRelay, watch: Watch, client: Downstream, request_id: str, recorder: Recorder | None
    ) -> Outcome:
        assert self._connection is not None
        pouring = Pouring(self._connection, stream, watch, client, recorder, self._holding)
        data = await pouring.run(self._body)
        if recorder is not None:
            recorder.add(data)
        if stream.error:
            error = Interrupted(f"The engine's answer broke off: {stream.error}.")
            event = self._target.redacted(wire_errors.event_of(self._operation, error, request_id))
            await watch.end(client, data + event)
            fault = NO_FAULT if stream.error == DEADLINE else HOST
            return self._end(self._measured(FAILED, fault, stream.reason))
        await watch.end(client, data)
        watch.stop()
        await drained(self._connection)
        return self._end(self._measured(FAILED, HOST, stream.reason) if stream.failed else self._measured(DONE))

    # Endings -------------------------------------------------------------------------------------------------

    def cancel(self) -> Outcome:
        """The client left: close the engine's connection at once, so that it stops working for nobody."""
        if self._connection is not None:
            self._connection.abort()
        return self._end(self._measured(CLIENT_GONE))

    def _failed(
        self,
        ended: Ended,
        fault: Fault,
        reason: str,
        *,
        status: int = 0,
        body: bytes | None = None,
        retry_after: float | None = None,
    ) -> Failed:
        outcome = self._end(self._measured(ended, fault, reason, status=status))
        return Failed(outcome, body, retry_after)

    def _measured(
        self, ended: Ended, fault: Fault = NO_FAULT, reason: str = "", *, status: int | None = None
    ) -> Outcome:
        usage: StreamMeter | Usage | None = self._stream.meter if self._stream is not None else self._usage
        if usage is None:
            usage = NOTHING_USED
        return Outcome(
            self._attempt.pool,
            self._attempt.server,
            self._model,
            ended,
            fault,
            self.head.status if status is None else status,
            reason,
            self._ttft,
            monotonic() - self._started,
            usage.tokens_in,
            usage.tokens_out,
            usage.tokens_cached,
            estimated=usage.estimated,
            finish_reason=usage.finish_reason,
            response=usage.response,
        )

    def _end(self, outcome: Outcome) -> Outcome:
        if self.outcome is None:
            self.outcome = outcome
            self._lease.end(outcome, monotonic())
            if self._connection is not None:
                self._target.origin.release(self._connection)
        return self.outcome
