"""What the socket tests share: raw requests, read to the end."""

from __future__ import annotations

import asyncio
import json
import socket
import struct
from collections.abc import Callable
from typing import Any

import pytest

from wrp_router.fakes.engine import FakeEngine

CHAT: dict[str, Any] = {"model": "fake", "messages": [{"role": "user", "content": "How do I sort a list in Python?"}]}
MESSAGES: dict[str, Any] = {**CHAT, "max_tokens": 100}
RESPONSES: dict[str, Any] = {"model": "fake", "input": "How do I sort a list in Python?"}
PATHS = {"/v1/chat/completions": CHAT, "/v1/messages": MESSAGES, "/v1/responses": RESPONSES}


def raw_request(path: str, body: dict[str, Any] | None = None, method: str = "POST", **headers: str) -> bytes:
    data = b"" if body is None else json.dumps(body).encode()
    lines = [f"{method} {path} HTTP/1.1", "Host: fake", f"Content-Length: {len(data)}"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, "", ""]).encode() + data


class Client:
    """One raw connection. It reads the socket itself: stream readers drop what came before a reset."""

    def __init__(self, sock: socket.socket) -> None:
        self.sock = sock
        self._loop = asyncio.get_running_loop()
        self._got = b""

    async def send(self, data: bytes) -> None:
        await self._loop.sock_sendall(self.sock, data)

    async def until(self, mark: bytes) -> bytes:
        """What comes up to and with the mark."""
        async with asyncio.timeout(5):
            while mark not in self._got:
                data = await self._loop.sock_recv(self.sock, 65_536)
                if not data:
                    raise EOFError(f"{mark!r} is not in {self._got!r}")
                self._got += data
        found, _, self._got = self._got.partition(mark)
        return found + mark

    async def rest(self) -> bytes:
        """All until the end, with `RESET` in the place of one that is none."""
        got = bytearray(self._got)
        async with asyncio.timeout(20):
            try:
                while data := await self._loop.sock_recv(self.sock, 262_144):
                    got += data
            except ConnectionResetError:
                got += b"RESET"
        return bytes(got)

    def shut(self) -> None:
        """Half-close: nothing more will be sent."""
        self.sock.shutdown(socket.SHUT_WR)

    def reset(self) -> None:
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.sock.close()

    def close(self) -> None:
        self.sock.close()


@pytest.fixture
async def connect():
    """Opens raw connections to an engine, a proxy or a port, and closes them after the test."""
    clients: list[Client] = []

    async def opened(target: Any) -> Client:
        sock = socket.socket()
        sock.setblocking(False)
        clients.append(Client(sock))
        port = target if isinstance(target, int) else target.port
        await asyncio.get_running_loop().sock_connect(sock, ("127.0.0.1", port))
        return clients[-1]

    yield opened
    for client in clients:
        client.close()


@pytest.fixture
def ask(connect: Callable[..., Any]):
    """One raw request on a connection of its own, answered to the end: everything that came, as bytes."""

    async def asked(target: Any, path: str = "/v1/chat/completions", **more: Any) -> bytes:
        client = await connect(target)
        body = more.pop("body", PATHS.get(path))
        stream = {"stream": True} if more.pop("stream", False) else {}
        fake = {"x_fake": more.pop("fake")} if "fake" in more else {}
        await client.send(
            raw_request(path, None if body is None else {**body, **stream}, connection="close", **fake, **more)
        )
        answer = await client.rest()
        client.close()
        return answer

    return asked


@pytest.fixture
async def engine():
    """An engine that asks for a key."""
    async with FakeEngine(["fake"], api_key="sk-test", dim=32) as engine:
        yield engine


@pytest.fixture
async def gpt(engine):
    """The OpenAI SDK, without retries."""
    import openai

    async with openai.AsyncOpenAI(base_url=engine.url + "/v1", api_key="sk-test", max_retries=0) as client:
        yield client


@pytest.fixture
async def claude(engine):
    """The Anthropic SDK, without retries."""
    import anthropic

    async with anthropic.AsyncAnthropic(base_url=engine.url, api_key="sk-test", max_retries=0) as client:
        yield client
