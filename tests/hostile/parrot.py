"""An engine that repeats what it was sent, key and all, in every place in which an engine can say something."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from tests.hostile.engines import DONE, EVENT, LAST, WHOLE, answer, events
from tests.live.upstream.scripted import Scripted, scripted

SILENT, CUT = "silent", "cut"


def shapes(said: str) -> dict[str, bytes]:
    """Answers by name. `said` is all that the engine was sent."""
    raw, quoted = said.encode(), json.dumps(said).encode()
    line = said.replace("\n", " ").replace("\r", " ").encode()
    error = b'{"error":{"message":%b,"type":"invalid_request_error","param":null,"code":null}}' % quoted
    bare = b'{"object":"error","message":%b,"type":"BadRequestError","code":400}' % quoted
    chunked = answer(b"").replace(b"content-length: 0", b"transfer-encoding: chunked")
    found: dict[str, bytes] = {"sound": answer(), "stream": events()}
    for status in (b"400 Bad Request", b"401 Unauthorized", b"429 Too Many", b"500 Oops", b"503 Full"):
        found[f"error {status[:3].decode()}"] = answer(error, status=status)
    return found | {
        "bare": answer(bare, status=b"400 Bad Request"),
        "detail": answer(b'{"detail":%b}' % quoted, status=b"422 Unprocessable"),
        "list": answer(b'{"detail":[{"loc":["body",%b],"msg":%b}]}' % (quoted, quoted), status=b"422 Unprocessable"),
        "code": answer(b'{"error":{"message":"x","type":%b,"code":%b,"param":%b}}' % (quoted, quoted, quoted),
                       status=b"400 Bad Request"),
        "page": answer(b"<html>" + raw + b"</html>", status=b"502 Bad Gateway", kind=b"text/html"),
        "text": answer(raw, status=b"500 Oops", kind=b"text/plain"),
        "reason phrase": answer(b"{}", status=b"500 " + line),
        "status line": b"HTTP/1.1 " + line + b"\r\ncontent-length: 0\r\n\r\n",
        "header": answer(WHOLE, b"x-echo: " + line, b"www-authenticate: " + line),
        "error header": answer(error, b"x-echo: " + line, b"retry-after: " + line, status=b"429 Too Many"),
        "bad header": answer(WHOLE, line),
        "redirect": answer(b"", b"location: http://127.0.0.1:1/" + line, status=b"302 Found"),
        "content type": answer(raw, kind=line),
        "no json": answer(raw),
        "other json": answer(quoted),
        "coding": answer(raw, b"content-encoding: gzip"),
        "chunk size": chunked + line + b"\r\n",
        "finish": answer(WHOLE.replace(b'"stop"', quoted).replace(b'"x"', quoted)),
        "model": answer(WHOLE.replace(b'"fake"', quoted)),
        "event first": events(b"data: " + error + b"\n\n"),
        "event": events(EVENT + b"data: " + error + b"\n\n" + DONE),
        "bare event": events(EVENT + b"data: " + bare + b"\n\n"),
        "no event": events(EVENT + b"data: " + raw.replace(b"\n", b" ") + b"\n\n"),
        "named event": events(EVENT + b"event: " + line + b"\ndata: {}\n\n"),
        "comment": events(EVENT + b": " + line + b"\n\n"),
        "stream header": events(EVENT + LAST + DONE, b"x-echo: " + line),
        "stream finish": events(EVENT + LAST.replace(b'"stop"', quoted)),
        "torn stream": events(EVENT + b"data: " + raw[:40]).replace(b"content-length: ", b"content-length: 9"),
    }  # fmt: skip


NAMES = [*shapes(""), SILENT, CUT]


@asynccontextmanager
async def parrot() -> AsyncIterator[Scripted]:
    """Says what the header `x-parrot` names; without one, what is sound."""

    async def play(server: Scripted, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while request := await server.read_request(reader):
            said = request.decode("utf-8", "replace")
            head = said.partition("\r\n\r\n")[0]
            wanted: Any = [line[10:] for line in head.split("\r\n") if line.startswith("x-parrot: ")]
            name = wanted[0] if wanted else "stream" if '"stream": true' in said else "sound"
            if name == SILENT:
                await reader.read()
                return
            if name == CUT:
                writer.transport.abort()
                return
            writer.write(shapes(said)[name])
            await writer.drain()
            if name in ("torn stream", "chunk size"):
                return

    async with scripted(play) as server:
        yield server
