"""What can be wrong with a network, one direction at a time: each toxic turns the bytes that come into what becomes of
them. Pure; `faultproxy` does it to sockets. The names are Toxiproxy's, and three more."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Protocol

import msgspec


class Pass(msgspec.Struct, frozen=True, gc=False):
    """Send these bytes on, at `at` at the earliest."""

    data: bytes
    at: float


class End(msgspec.Struct, frozen=True, gc=False):
    """Close both sides at `at`: with a FIN (`fin`) or a reset (`rst`)."""

    how: str
    at: float


class Hold(msgspec.Struct, frozen=True, gc=False):
    """Nothing goes any further in this direction, not even an end, as long as the toxics stay; `rest` waits."""

    rest: bytes = b""


Effect = Pass | End | Hold


class Link(Protocol):
    """A toxic at work on one direction of one connection.

    `feed` gets bytes that may go on at `at`; `over` hears of the sender's FIN and answers when to pass it on (None:
    never). Times are in seconds on the proxy's clock.
    """

    def feed(self, data: bytes, at: float) -> Iterator[Effect]: ...

    def over(self, at: float) -> float | None: ...


class Toxic(msgspec.Struct, frozen=True):
    """A kind of trouble. `ends_after` and `ends_how` say when a connection ends by itself, counted from the toxic or
    the connection, whichever came later; None: it does not."""

    @property
    def ends_after(self) -> float | None:
        return None

    @property
    def ends_how(self) -> str:
        return "fin"

    def link(self) -> Link:
        return _Link()


class Latency(Toxic, frozen=True):
    """Everything comes `delay` seconds later, in order; every second piece `jitter` later still."""

    delay: float
    jitter: float = 0.0

    def link(self) -> Link:
        return _Late(self)


class Bandwidth(Toxic, frozen=True):
    """No more than `bytes_per_s`."""

    bytes_per_s: float

    def link(self) -> Link:
        return _Slow(self)


class SlowClose(Toxic, frozen=True):
    """The end comes `delay` seconds late."""

    delay: float

    def link(self) -> Link:
        return _Link(self.delay)


class Timeout(Toxic, frozen=True):
    """No byte goes on; after `after` seconds (0: never) the connection ends."""

    after: float = 0.0

    @property
    def ends_after(self) -> float | None:
        return self.after or None

    def link(self) -> Link:
        return _Deaf()


class ResetPeer(Toxic, frozen=True):
    """The connection is reset `after` seconds from its beginning; until then bytes pass."""

    after: float = 0.0

    @property
    def ends_after(self) -> float | None:
        return self.after

    @property
    def ends_how(self) -> str:
        return "rst"


class Slicer(Toxic, frozen=True):
    """Bytes come in pieces of `size`, `delay` seconds apart."""

    size: int
    delay: float = 0.0

    def link(self) -> Link:
        return _Sliced(self)


class LimitData(Toxic, frozen=True):
    """After `limit` bytes the connection ends."""

    limit: int
    how: str = "fin"

    def link(self) -> Link:
        return _Counted(self.limit, self.how)


class Garbage(Toxic, frozen=True):
    """After `after` bytes come these instead of the rest, once; then nothing."""

    after: int = 0
    data: bytes = b"\x00\xff\x16\x03garbage\r\n"

    def link(self) -> Link:
        return _Spoiled(self)


class StallAfter(Toxic, frozen=True):
    """After `limit` bytes nothing more comes, and no end either."""

    limit: int

    def link(self) -> Link:
        return _Counted(self.limit)


class HalfOpen(Toxic, frozen=True):
    """The peer is gone without a word: nothing is read, nothing comes."""

    def link(self) -> Link:
        return _Deaf()


class _Link:
    """Lets everything pass, and the end after `lag` seconds."""

    def __init__(self, lag: float = 0.0) -> None:
        self._lag = lag

    def feed(self, data: bytes, at: float) -> Iterator[Effect]:
        yield Pass(data, at)

    def over(self, at: float) -> float | None:
        return at + self._lag


class _Late(_Link):
    def __init__(self, toxic: Latency) -> None:
        super().__init__(toxic.delay)
        self._toxic = toxic
        self._odd = False
        self._last = 0.0

    def feed(self, data: bytes, at: float) -> Iterator[Effect]:
        jitter = self._toxic.jitter if self._odd else 0.0
        self._odd = not self._odd
        self._last = max(self._last, at + self._toxic.delay + jitter)
        yield Pass(data, self._last)


class _Slow(_Link):
    def __init__(self, toxic: Bandwidth) -> None:
        super().__init__()
        self._rate = toxic.bytes_per_s
        self._free = 0.0

    def feed(self, data: bytes, at: float) -> Iterator[Effect]:
        step = max(1, int(self._rate / 100))
        for start in range(0, len(data), step):
            piece = data[start : start + step]
            self._free = max(self._free, at) + len(piece) / self._rate
            yield Pass(piece, self._free)


class _Sliced(_Link):
    def __init__(self, toxic: Slicer) -> None:
        super().__init__()
        self._toxic = toxic
        self._last = 0.0

    def feed(self, data: bytes, at: float) -> Iterator[Effect]:
        for start in range(0, len(data), self._toxic.size):
            self._last = max(self._last + self._toxic.delay, at)
            yield Pass(data[start : start + self._toxic.size], self._last)


class _Counted(_Link):
    """Passes `limit` bytes; then comes an end, or nothing."""

    def __init__(self, limit: int, ends: str = "") -> None:
        super().__init__()
        self._left = limit
        self._ends = ends

    def feed(self, data: bytes, at: float) -> Iterator[Effect]:
        passed, rest = data[: self._left], data[self._left :]
        self._left -= len(passed)
        if passed:
            yield Pass(passed, at)
        if not self._left and self._ends:
            yield End(self._ends, at)
        elif rest:
            yield Hold(rest)

    def over(self, at: float) -> float | None:
        return at if self._left else None


class _Spoiled(_Link):
    def __init__(self, toxic: Garbage) -> None:
        super().__init__()
        self._left = toxic.after
        self._data = toxic.data

    def feed(self, data: bytes, at: float) -> Iterator[Effect]:
        passed = data[: self._left]
        if passed:
            self._left -= len(passed)
            yield Pass(passed, at)
        if len(passed) < len(data) and self._data:
            spoilt, self._data = self._data, b""
            yield Pass(spoilt, at)


class _Deaf(_Link):
    def feed(self, data: bytes, at: float) -> Iterator[Effect]:
        yield Hold(data)

    def over(self, at: float) -> float | None:
        return None


def through(links: Sequence[Link], data: bytes, at: float) -> Iterator[Effect]:
    """What becomes of bytes that go through these links one after the other, up to the first End or Hold."""
    if not links:
        yield Pass(data, at)
        return
    effects = links[0].feed(data, at)
    for effect in effects:
        if not isinstance(effect, Pass):
            yield effect
            return
        for last in through(links[1:], effect.data, effect.at):
            if isinstance(last, Hold):
                yield Hold(last.rest + b"".join(map(_bytes_of, effects)))
                return
            yield last


def _bytes_of(effect: Effect) -> bytes:
    return effect.data if isinstance(effect, Pass) else effect.rest if isinstance(effect, Hold) else b""


def over(links: Sequence[Link], at: float) -> float | None:
    """When the sender's end comes out behind these links; None: never."""
    for link in links:
        late = link.over(at)
        if late is None:
            return None
        at = late
    return at
