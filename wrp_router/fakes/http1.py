"""HTTP/1.1 as an engine reads and writes it, bytes in and bytes out. It reads strictly (a fake that forgives would hide
smuggling) and writes whatever it is told to, broken or not."""

from __future__ import annotations

from collections.abc import Iterable
from http import HTTPStatus

import msgspec

_HEAD_LIMIT = 64 * 1024
_REASONS = {status.value: status.phrase for status in HTTPStatus}

Headers = tuple[tuple[str, str], ...]


class Malformed(Exception):
    """What came is no request; `status` is the answer, after which the connection closes."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.message = message


class Request(msgspec.Struct, frozen=True):
    """One whole request. Header names are lower-case; repeated ones are joined by ", "."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes = b""
    keep_alive: bool = True


class Parser:
    """Bytes in, requests out, one at a time: what belongs to the next request waits in the buffer."""

    def __init__(self, body_limit: int = 64 * 1024 * 1024) -> None:
        self._buffer = bytearray()
        self._limit = body_limit
        self._head: Request | None = None
        self._length: int | None = 0  # of the body; None: chunked
        self._chunks = bytearray()
        self.continues = False  # the client waits for `100 Continue`

    @property
    def idle(self) -> bool:
        """Not a byte of a next request has come."""
        return self._head is None and not self._buffer

    def feed(self, data: bytes) -> None:
        """Take what came. Raises Malformed if nobody could want that much."""
        self._buffer += data
        if len(self._buffer) > self._limit + _HEAD_LIMIT:
            raise Malformed(413, "more than one request may be")

    def next(self) -> Request | None:
        """The next request once it is complete. Raises Malformed."""
        if self._head is None and not self._read_head():
            return None
        body = self._read_chunked() if self._length is None else self._read_sized(self._length)
        if body is None or self._head is None:
            return None
        request = msgspec.structs.replace(self._head, body=body) if body else self._head
        self._head, self.continues = None, False
        return request

    def _read_head(self) -> bool:
        end = self._buffer.find(b"\r\n\r\n")
        if end < 0 or end > _HEAD_LIMIT:
            if max(end, len(self._buffer)) > _HEAD_LIMIT:
                raise Malformed(431, "the head is too long")
            return False
        lines = self._buffer[:end].decode("latin-1").split("\r\n")
        del self._buffer[: end + 4]
        parts = lines[0].split(" ")
        if len(parts) != 3 or parts[2] not in ("HTTP/1.1", "HTTP/1.0") or not parts[1].startswith("/"):
            raise Malformed(400, "not an HTTP/1.1 request line")
        headers = _headers(lines[1:])
        self._length = _length(headers, self._limit)
        self.continues = headers.get("expect", "").lower() == "100-continue"
        connection = headers.get("connection", "").lower()
        stays = "close" not in connection and (parts[2] == "HTTP/1.1" or "keep-alive" in connection)
        self._head = Request(parts[0], parts[1], headers, b"", stays)
        return True

    def _read_sized(self, length: int) -> bytes | None:
        if len(self._buffer) < length:
            return None
        body = bytes(self._buffer[:length])
        del self._buffer[:length]
        return body

    def _read_chunked(self) -> bytes | None:
        while True:
            end = self._buffer.find(b"\r\n")
            if end < 0:
                if len(self._buffer) > 1024:
                    raise Malformed(400, "a chunk size without end")
                return None
            size = _chunk_size(bytes(self._buffer[:end]))
            whole = end + 2 + size + 2
            if len(self._chunks) + size > self._limit:
                raise Malformed(413, "the body is too large")
            if len(self._buffer) < whole:
                return None
            if self._buffer[whole - 2 : whole] != b"\r\n":
                raise Malformed(400, "a chunk of another size than it says")
            self._chunks += self._buffer[end + 2 : whole - 2]
            del self._buffer[:whole]
            if size == 0:
                body = bytes(self._chunks)
                self._chunks.clear()
                return body


def head(status: int, headers: Iterable[tuple[str, str]], status_line: str = "") -> bytes:
    """A response head; `status_line` replaces the proper one."""
    first = status_line or f"HTTP/1.1 {status} {_REASONS.get(status, 'Unknown')}"
    return "".join([first, "\r\n", *(f"{name}: {value}\r\n" for name, value in headers), "\r\n"]).encode("latin-1")


def chunk(data: bytes) -> bytes:
    return b"%x\r\n%b\r\n" % (len(data), data)


LAST_CHUNK = b"0\r\n\r\n"


def _headers(lines: list[str]) -> dict[str, str]:
    headers: dict[str, str] = {}
    for line in lines:
        name, sign, value = line.partition(":")
        if not sign or not name or name != name.strip():
            raise Malformed(400, "not a header line")
        name, value = name.lower(), value.strip()
        if name in headers:
            if name in ("content-length", "transfer-encoding", "host"):
                raise Malformed(400, f"two headers {name}")
            value = f"{headers[name]}, {value}"
        headers[name] = value
    return headers


def _length(headers: dict[str, str], limit: int) -> int | None:
    coding, length = headers.get("transfer-encoding"), headers.get("content-length", "0")
    if coding is not None:
        if coding.lower() != "chunked" or "content-length" in headers:
            raise Malformed(400, "a body framed in two ways, or in none we know")
        return None
    if not (length.isascii() and length.isdigit()):
        raise Malformed(400, "not a content-length")
    if int(length) > limit:
        raise Malformed(413, "the body is too large")
    return int(length)


def _chunk_size(line: bytes) -> int:
    digits = line.split(b";")[0].strip()
    if not digits or digits.strip(b"0123456789abcdefABCDEF"):
        raise Malformed(400, "not a chunk size")
    return int(digits, 16)
