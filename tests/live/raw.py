"""One raw HTTP connection: it sends what it is told, reads bytes, and leaves by FIN or RST."""

from __future__ import annotations

import asyncio
import json
import socket
import struct
from typing import Any

CHAT = "/v1/chat/completions"


def request(body: Any = None, path: str = CHAT, method: str = "POST", version: str = "1.1", **headers: str) -> bytes:
    """A whole request. Header names are given with underscores for dashes."""
    data = b"" if body is None else json.dumps(body).encode()
    given = {"host": "router", "content-type": "application/json", "content-length": str(len(data))}
    given |= {name.replace("_", "-"): value for name, value in headers.items()}
    lines = [f"{method} {path} HTTP/{version}", *(f"{name}: {value}" for name, value in given.items())]
    return "\r\n".join([*lines, "", ""]).encode() + data


class Raw:
    """Reads the socket itself: stream readers drop what came before a reset."""

    def __init__(self, sock: socket.socket) -> None:
        self._sock = sock
        self._loop = asyncio.get_running_loop()
        self._got = b""

    async def send(self, data: bytes) -> None:
        await self._loop.sock_sendall(self._sock, data)

    async def until(self, mark: bytes, within: float = 5.0) -> bytes:
        """What comes up to and with the mark. Raises EOFError if it never comes."""
        async with asyncio.timeout(within):
            while mark not in self._got:
                data = await self._loop.sock_recv(self._sock, 65_536)
                if not data:
                    raise EOFError(f"{mark!r} is not in {self._got!r}")
                self._got += data
        found, _, self._got = self._got.partition(mark)
        return found + mark

    async def answer(self) -> tuple[int, dict[str, str], bytes]:
        """The next answer with a content-length: status, headers, body."""
        head = (await self.until(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in head[1:] if line)}
        length = int(headers.get("content-length", "0"))
        async with asyncio.timeout(5):
            while len(self._got) < length:
                self._got += await self._loop.sock_recv(self._sock, 65_536)
        body, self._got = self._got[:length], self._got[length:]
        return int(head[0].split(" ")[1]), headers, body

    async def rest(self, within: float = 10.0) -> bytes:
        """All until the end, with `RESET` in the place of one that is none."""
        got = bytearray(self._got)
        async with asyncio.timeout(within):
            try:
                while data := await self._loop.sock_recv(self._sock, 262_144):
                    got += data
            except ConnectionResetError:
                got += b"RESET"
        return bytes(got)

    async def sip(self, mark: bytes, size: int, pause: float) -> bytes:
        """What comes up to the mark, read with pauses, at most `size` bytes at a time."""
        got = bytearray(self._got)
        while mark not in got[-2 * size :]:
            await asyncio.sleep(pause)
            data = await self._loop.sock_recv(self._sock, size)
            if not data:
                raise EOFError(f"{mark!r} did not come")
            got += data
        return bytes(got)

    def leave(self, how: str) -> None:
        """By `fin` (nothing more will be sent) or by `rst`."""
        if how == "fin":
            self._sock.shutdown(socket.SHUT_WR)
        else:
            self._sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self._sock.close()

    def close(self) -> None:
        self._sock.close()
