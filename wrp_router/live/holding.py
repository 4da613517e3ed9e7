"""An engine's stream, held back: to the commit point, or for longer where it is to be verified. It judges nothing."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

import orjson

from wrp_policies.cascading.types import Held, Hold, Over, Wanted
from wrp_router.flow import Send
from wrp_router.wire import handing
from wrp_router.wire.body import with_fields, with_model
from wrp_router.wire.extras import with_extra
from wrp_router.wire.held import answer_in
from wrp_router.wire.logprobs import wish, without, without_in_events
from wrp_router.wire.words import Body
from wrp_signals.facts import Operation

from .downstream import SLOWEST, Downstream, Headers, Shared, unless_unread
from .relay import StreamRelay
from .target import Target
from .upstream.connection import Connection
from .upstream.words import Broken

DRAIN = 0.25
"""Seconds for the chunk that ends a body after its end marker."""

NOTHING: Mapping[str, bytes | None] = {}


def body_for(body: Body, target: Target, command: Send) -> tuple[bytes, bool]:
    """What an engine is sent, and whether log-probabilities were asked for that the caller did not ask for."""
    body = with_extra(body, command.extra)
    tops = command.hold.logprobs if command.hold is not None and target.logprobs else None
    wanted = wish(body, tops) if tops is not None else None
    if target.handing is not None:
        fields = command.prefilled.fields if command.prefilled is not None else NOTHING
        raw = handing.told(body, orjson.dumps(command.model), {**(wanted or NOTHING), **fields})
    elif wanted:
        raw = with_fields(body, {"model": orjson.dumps(command.model), **wanted})
    else:
        raw = with_model(body, command.model)
    return raw, bool(wanted)


async def to_commit(connection: Connection, relay: StreamRelay) -> bytes:
    """Whole events up to the first substantive one, or the end. Raises Broken."""
    held: list[bytes] = []
    while not relay.committed and not relay.error:
        data = await connection.chunk()
        held.append(relay.feed(data) if data else relay.finish())
        if not data:
            break
    return b"".join(held)


class Holding:
    """For one attempt whose answer is to be verified: holds it back as `hold` says, keeps it as it came, and (`bare`)
    takes out what only we had asked for."""

    __slots__ = ("_bare", "_hold", "_over", "_raw", "_streamed", "_whole")

    def __init__(self, hold: Hold, bare: bool) -> None:
        self._hold = hold
        self._bare = bare
        self._raw = b""
        self._over: Over = ""
        self._streamed = False
        self._whole = True

    async def stream(self, connection: Connection, relay: StreamRelay, begun: bytes, left: float) -> bytes:
        """`begun` and all that follows, to the stream's end or as far as the bounds and the `left` seconds say. Raises
        Broken."""
        held, size, bound = [begun], len(begun), self._hold
        try:
            async with asyncio.timeout(min(bound.seconds, left)):
                while not relay.ended and not relay.error:
                    self._over = "bytes" if size > bound.bytes else ""
                    if self._over or 0 < bound.prefix <= relay.meter.deltas:
                        break
                    data = await connection.chunk()
                    held.append(relay.feed(data) if data else relay.finish())
                    size += len(held[-1])
        except TimeoutError:
            self._over = "seconds"
        if relay.failed:
            raise Broken("truncated", relay.reason, answered=True)
        self._streamed, self._whole, self._raw = True, relay.ended, b"".join(held)
        return self.passed(self._raw)

    def answer(self, body: bytes) -> bytes:
        """A whole one that is no stream."""
        self._raw = body
        return without(body) if self._bare else body

    def passed(self, events: bytes) -> bytes:
        """Whole events as the client gets them."""
        return without_in_events(events) if self._bare else events

    def held(self, operation: Operation, wanted: Wanted) -> Held:
        """What there is, for whoever verifies it."""
        raw, self._raw = self._raw, b""
        return Held(answer_in(operation, raw, self._streamed), wanted, self._whole, self._over)


async def drained(connection: Connection) -> None:
    """The end marker is through; the chunk that ends the body usually follows at once and frees the connection.

    The client has all of its answer: if it leaves now, that ends only this wait, and the answer counts.
    """
    if not connection.finished:
        try:
            async with asyncio.timeout(DRAIN):
                while await connection.chunk():
                    pass
        except (TimeoutError, Broken, asyncio.CancelledError):
            connection.abort()


async def give(client: Downstream, status: int, headers: Headers, shared: Shared, body: bytes, stream: bool) -> None:
    """An answer all of which is here. Raises ConnectionError where the client left, or does not read."""
    if not stream:
        await client.respond(status, headers, body, shared)
        return
    await client.start(status, headers, shared)
    await unless_unread(client, client.end(body), client.unread + len(body) / SLOWEST)
