"""A body that comes in pieces; each is kept as it is until the last is here."""

from __future__ import annotations

from wrp_router.live.pacing import Pace


class Arriving:
    """Of `size` bytes, which began with `first`; `due` is when patience with it ends."""

    __slots__ = ("_began", "_chunks", "_pace", "_received", "_size", "due")

    def __init__(self, first: bytes, size: int, pace: Pace, now: float) -> None:
        self._chunks = [first]
        self._received, self._size = len(first), size
        self._pace, self._began = pace, now
        self.due = pace.due(now, now, self._received)

    def add(self, data: bytes, now: float) -> bool:
        """Whether that was the last of it."""
        self._chunks.append(data)
        self._received += len(data)
        self.due = self._pace.due(self._began, now, self._received)
        return self._received >= self._size

    def parts(self) -> tuple[bytes, bytes]:
        """The body, and what came after it."""
        whole = b"".join(self._chunks)
        return whole[: self._size], whole[self._size :]
