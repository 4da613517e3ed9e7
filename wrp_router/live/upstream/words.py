"""What the upstream side answers with, and the one error it raises."""

from __future__ import annotations

from typing import Any

import msgspec

HEAD_LIMIT = 64 * 1024
"""Bytes of status line and headers that an engine may send; and of anything else between two bytes of a body, which
lengths of chunks, what extends these, and trailers are."""

HEADERS_LIMIT = 128
"""Header fields that an engine may send."""

FIELD_LIMIT = 8190
"""Bytes of one of them: what aiohttp's client, nginx and Envoy take at most."""

READ_AT_ONCE = 64 * 1024
"""Bytes that are taken at most at a time; event loops take four times as many, which then wait for whoever reads."""

PAUSE_AT = 64 * 1024
"""Unread body bytes after which a connection stops reading: back-pressure reaches the engine."""

EXHAUSTED = "exhausted"
"""The reason where this process, or its host, has no file, port or memory left for a connection: no engine's fault."""


class Head(msgspec.Struct, gc=False):
    """Status and headers of an answer, header names in lower case, as sent. Read-only: answers whose heads are the same
    share one, less its content-length. `passed` is for whoever passes it on, who works out once what that comes to, for
    callers with limits of their own and for others."""

    status: int
    headers: list[tuple[str, str]]
    content_type: str = ""
    passed: dict[bool, Any] = msgspec.field(default_factory=dict)


class Broken(Exception):
    """The exchange with an engine failed below HTTP.

    `reason` is one of connect, reset, malformed, truncated, timeout, exhausted; `answered` says whether a single byte
    of an answer was seen; `timer` names the timeout that fired.
    """

    def __init__(self, reason: str, detail: str = "", *, answered: bool = False, timer: str = "") -> None:
        super().__init__(f"{reason}: {detail}" if detail else reason)
        self.reason = reason
        self.answered = answered
        self.timer = timer


def spelt(value: bytes) -> str:
    """A header's value as text: UTF-8, as the server side writes it; what is none is taken for latin-1, its
    historical meaning. Spaces at the end are no part of it (RFC 9112 section 5.1); the parser leaves them."""
    try:
        return value.decode().rstrip(" \t")
    except UnicodeDecodeError:
        return value.decode("latin-1").rstrip(" \t")
