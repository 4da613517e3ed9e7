"""The connections to one engine: kept alive for less long than the engine keeps them, one free retry on a stale one."""

from __future__ import annotations

import asyncio
import errno
import logging
import os
import ssl
from collections import deque
from urllib.parse import urlsplit

from wrp_router.telemetry.log import Seldom

from .connection import Connection
from .words import EXHAUSTED, Broken, Head

KEEP_ALIVE = 4.0
"""Seconds an idle connection is trusted. uvicorn, under vLLM and SGLang, closes at 5."""

STALE = 1.0
"""Seconds within which a connection that the engine had closed says so: a round trip, to anywhere."""

OURS = frozenset({errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM, errno.EADDRNOTAVAIL})
"""Errors of a connection, made or accepted, that say nothing of its other side: they end by themselves."""


class Origin:
    """Scheme, host and port of an engine, and the idle connections to it.

    Connections are reused last-in first-out, so that a quiet pool shrinks by itself. Proxies of the environment,
    redirects and cookies do not exist here.
    """

    __slots__ = (
        *("_complain", "_host", "_idle", "_janitor", "_keep_alive", "_loop", "_port", "_stale", "_tls"),
        *("base", "host_header"),
    )

    def __init__(
        self, url: str, *, keep_alive: float = KEEP_ALIVE, stale: float = STALE, tls: ssl.SSLContext | None = None
    ) -> None:
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError(f"not an http(s) URL: {url!r}")
        self._loop = asyncio.get_running_loop()
        self._tls = (tls or ssl.create_default_context()) if parts.scheme == "https" else None
        self._host = parts.hostname
        self._port = parts.port or (443 if self._tls else 80)
        self._keep_alive, self._stale = keep_alive, stale
        self._idle: deque[tuple[Connection, float]] = deque()
        self._janitor: asyncio.TimerHandle | None = None
        self._complain = Seldom(logging.getLogger(__name__))
        self.base = parts.path.rstrip("/")
        self.host_header = parts.netloc.rpartition("@")[2]

    async def send(
        self, request: bytes, connect_timeout: float, patience: float = 60.0, timer: str = "total"
    ) -> tuple[Connection, Head]:
        """Send `request` and wait for the head of its answer. Raises Broken; `timer` is the timeout it names when
        `patience` seconds go by, connecting included, before the caller says `relax` to the connection.

        A reused connection that dies at once, without a byte of an answer, was most likely closed by the engine while
        idle (RFC 9112 section 9.3.1); the request goes once more over a fresh one, uncounted. One that dies later had
        the request in hand: that is a failure like others, for which there is a budget.
        """
        began = self._loop.time()
        until = began + patience
        connection = self._pop()
        if connection is not None:
            try:
                connection.begin(request, patience, timer)
                return connection, await connection.head()
            except Broken as broken:
                late = self._loop.time() - began > self._stale
                if broken.answered or broken.reason != "reset" or late:
                    raise
            except BaseException:
                connection.abort()
                raise
        left = until - self._loop.time()
        connection = await (self._connect(connect_timeout) if connect_timeout < left else self._connect(left, timer))
        try:
            connection.begin(request, until - self._loop.time(), timer)
            return connection, await connection.head()
        except BaseException:
            connection.abort()
            raise

    def release(self, connection: Connection) -> None:
        """Take a connection back; it is closed unless its answer was read whole and the engine keeps it open. What is
        left of a request that was answered early would be in the way of the next one (RFC 9112 section 9.5)."""
        connection.relax()
        if not (connection.reusable and connection.finished and connection.open and connection.sent):
            connection.abort()
            return
        self._idle.append((connection, self._loop.time()))
        if self._janitor is None:
            self._janitor = self._loop.call_later(self._keep_alive, self._sweep)

    def close(self) -> None:
        if self._janitor is not None:
            self._janitor.cancel()
            self._janitor = None
        while self._idle:
            self._idle.pop()[0].abort()

    @property
    def idle(self) -> int:
        return len(self._idle)

    def _pop(self) -> Connection | None:
        oldest = self._loop.time() - self._keep_alive
        while self._idle:
            connection, since = self._idle.pop()
            if since > oldest and connection.open:
                return connection
            connection.abort()
        return None

    def _sweep(self) -> None:
        self._janitor = None
        oldest = self._loop.time() - self._keep_alive
        while self._idle and (self._idle[0][1] <= oldest or not self._idle[0][0].open):
            self._idle.popleft()[0].close()
        if self._idle:
            self._janitor = self._loop.call_at(self._idle[0][1] + self._keep_alive, self._sweep)

    async def _connect(self, patience: float, timer: str = "connect") -> Connection:
        try:
            async with asyncio.timeout(patience):
                _, connection = await self._loop.create_connection(
                    lambda: Connection(self._loop),
                    self._host,
                    self._port,
                    ssl=self._tls,
                    server_hostname=self._host if self._tls else None,
                )
        except TimeoutError:
            raise Broken("connect", f"no connection within {patience:g} s", timer=timer) from None
        except ssl.SSLError as error:  # its number is none of the system's
            why = _untrusted(error)
            self._complain.warn("tls", "no TLS with %s:%d: %s", self._host, self._port, why)
            raise Broken("connect", why) from None
        except OSError as error:
            if error.errno in OURS:
                raise Broken(EXHAUSTED, error.strerror or "") from None
            plain = os.strerror(error.errno) if error.errno and error.errno > 0 else error.strerror or str(error)
            raise Broken("connect", plain or type(error).__name__) from None
        return connection


def _untrusted(error: ssl.SSLError) -> str:
    """What is wrong with a certificate, or with what was said instead of a handshake."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return error.verify_message
    return (error.reason or "handshake failed").lower().replace("_", " ")
