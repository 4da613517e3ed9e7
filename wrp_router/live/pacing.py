"""How slowly a request's body may come: a bound on silence, a least rate, a bound on the whole. It only reckons."""

from __future__ import annotations

from math import inf
from typing import Protocol

import msgspec


class Bounds(Protocol):
    """What is configured of clients, as far as it matters here."""

    @property
    def body_idle(self) -> float: ...

    @property
    def body_rate(self) -> int: ...


class Pace(msgspec.Struct, frozen=True, gc=False):
    """Seconds without a byte, bytes a second once those are over (0: any), and seconds in all. Silence alone would let
    one byte buy as much time again; a rate alone, a large beginning buy hours."""

    idle: float
    rate: int
    whole: float

    def due(self, began: float, now: float, received: int) -> float:
        """When patience ends with a body that began then, and of which so many bytes have come, the last of them
        `now`."""
        earned = began + self.idle + received / self.rate if self.rate else inf
        return min(now + self.idle, earned, began + self.whole)

    @property
    def said(self) -> str:
        """What its client is told."""
        rate = f", under {self.rate} bytes a second," if self.rate else ""
        return f"The body came too slowly: nothing for {self.idle:g} s{rate} or not all of it within {self.whole:g} s."


def pace_of(bounds: Bounds, whole: float) -> Pace:
    """As configured."""
    return Pace(bounds.body_idle, bounds.body_rate, whole)
