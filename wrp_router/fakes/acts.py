"""The words of an answer under way: what is to be sent, and what is done on the connection for it."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from .http1 import Headers
from .sse import Event


class Write(msgspec.Struct, frozen=True, gc=False):
    """Send these bytes; what is written without a wait in between may leave together."""

    data: bytes


class Token(msgspec.Struct, frozen=True, gc=False):
    """Wait until this token (counted from 0) is due."""

    serial: int


class Pause(msgspec.Struct, frozen=True, gc=False):
    """Let `seconds` pass, at least one turn of the event loop."""

    seconds: float


class Die(msgspec.Struct, frozen=True, gc=False):
    """Break off with a reset (`rst`) or a FIN (`fin`), after all that was written has left. `clean` ends only the body,
    properly framed, and the connection stays; `close` is the proper end of an answer and of its connection."""

    how: str


class Break(msgspec.Struct, frozen=True, gc=False):
    """Inside a body: write a chunk that is none."""


class Stall(msgspec.Struct, frozen=True, gc=False):
    """Do nothing until the client leaves."""


Act = Write | Token | Pause | Die | Break | Stall


class Whole(msgspec.Struct, frozen=True):
    """An answer that is sent at once, when its last token is there."""

    body: bytes
    status: int = 200
    content_type: str = "application/json"
    headers: Headers = ()
    tokens: int = 0


class Streamed(msgspec.Struct, frozen=True):
    """An answer as server-sent events, `lanes` choices side by side. `shape` is the error shape of its dialect."""

    events: Iterable[Event]
    shape: str = "openai"
    lanes: int = 1
    headers: Headers = ()


Reply = Whole | Streamed
