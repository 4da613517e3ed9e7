"""What to do to a trace before it is played, as one word for who configures it. The order is stated, not chosen."""

from __future__ import annotations

import random
from typing import Annotated, Literal

import msgspec

from .arrival import Trace
from .spread import spread
from .transforms import cut, poisson, rate, repeat, skip, take

_Count = Annotated[int, msgspec.Meta(ge=0)]
_Above = Annotated[float, msgspec.Meta(gt=0)]


class Shape(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """In this order: `skip` and `take` requests, `cut` prompts to so many tokens, `spread` times over their quantum
    (seconds, or as detected), `repeat` all of it, and scale to a mean `rate` or replace times by a `poisson` process,
    both in requests a second. 0 and None leave things as they are."""

    skip: _Count = 0
    take: _Count = 0
    cut: _Count = 0
    spread: _Above | Literal["detect"] | None = None
    repeat: Annotated[int, msgspec.Meta(ge=1)] = 1
    share: bool = False
    rate: _Above | None = None
    poisson: _Above | None = None
    seed: int = 0

    def __post_init__(self) -> None:
        if self.rate is not None and self.poisson is not None:
            raise ValueError("rate and poisson both say how fast requests come: give one")

    def of(self, trace: Trace) -> Trace:
        """The trace in this shape. A `rate` reads it once, at once. Raises TraceUnusable where a transform does."""
        rng = random.Random(self.seed)
        trace = skip(trace, self.skip)
        if self.take:
            trace = take(trace, self.take)
        if self.cut:
            trace = cut(trace, self.cut)
        if self.spread is not None:
            trace = spread(trace, None if self.spread == "detect" else self.spread, rng)
        trace = repeat(trace, self.repeat, share=self.share)
        if self.rate is not None:
            trace = rate(trace, self.rate)
        return poisson(trace, self.poisson, rng) if self.poisson is not None else trace
