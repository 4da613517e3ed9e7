"""A committed stream on its way from its engine to its client, until it has ended or broken off."""

from __future__ import annotations

import asyncio

from .downstream import Downstream
from .holding import Holding
from .relay import Recorder, StreamRelay
from .upstream.connection import Connection
from .upstream.words import Broken
from .watch import Watch


class Pouring:
    """`run` once. Where the client's side takes pieces without a wait (`push`), each is passed on in the very callback
    that brings it: waking a task costs more than all else that is done to a piece. It wakes for the last one, and where
    the client has enough to read."""

    __slots__ = ("_client", "_connection", "_holding", "_last", "_recorder", "_stopped", "_stream", "_watch")

    def __init__(
        self,
        connection: Connection,
        stream: StreamRelay,
        watch: Watch,
        client: Downstream,
        recorder: Recorder | None,
        holding: Holding | None,
    ) -> None:
        self._connection = connection
        self._stream = stream
        self._watch = watch
        self._client = client
        self._recorder = recorder
        self._holding = holding
        self._last = b""
        self._stopped: asyncio.Future[None] | None = None

    async def run(self, begun: bytes) -> bytes:
        """Gives the client what has `begun`, and what follows. Returns the last of it, which is still to be given: the
        stream has `ended` then, or names its `error`. Raises ConnectionError where the client is gone."""
        stream, data = self._stream, begun
        while not stream.ended and not stream.error:
            if data:
                await self._watch.write(self._client, data)
                if self._recorder is not None:
                    self._recorder.add(data)
            data = await (self._next() if self._client.push is None else self._poured())
        return data

    async def _next(self) -> bytes:
        try:
            return self._events(await self._connection.chunk())
        except Broken as broken:
            return self._broken(broken)

    def _events(self, chunk: bytes) -> bytes:
        """What the client gets of it."""
        stream = self._stream
        data = stream.feed(chunk) if chunk else stream.finish()
        return data if self._holding is None else self._holding.passed(data)

    def _broken(self, broken: Broken) -> bytes:
        self._stream.error = broken.timer or broken.reason
        return b""

    async def _poured(self) -> bytes:
        """The last of it; or nothing, where the client had to read first."""
        self._last = b""
        self._stopped = asyncio.get_running_loop().create_future()
        self._connection.sink = self._pass_on
        try:
            self._pass_on()  # what came since the last look
            await self._stopped
        finally:
            self._connection.sink = None
        if not self._stream.ended and not self._stream.error:
            self._connection.hold()  # what comes meanwhile would only be kept here
            await self._watch.until_read(self._client)
            self._connection.go_on()
        return self._last

    def _pass_on(self) -> None:
        """More has come, or the end, or both at once, or nothing at all."""
        stopped = self._stopped
        assert stopped is not None
        try:
            while not stopped.done() and (chunk := self._arrived()) is not None:
                if not self._pushed(chunk):
                    stopped.set_result(None)
        except Exception as error:  # for the task to raise: what calls here is the event loop
            stopped.set_exception(error)

    def _arrived(self) -> bytes | None:
        """What the client gets of what has arrived; None where that is nothing yet."""
        try:
            chunk = self._connection.arrived()
        except Broken as broken:
            return self._broken(broken)
        return None if chunk is None else self._events(chunk)

    def _pushed(self, data: bytes) -> bool:
        """Whether there may be more to push."""
        stream, push = self._stream, self._client.push
        assert push is not None
        if stream.ended or stream.error:
            self._last = data
            return False
        if not data:
            return True
        at_ease = push(data)
        if self._recorder is not None:
            self._recorder.add(data)
        return at_ease
