"""Where a request waits for the answer to another. The flow settles it; the driver says how to be woken."""

from __future__ import annotations

from collections.abc import Callable

from wrp_cache.flight import Leader
from wrp_cache.types import Hit


class Seat:
    """`answer` is there once it is `settled`: an answer, the lead, or None (go alone)."""

    __slots__ = ("answer", "settled", "wake")

    def __init__(self) -> None:
        self.answer: Hit | Leader | None = None
        self.settled = False
        self.wake: Callable[[], None] | None = None

    def settle(self, answer: Hit | Leader | None) -> None:
        """Once. Whoever waits is woken."""
        self.answer, self.settled = answer, True
        if self.wake is not None:
            self.wake()
