"""What supervisor and workers tell each other, and how it is framed: four bytes of length, then MessagePack."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Generic, TypeVar

import msgspec

PROTOCOL = 1
"""Counted up when a worker of one version could not live under a supervisor of another."""

MOST = 16 << 20
"""Bytes of a message: the metrics of a thousand pools take one MiB, of which `telemetry.tally` lets pass fifteen."""

_HEAD = 4

_BESIDE = 128
"""Bytes of a message, or of a reply in one, beside its payload: fewer in truth."""

M = TypeVar("M")


class Welcome(msgspec.Struct, frozen=True, tag=True):
    """The first word to a worker, there before it begins: who it is among `of`, the numbers of the sockets that it
    inherits, and of the page of turns with its place there, the secret of those that have none in their configuration,
    and whether it speaks for all at the start."""

    number: int
    of: int
    listen: int
    admin: int | None
    turns: int
    place: int
    secret: bytes
    speaks: bool
    protocol: int = PROTOCOL


class Leave(msgspec.Struct, frozen=True, tag=True):
    """Others are there: accept no more, finish what runs, end."""


class Asked(msgspec.Struct, frozen=True, tag=True):
    """A sibling asks; `id` is the supervisor's."""

    id: int
    kind: str
    payload: bytes


class Told(msgspec.Struct, frozen=True, tag=True):
    """The sibling at that place said so: whoever takes over from another has the same number, and both speak. Nobody
    waits for an answer."""

    place: int = msgspec.field(name="number")  # as supervisors of before call it, who may have workers of now
    kind: str
    payload: bytes


class Said(msgspec.Struct, frozen=True, tag=True):
    """What the sibling with that number replied."""

    number: int
    payload: bytes


class Answers(msgspec.Struct, frozen=True, tag=True):
    """What siblings replied to what was asked by that `id`; so many that should have are `missing`. `more` of the same
    follows where it is too long for one message."""

    id: int
    replies: tuple[Said, ...] = ()
    missing: int = 0
    more: bool = False


def in_pages(replies: Iterable[Said]) -> Iterator[tuple[Said, ...]]:
    """The same in order, each page short enough for one message; one at least."""
    page, size = list[Said](), 0
    for said in replies:
        more = len(said.payload) + _BESIDE
        if page and size + more > MOST - _BESIDE:
            yield tuple(page)
            page, size = [], 0
        page.append(said)
        size += more
    yield tuple(page)


class Ready(msgspec.Struct, frozen=True, tag=True):
    """A worker takes requests. What its configuration says of addresses and of how many workers there are to be;
    `patience`: seconds that its drain may take."""

    listen: str
    admin: str | None
    workers: int | None
    patience: float
    protocol: int = PROTOCOL


class Counted(msgspec.Struct, frozen=True, tag=True):
    """A tally of what this worker counted until now (`telemetry.tally`)."""

    payload: bytes


class Ask(msgspec.Struct, frozen=True, tag=True):
    """For all siblings, by the worker's own `id`."""

    id: int
    kind: str
    payload: bytes


class Reply(msgspec.Struct, frozen=True, tag=True):
    """To what was asked by that id; None: it failed here."""

    id: int
    payload: bytes | None


class Tell(msgspec.Struct, frozen=True, tag=True):
    """For all siblings, who need not hear it."""

    kind: str
    payload: bytes


ToWorker = Welcome | Leave | Asked | Told | Answers
ToSupervisor = Ready | Counted | Ask | Reply | Tell

_ENCODER = msgspec.msgpack.Encoder()


def framed(message: ToWorker | ToSupervisor) -> bytes:
    """As it goes over the socket. Raises ValueError for one of more than MOST bytes."""
    body = _ENCODER.encode(message)
    if len(body) > MOST:
        raise ValueError(f"a message of {len(body)} bytes")
    return len(body).to_bytes(_HEAD, "big") + body


class Frames(Generic[M]):
    """Bytes as they come, and the messages in them. It asks nobody for more."""

    def __init__(self, decoder: msgspec.msgpack.Decoder[M]) -> None:
        self._decoder = decoder
        self._rest = bytearray()

    def feed(self, data: bytes) -> Iterator[M]:
        """The messages that are whole now. Raises ValueError for what is none."""
        self._rest += data
        while len(self._rest) >= _HEAD:
            length = int.from_bytes(self._rest[:_HEAD], "big")
            if length > MOST:
                raise ValueError(f"a message of {length} bytes")
            if len(self._rest) < _HEAD + length:
                return
            body = bytes(self._rest[_HEAD : _HEAD + length])
            del self._rest[: _HEAD + length]
            yield self._decoder.decode(body)


def from_supervisor() -> Frames[ToWorker]:
    """Of a worker's end."""
    return Frames(msgspec.msgpack.Decoder(ToWorker))


def from_worker() -> Frames[ToSupervisor]:
    """Of the supervisor's."""
    return Frames(msgspec.msgpack.Decoder(ToSupervisor))
