"""Raw requests, and strict reading of whatever comes back. It knows nothing of what an answer means."""

from __future__ import annotations

import asyncio
import re
import socket
from contextlib import suppress
from dataclasses import dataclass, field

CANARY = "sk-CANARY-0123456789abcdef"
"""The key that every request here carries. It may come out nowhere."""

CHAT = b"/v1/chat/completions"
ASK = b'{"model":"fake","messages":[{"role":"user","content":"hi"}]}'
SENTINEL = b"GET /healthz HTTP/1.1\r\nhost: router\r\nx-request-id: the-sentinel\r\n\r\n"

_STATUS = re.compile(rb"HTTP/\d\.\d (\d{3}) [ -~]*")
_FIELD = re.compile(rb"([!#$%&'*+.^_`|~0-9A-Za-z-]+): ?([\t\x20-\x7e\x80-\xff]*)")


def post(*lines: bytes, body: bytes = ASK, target: bytes = CHAT, first: bytes = b"", length: bool = True) -> bytes:
    """A request with the canary; `lines` are more header lines, `first` takes the place of the request line."""
    head = [first or b"POST " + target + b" HTTP/1.1", b"host: router", b"authorization: Bearer " + CANARY.encode()]
    head += [b"content-type: application/json", *lines]
    if length:
        head.append(b"content-length: %d" % len(body))
    return b"\r\n".join([*head, b"", body])


def get(target: bytes, *lines: bytes, method: bytes = b"GET") -> bytes:
    """A request without a body."""
    return post(*lines, body=b"", first=method + b" " + target + b" HTTP/1.1", length=False)


def chunked(*pieces: bytes) -> bytes:
    """The pieces as the chunks of a body."""
    return b"".join(b"%x\r\n%b\r\n" % (len(piece), piece) for piece in pieces) + b"0\r\n\r\n"


@dataclass(frozen=True, slots=True)
class Reply:
    """One answer. `headers` are under lower-case names."""

    status: int
    headers: dict[str, str]
    body: bytes


@dataclass(slots=True)
class Transcript:
    """All that came back on a connection: `closed` says that it was the router that ended it."""

    replies: list[Reply] = field(default_factory=list)
    raw: bytes = b""
    closed: bool = False

    @property
    def statuses(self) -> list[int]:
        return [reply.status for reply in self.replies]


def read_reply(data: bytes, *, bodiless: bool = False, ended: bool = False) -> tuple[Reply, bytes] | None:
    """The first answer in `data` and what follows it, or None while it is not whole. Anything that is not HTTP to the
    letter is an AssertionError: a header that broke out of its line would show here."""
    head, end, rest = data.partition(b"\r\n\r\n")
    if not end:
        return None
    status_line, *lines = head.split(b"\r\n")
    status, fields = _STATUS.fullmatch(status_line), [_FIELD.fullmatch(line) for line in lines]
    assert status is not None, data
    assert None not in fields, data
    pairs = [(found[1].decode().lower(), found[2].decode("latin-1")) for found in fields if found is not None]
    headers = dict(pairs)
    assert len([name for name, _ in pairs if name in ("content-length", "transfer-encoding")]) <= 1, data
    if bodiless or status[1].startswith(b"1"):
        return Reply(int(status[1]), headers, b""), rest
    body = _body_of(headers, rest, ended)
    return None if body is None else (Reply(int(status[1]), headers, body[0]), body[1])


def _body_of(headers: dict[str, str], data: bytes, ended: bool) -> tuple[bytes, bytes] | None:
    if "content-length" in headers:
        size = int(headers["content-length"])
        return (data[:size], data[size:]) if len(data) >= size else None
    if headers.get("transfer-encoding") != "chunked":
        return (data, b"") if ended else None
    pieces: list[bytes] = []
    while True:
        line, end, rest = data.partition(b"\r\n")
        size = int(line, 16) if end else 0
        if not end or len(rest) < size + 2:
            return None
        assert rest[size : size + 2] == b"\r\n", rest
        if not size:
            return b"".join(pieces), rest[2:]
        pieces.append(rest[:size])
        data = rest[size + 2 :]


class Line:
    """One connection. Reads the socket itself: stream readers drop what came before a reset."""

    def __init__(self, sock: socket.socket) -> None:
        self._sock = sock
        self._loop = asyncio.get_running_loop()
        self._left = b""
        self.heard = Transcript()

    async def send(self, data: bytes) -> None:
        """As much as the router will have."""
        with suppress(ConnectionError):
            await self._loop.sock_sendall(self._sock, data)

    async def reply(self, *, bodiless: bool = False, within: float = 10.0) -> Reply | None:
        """The next answer, None if the connection ends before one. Interim answers do not count."""
        async with asyncio.timeout(within):
            while True:
                found = read_reply(self._left, bodiless=bodiless, ended=self.heard.closed)
                if found is not None:
                    self._left = found[1]
                    if found[0].status >= 200:
                        return found[0]
                elif self.heard.closed:
                    assert not self._left, f"an answer was torn: {self._left[:200]!r}"
                    return None
                else:
                    await self.read()

    async def read(self) -> None:
        """Some bytes, or the end of the connection."""
        try:
            data = await self._loop.sock_recv(self._sock, 262_144)
        except ConnectionError:
            data = b""
        self._left += data
        self.heard.raw += data
        self.heard.closed = not data

    async def converse(self, *, bodiless: bool = False) -> Transcript:
        """All answers, up to that to a last, proper request, by which one knows that no other is to come."""
        asked = False
        while (reply := await self.reply(bodiless=bodiless)) is not None:
            if reply.headers.get("x-request-id") == "the-sentinel":
                break
            self.heard.replies.append(reply)
            bodiless = False
            if not asked and not self.heard.closed:
                asked = True
                await self.send(SENTINEL)
        return self.heard

    def half_close(self) -> None:
        """Nothing more will be sent."""
        self._sock.shutdown(socket.SHUT_WR)

    def close(self) -> None:
        self._sock.close()


async def dial(address: tuple[str, int], receive_buffer: int = 0) -> Line:
    """A connection; one that reads little has a small buffer."""
    sock = socket.socket()
    sock.setblocking(False)
    if receive_buffer:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    await asyncio.get_running_loop().sock_connect(sock, address)
    return Line(sock)
