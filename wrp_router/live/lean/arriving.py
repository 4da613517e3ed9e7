"""A body that comes in pieces; each is kept as it is until the last is here."""

from __future__ import annotations

from collections.abc import Callable

from wrp_router.errors import RouterError
from wrp_router.live.pacing import Pace


class Arriving:
    """Of `size` bytes; `due` is when patience with it ends. `receive` hears of so many bytes more, and may raise: the
    `error` by which no more of it is taken in."""

    __slots__ = ("_began", "_chunks", "_pace", "_receive", "_received", "_size", "due", "error")

    def __init__(self, size: int, pace: Pace, now: float, receive: Callable[[int], None]) -> None:
        self._chunks: list[bytes] = []
        self._received, self._size = 0, size
        self._pace, self._began, self._receive = pace, now, receive
        self.due = pace.due(now, now, 0)
        self.error: RouterError | None = None

    def add(self, data: bytes, now: float) -> bool:
        """Whether nothing more of it is wanted: that was the last of it, or there is no room for it."""
        try:
            self._receive(min(len(data), self._size - self._received))
        except RouterError as error:
            self.error = error
            self._chunks.clear()
            return True
        self._chunks.append(data)
        self._received += len(data)
        self.due = self._pace.due(self._began, now, self._received)
        return self._received >= self._size

    def parts(self) -> tuple[bytes, bytes]:
        """The body, and what came after it."""
        whole = b"".join(self._chunks)
        return whole[: self._size], whole[self._size :]
