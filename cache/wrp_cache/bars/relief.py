"""How far bars may fall because a model is overloaded. It measures no load and knows no category."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta


class Slope(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`enter`, `leave`, `full`: the load (of whatever is measured; 1 is capacity) at which relief begins, at which it
    ends, and from which on it is `most` (cosine similarity). `ramp`: seconds for the whole way up or down."""

    enter: Annotated[float, Meta(gt=0)] = 0.85
    leave: Annotated[float, Meta(ge=0)] = 0.6
    full: Annotated[float, Meta(gt=0)] = 1.1
    most: Annotated[float, Meta(ge=0, le=1)] = 0.1
    ramp: Annotated[float, Meta(ge=0)] = 30.0

    def __post_init__(self) -> None:
        if not self.leave < self.enter <= self.full:
            raise ValueError("leave < enter <= full is wanted")


class Relief:
    """Of one model. Between two marks it stays as it is, so that the relief it gives does not end it at once."""

    __slots__ = ("_active", "_now", "_slope", "_value")

    def __init__(self, slope: Slope | None = None) -> None:
        self._slope = Slope() if slope is None else slope
        self._active = False
        self._value = 0.0
        self._now: float | None = None

    @property
    def active(self) -> bool:
        return self._active

    def __call__(self, load: float, now: float) -> float:
        """The relief at this load, in cosine similarity. `now` in seconds; a clock that goes back changes nothing. A
        load that is not a number is none: what is not measured lowers no bar."""
        slope, wanted = self._slope, self._wanted(load)
        past = 0.0 if self._now is None else max(0.0, now - self._now)
        step = slope.most if slope.ramp <= 0.0 else slope.most * past / slope.ramp
        self._now = now if self._now is None else max(self._now, now)
        self._value += min(step, max(-step, wanted - self._value))
        return self._value

    def _wanted(self, load: float) -> float:
        """In proportion to the load between `leave` and `full`, while active."""
        slope = self._slope
        if not load > slope.leave:
            self._active = False
        elif load >= slope.enter:
            self._active = True
        if not self._active:
            return 0.0
        return slope.most * min(1.0, (load - slope.leave) / (slope.full - slope.leave))
