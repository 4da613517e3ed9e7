"""An engine that answers at once with fixed bytes, so that what is measured is the gateway.

`python bench/mock_engine.py PORT`: JSON answers, an event stream where the body asks for one, /v1/models, /health.
One process, one uvloop protocol, no parsing beyond what framing needs.
"""

from __future__ import annotations

import asyncio
import sys
from typing import cast

import uvloop

TEXT = "Hierarchical navigable small world graphs keep long links on sparse upper layers. " * 3
ANSWER = (
    b'{"id":"chatcmpl-mock","object":"chat.completion","created":1700000000,"model":"mock-model","choices":'
    b'[{"index":0,"message":{"role":"assistant","content":"%b"},"finish_reason":"stop","logprobs":null}],'
    b'"usage":{"prompt_tokens":180,"completion_tokens":64,"total_tokens":244}}' % TEXT.encode()
)
CHUNK = (
    b'data: {"id":"chatcmpl-mock","object":"chat.completion.chunk","created":1700000000,"model":"mock-model",'
    b'"choices":[{"index":0,"delta":{%b},"logprobs":null,"finish_reason":%b}]}\n\n'
)
EVENTS = [
    CHUNK % (b'"role":"assistant","content":""', b"null"),
    *[CHUNK % (b'"content":" small world"', b"null")] * 20,
    CHUNK % (b"", b'"stop"'),
    b"data: [DONE]\n\n",
]
MODELS = b'{"object":"list","data":[{"id":"mock-model","object":"model","created":1700000000,"owned_by":"mock"}]}'


def _reply(body: bytes, kind: bytes = b"application/json") -> bytes:
    return b"HTTP/1.1 200 OK\r\ncontent-type: %b\r\ncontent-length: %d\r\n\r\n%b" % (kind, len(body), body)


def _stream() -> bytes:
    head = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n"
    return head + b"".join(b"%x\r\n%b\r\n" % (len(event), event) for event in EVENTS) + b"0\r\n\r\n"


JSON_REPLY, STREAM_REPLY, MODELS_REPLY = _reply(ANSWER), _stream(), _reply(MODELS)


class Engine(asyncio.Protocol):
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
            self._transport.write(_answer_to(request))


def _content_length(head: bytes) -> int:
    at = head.lower().find(b"content-length:")
    return int(head[at + 15 :].split(b"\r\n", 1)[0]) if at >= 0 else 0


def _answer_to(request: bytes) -> bytes:
    if request.startswith(b"GET /v1/models"):
        return MODELS_REPLY
    if request.startswith(b"GET"):
        return _reply(b"{}")
    return STREAM_REPLY if b'"stream":true' in request or b'"stream": true' in request else JSON_REPLY


async def main(port: int) -> None:
    loop = asyncio.get_running_loop()
    server = await loop.create_server(Engine, "127.0.0.1", port, backlog=1024)
    await server.serve_forever()


if __name__ == "__main__":
    uvloop.run(main(int(sys.argv[1])))
