"""Things that nobody but their owner may ever see again, a router that is told them all, and where to look for them."""

from __future__ import annotations

import asyncio
import gzip
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from tests.hostile.wire import Line, dial, read_reply

KEYS = {
    "red": "red-canary-K5tVwXyZ2bQn7RpL",
    "blue": "blue-canary-J8mNcHdF4gSs6UaE",
    "staff": "staff-canary-W3eRtYuI9oPk1ZxC",
}
PROVIDER = "provider-canary-Q7aZwSxEdC5rFvT"
"""Like no key that anybody could tell by its looks."""

CLAUDE = "claude-canary-G4hJkL7mN0pQrStV"
VENDOR = "sk-vendor-canary-B6nHyUjM8kIl0PoL"
SECRET = "secret-canary-0987654321fedcba"
COLLECTOR = "collector-canary-5T6y7U8i9O0p"
STRANGER = "stranger-canary-M1nB2vC3xZ4lK5j"
PHRASE = "the tangerine-canary flies at 04:17"
"""What red asks."""

ALL = {**KEYS, "provider": PROVIDER, "vendor": VENDOR, "claude": CLAUDE, "secret": SECRET, "collector": COLLECTOR,
       "stranger": STRANGER, "phrase": PHRASE}  # fmt: skip


def written(folder: Path, engine: str, collector: str, port: int, admin: int, more: str = "") -> Path:
    """A configuration that holds all of them and keeps none: no cache on disk, no evidence, no vectors."""
    path = folder / "wrp.yaml"
    tenants = "\n".join(
        f"  - {{tenant: {name}, key: {key}, admin: {'true' if name == 'staff' else 'false'}}}"
        for name, key in KEYS.items()
    )
    path.write_text(f"""\
version: 1
listen: 127.0.0.1:{port}
admin: 127.0.0.1:{admin}
secret: {SECRET}
embedder: {{tier: none}}
limits: {{body: 65536, queue: 2}}
timeouts: {{ttft: 300ms, idle: 300ms, total: 600ms, stream: 2s, body: 300ms, connect: 1s}}
pools:
  - {{name: own, model: fake, servers: ["{engine}"], api_key: {PROVIDER}, limit: 2}}
  - {{name: dear, model: dear, engine: openai, servers: ["{engine}"], api_key: {VENDOR}}}
  - {{name: claude, model: claude, engine: anthropic, servers: ["{engine}"], api_key: {CLAUDE}}}
cache: {{semantic: false, store: {{kind: redis, url: "redis://127.0.0.1:1/0", password: {COLLECTOR}}}}}
feedback: {{keep: 1h}}
keys:
{tenants}
log: {{decisions: {folder}/decisions.jsonl, audit: {folder}/audit.jsonl, level: debug}}
telemetry: {{otel: {{endpoint: "{collector}", headers: {{x-token: {COLLECTOR}}}}}}}
drain: {{notice: 0s, grace: 1s}}
{more}""")
    path.chmod(0o600)
    return path


@contextmanager
def collecting() -> Iterator[tuple[str, list[bytes]]]:
    """A collector of traces: its address, and all that it was sent but for its own token."""
    got: list[bytes] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            got.append(gzip.decompress(body) if self.headers.get("content-encoding") == "gzip" else body)
            self.send_response(200)
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/", got
        finally:
            server.shutdown()
            thread.join()


def found_in(text: bytes | str, *allowed: str) -> list[str]:
    """Which of them are there, by name, but for what the one who sees it may know. Half of one is too much."""
    raw = text.encode() if isinstance(text, str) else text
    return [name for name, word in ALL.items() if name not in allowed and word.encode()[: len(word) * 2 // 3] in raw]


class Party:
    """Somebody who asks, and all that it ever saw."""

    def __init__(self, name: str, port: int) -> None:
        self.name, self._port = name, port
        self.saw = bytearray()
        self.statuses: list[int] = []

    async def send(self, raw: bytes, patience: float = 30.0) -> None:
        """On a connection of its own; whatever comes back is noted."""
        line: Line = await dial(("127.0.0.1", self._port))
        try:
            await line.send(raw)
            async with asyncio.timeout(patience):
                while not line.heard.closed and read_reply(line.heard.raw) is None:
                    await line.read()
        except TimeoutError:
            raise AssertionError(f"no answer to {raw[:300]!r}") from None
        finally:
            line.close()
            self.saw += line.heard.raw
            self.statuses.append(int(line.heard.raw[9:12]) if line.heard.raw.startswith(b"HTTP/1.") else 0)

    async def ask(
        self, *more: str, path: str = "/v1/chat/completions", body: bytes | None = None, **fields: object
    ) -> None:
        """A well-formed request, but for what the caller changes of it."""
        said = f"{PHRASE}, for the {len(self.statuses)}th time"  # never twice the same: the cache would answer
        asked = {"model": "fake", "messages": [{"role": "user", "content": said}], "user": "somebody"} | fields
        data = json.dumps(asked).encode() if body is None else body
        head = [f"POST {path} HTTP/1.1", "host: 127.0.0.1", "connection: close", "content-type: application/json"]
        head += [f"authorization: Bearer {KEYS[self.name]}", *more, f"content-length: {len(data)}", "", ""]
        await self.send("\r\n".join(head).encode() + data)
