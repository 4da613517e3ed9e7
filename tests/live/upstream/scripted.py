"""A TCP server that plays what it is told, byte by byte: the smallest possible engine."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress

Script = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


class Scripted:
    """`accepted` counts connections, `requests` the heads that were read."""

    def __init__(self) -> None:
        self.accepted = 0
        self.requests: list[bytes] = []
        self.url = ""

    async def read_request(self, reader: asyncio.StreamReader) -> bytes:
        """One request head with a body of its content-length; b"" when the peer left."""
        try:
            head = await reader.readuntil(b"\r\n\r\n")
        except asyncio.IncompleteReadError:
            return b""
        length = next((int(line[15:]) for line in head.split(b"\r\n") if line.startswith(b"content-length:")), 0)
        request = head + (await reader.readexactly(length) if length else b"")
        self.requests.append(request)
        return request


@asynccontextmanager
async def scripted(
    play: Callable[[Scripted, asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]],
    tls: ssl.SSLContext | None = None,
) -> AsyncIterator[Scripted]:
    """The server, playing `play` on every connection."""
    server = Scripted()

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        server.accepted += 1
        try:
            await play(server, reader, writer)
        except (ConnectionError, asyncio.CancelledError):  # streams complain of handlers that are cancelled
            pass
        finally:
            writer.close()
            with suppress(ConnectionError, asyncio.CancelledError):  # heard here, or the stream's own future complains
                await writer.wait_closed()

    listener = await asyncio.start_server(connected, "127.0.0.1", 0, ssl=tls)
    host, port = listener.sockets[0].getsockname()
    server.url = f"http://{host}:{port}" if tls is None else f"https://localhost:{port}"
    try:
        yield server
    finally:
        listener.close()
        await listener.wait_closed()


def replying(*replies: bytes, close: bool = False) -> Callable[..., Awaitable[None]]:
    """Answers the requests of a connection with these bytes, one after the other, then closes or waits."""

    async def play(server: Scripted, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for reply in replies:
            if not await server.read_request(reader):
                return
            writer.write(reply)
            await writer.drain()
        if not close:
            await reader.read()

    return play
