"""One event of a stream before it is framed, and what kind it is: faults strike between kinds."""

from __future__ import annotations

from enum import Enum
from typing import Any

import msgspec

encode = msgspec.json.Encoder().encode


class Kind(Enum):
    """LEAD says nothing yet (role chunk, message_start); TEXT is substantive; CLOSE ends a part; FINISH says why it
    ended; USAGE counts; DONE is OpenAI's `[DONE]`; STOP is the last event of a dialect with named events."""

    LEAD = "lead"
    TEXT = "text"
    CLOSE = "close"
    FINISH = "finish"
    USAGE = "usage"
    DONE = "done"
    STOP = "stop"


class Event(msgspec.Struct, frozen=True, gc=False):
    """`data` is one line of JSON (or `[DONE]`); `name` goes into the `event:` line, if any."""

    kind: Kind
    data: bytes
    name: str = ""


def event(kind: Kind, value: Any, name: str = "") -> Event:
    return Event(kind, encode(value), name)


def frame(event: Event, eol: bytes = b"\n") -> bytes:
    """The event as it goes over the wire, blank line included."""
    if event.name:
        return b"event: %b%bdata: %b%b%b" % (event.name.encode(), eol, event.data, eol, eol)
    return b"data: %b%b%b" % (event.data, eol, eol)
