"""Engines that mean harm, and sound answers to tell theirs from."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

from tests.hostile.wire import Line, Transcript, dial, post
from tests.live.scene import Scene
from tests.live.upstream.scripted import Scripted, scripted

WHOLE = (
    b'{"id":"x","object":"chat.completion","model":"fake","choices":[{"index":0,"message":{"role":"assistant",'
    b'"content":"hi"},"finish_reason":"stop"}],"usage":{"prompt_tokens":1,"completion_tokens":1,"total_tokens":2}}'
)
EVENT = b'data: {"choices":[{"index":0,"delta":{"content":"hi"},"finish_reason":null}]}\n\n'
LAST = b'data: {"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}\n\n'
DONE = b"data: [DONE]\n\n"
STREAM = EVENT + EVENT + LAST + DONE
SSE = b"text/event-stream"
ASK = b'{"model":"fake","messages":[{"role":"user","content":"hi"}]}'
ASK_STREAM = ASK[:-1] + b',"stream":true}'


def answer(body: bytes = WHOLE, *lines: bytes, status: bytes = b"200 OK", kind: bytes = b"application/json") -> bytes:
    """A whole answer, well framed, with more header lines."""
    head = [b"HTTP/1.1 " + status, b"content-type: " + kind, *lines, b"content-length: %d" % len(body)]
    return b"\r\n".join([*head, b"", body])


def unsized(body: bytes, *lines: bytes, kind: bytes = b"application/json") -> bytes:
    """An answer that says its length, if at all, only in the lines."""
    return b"\r\n".join([b"HTTP/1.1 200 OK", b"content-type: " + kind, *lines, b"", body])


def events(body: bytes = STREAM, *lines: bytes) -> bytes:
    """A stream of events as one well-framed answer."""
    return answer(body, *lines, kind=SSE)


Play = Callable[[Scripted, asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


def at_first(reply: bytes, *, sound: bytes = b"") -> Play:
    """Says `reply` to its first request, and what is sound to all others."""

    async def play(server: Scripted, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while await server.read_request(reader):
            writer.write(reply if len(server.requests) == 1 else (sound or answer()))
            await writer.drain()

    return play


class Behind:
    """A router behind which such an engine is."""

    def __init__(self, server: Scripted, address: tuple[str, int]) -> None:
        self.server = server
        self._address = address
        self.lines: list[Line] = []

    async def ask(self, body: bytes = ASK, path: bytes = b"/v1/chat/completions", *more: bytes) -> Transcript:
        """All that the router makes of the engine's answer."""
        line = await self.dial()
        await line.send(post(*more, body=body, target=path))
        return await line.converse()

    async def dial(self) -> Line:
        """A connection to the router."""
        self.lines.append(await dial(self._address))
        return self.lines[-1]


@asynccontextmanager
async def before(scene: Scene, play: Play, **changes: Any) -> AsyncIterator[Behind]:
    """The engine that plays this, and a router before it."""
    async with scripted(play) as server:
        router = await scene.open(server.url, **changes)
        assert router.listener is not None
        behind = Behind(server, router.listener.address)
        try:
            yield behind
        finally:
            for line in behind.lines:
                line.close()
            await scene.close()
