"""What mock_engine.c does, for machines without a C compiler: an engine that answers at once with fixed bytes.

`python bench/mock_engine.py EVENTS EVERY_MS PORT...`. It reaches a third of what the other one does, so that fast
gateways may be measured as slower than they are.
"""

from __future__ import annotations

import asyncio
import sys
from email.utils import formatdate
from typing import cast

import uvloop

TEXT = ("Hierarchical navigable small world graphs keep long links on sparse upper layers. " * 4)[:306]
ANSWER = (
    '{"id":"chatcmpl-mock","object":"chat.completion","created":1700000000,"model":"mock-model","choices":'
    f'[{{"index":0,"message":{{"role":"assistant","content":"{TEXT}"}},"finish_reason":"stop","logprobs":null}}],'
    '"usage":{"prompt_tokens":180,"completion_tokens":64,"total_tokens":244}}'
).encode()
CHUNK = (
    b'data: {"id":"chatcmpl-mock","object":"chat.completion.chunk","created":1700000000,"model":"mock-model",'
    b'"choices":[%b\n\n'
)
DELTA = CHUNK % b'{"index":0,"delta":{"content":" layered"},"logprobs":null,"finish_reason":null}]}'
LAST = (
    CHUNK % b'{"index":0,"delta":{},"logprobs":null,"finish_reason":"stop"}]}',
    CHUNK % b'],"usage":{"prompt_tokens":180,"completion_tokens":100,"total_tokens":280}}',
    b"data: [DONE]\n\n",
)
MODELS = b'{"object":"list","data":[{"id":"mock-model","object":"model","created":1700000000,"owned_by":"mock"}]}'
STREAM_HEAD = b"content-type: text/event-stream; charset=utf-8\r\ntransfer-encoding: chunked\r\n\r\n"


def in_chunk(event: bytes) -> bytes:
    return b"%x\r\n%b\r\n" % (len(event), event)


class Engine(asyncio.Protocol):
    """A connection; what was sent is counted for all of them."""

    answers = events = 0
    streams: tuple[int, float] = (100, 0.01)
    """Events of one, and seconds between two."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        self._pending = b""

    def data_received(self, data: bytes) -> None:
        self._pending += data
        while (end := self._pending.find(b"\r\n\r\n")) >= 0:
            length = _content_length(self._pending[:end])
            if len(self._pending) < end + 4 + length:
                return
            request, self._pending = self._pending[: end + 4 + length], self._pending[end + 4 + length :]
            self._reply(request)

    def _reply(self, request: bytes) -> None:
        if request.startswith(b"GET /count"):
            self._send(b'{"answers":%d,"events":%d}' % (Engine.answers, Engine.events))
        elif request.startswith(b"GET"):
            self._send(MODELS if request.startswith(b"GET /v1/models") else b"{}")
        elif not request.startswith(b"POST /v1/chat/completions "):
            self._send(b'{"detail":"Not Found"}', b"404 Not Found")
        elif b'"stream":true' in request or b'"stream": true' in request:
            self._transport.write(_head() + STREAM_HEAD)
            self._event(Engine.streams[0])
        else:
            Engine.answers += 1
            self._send(ANSWER)

    def _send(self, body: bytes, status: bytes = b"200 OK") -> None:
        framing = b"content-length: %d\r\ncontent-type: application/json\r\n\r\n" % len(body)
        self._transport.write(_head(status) + framing + body)

    def _event(self, left: int) -> None:
        if self._transport.is_closing():
            return
        if not left:
            Engine.answers += 1
            self._transport.write(b"".join(map(in_chunk, LAST)) + b"0\r\n\r\n")
            return
        Engine.events += 1
        self._transport.write(in_chunk(DELTA))
        asyncio.get_running_loop().call_later(Engine.streams[1], self._event, left - 1)


def _head(status: bytes = b"200 OK") -> bytes:
    return b"HTTP/1.1 %b\r\ndate: %b\r\nserver: uvicorn\r\n" % (status, formatdate(usegmt=True).encode())


def _content_length(head: bytes) -> int:
    at = head.lower().find(b"content-length:")
    return int(head[at + 15 :].split(b"\r\n", 1)[0]) if at >= 0 else 0


async def main(events: int, every: float, ports: list[int]) -> None:
    Engine.streams = events, every
    loop = asyncio.get_running_loop()
    servers = [await loop.create_server(Engine, "127.0.0.1", port, backlog=1024) for port in ports]
    await asyncio.gather(*(server.serve_forever() for server in servers))


if __name__ == "__main__":
    uvloop.run(main(int(sys.argv[1]), int(sys.argv[2]) / 1e3, [int(port) for port in sys.argv[3:]]))
