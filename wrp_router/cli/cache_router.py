"""The cache of a running router, over its admin listener."""

from __future__ import annotations

import http.client
import json
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from typing import IO, Any
from urllib.parse import urlsplit

from .progress import Bar
from .telling import CannotDo, Told

PIECE = 64 * 1024

PATIENCE = 60.0
"""Seconds without a byte from the router."""

ADVICE = {
    401: "the router has keys: put one that has admin: true into the environment variable WRP_ADMIN_KEY",
    404: "this router has no cache, or that is not its admin listener (admin: in its configuration)",
    405: "this router is of another version than this command",
}
"""What helps, by status."""


class Router:
    """Asks `url`; `key` opens it where the router has keys."""

    def __init__(self, url: str, key: str) -> None:
        self._url, self._key = url, key

    def stats(self) -> Told:
        return self._said("GET", "/admin/cache")

    def purge(self, tenant: str | None, partition: str | None) -> Told:
        named = {name: value for name, value in (("tenant", tenant), ("partition", partition)) if value is not None}
        return self._said("POST", "/admin/cache/purge", json.dumps(named or {"all": True}).encode())

    def export(self, to: IO[bytes], bar: Bar) -> Told:
        entries = max(1, int(self.stats()["cache"]["entries"]))
        lines = size = 0
        with self._asked("GET", "/admin/cache/export") as answer:
            while piece := self._more(answer):
                to.write(piece)
                size += len(piece)
                lines += piece.count(b"\n")
                bar("export", (lines - 1) / entries)
        if not lines:
            raise CannotDo(f"{self._url} gave no export")
        return {"exported": lines - 1, "bytes": size}

    def import_(self, source: IO[bytes], size: int, bar: Bar) -> Told:
        def pieces() -> Iterator[bytes]:
            sent = 0
            while piece := source.read(PIECE):
                yield piece
                sent += len(piece)
                if size:
                    bar("import", sent / size)

        return self._said("POST", "/admin/cache/import", pieces(), size)

    def _more(self, answer: http.client.HTTPResponse) -> bytes:
        try:
            return answer.read1(PIECE)
        except (http.client.HTTPException, ConnectionError, TimeoutError):
            raise CannotDo(f"{self._url} broke the export off; its log may say why") from None

    def _said(self, method: str, path: str, body: bytes | Iterator[bytes] | None = None, size: int = 0) -> Told:
        with self._asked(method, path, body, size) as answer:
            told = _decoded(answer)
        if not isinstance(told, dict):
            raise CannotDo(f"what {self._url} answered is not what a router answers: is it the admin listener?")
        return told

    @contextmanager
    def _asked(
        self, method: str, path: str, body: bytes | Iterator[bytes] | None = None, size: int = 0
    ) -> Iterator[http.client.HTTPResponse]:
        """The answer, where it is a good one."""
        parts = urlsplit(self._url)
        kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
        connection = kind(parts.hostname or "", parts.port, timeout=PATIENCE)
        headers = {"Content-Type": "application/json", "Accept": "application/json"}
        if self._key:
            headers["Authorization"] = f"Bearer {self._key}"
        if size:
            headers["Content-Length"] = str(size)
        with closing(connection):
            answer = self._answered(connection, method, parts.path + path, body, headers)
            if answer.status != 200:
                raise CannotDo(f"{self._url} answered {answer.status}: {_why(answer)}")
            yield answer

    def _answered(
        self,
        connection: http.client.HTTPConnection,
        method: str,
        path: str,
        body: bytes | Iterator[bytes] | None,
        headers: dict[str, str],
    ) -> http.client.HTTPResponse:
        try:
            connection.connect()
        except OSError as error:
            raise CannotDo(f"nothing answers at {self._url} ({error}): {_START}") from None
        try:
            with suppress(ConnectionError, TimeoutError):  # it may have said why before it hung up
                connection.request(method, path, body, headers)
            return connection.getresponse()
        except (http.client.HTTPException, OSError) as error:
            raise CannotDo(f"{self._url} did not answer ({error or type(error).__name__}): {_START}") from None


_START = "is the router running, with admin: in its configuration? --url says where, --store FILE does without a router"


def _decoded(answer: http.client.HTTPResponse) -> Any:
    """What it says, or None where that is not JSON."""
    try:
        return json.loads(answer.read())
    except (http.client.HTTPException, ValueError, OSError):
        return None


def _why(answer: http.client.HTTPResponse) -> str:
    told = _decoded(answer)
    error = told.get("error") if isinstance(told, dict) else None
    message = str(error.get("message")) if isinstance(error, dict) else answer.reason
    advice = ADVICE.get(answer.status)
    return f"{message} ({advice})" if advice else message
