"""What an answer is worth: the one place where quality, money and time become one number. It measures none of them."""

from __future__ import annotations

from typing import Annotated

import msgspec
import numpy as np
import numpy.typing as npt
from msgspec import Meta

Floats = npt.NDArray[np.float64]

Weight = Annotated[float, Meta(ge=0, le=1000)]

MOST = 1e6
"""Beyond this nothing gets any worse: numbers stay finite whatever a price, or a server that hangs, makes of them."""

_MOST = np.array(MOST)  # beside an array half as slow as a number


class Objective(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Worth = `quality` * quality (0 to 1) - `cost` * US$ / `cost_scale` - `latency` * seconds / `latency_scale`.

    So with `cost: 0.3` an answer that costs a cent more (`cost_scale`) has to be better by 0.3, and with `latency: 0.1`
    one that takes ten seconds longer (`latency_scale`) by 0.1. By default quality alone counts.
    """

    quality: Annotated[Weight, Meta(description="What a right answer is worth, beside a wrong one.")] = 1.0
    cost: Annotated[Weight, Meta(description="What `cost_scale` is worth.")] = 0.0
    latency: Annotated[Weight, Meta(description="What `latency_scale` is worth.")] = 0.0
    cost_scale: Annotated[
        float, Meta(gt=0, le=1e6, extra={"unit": "money"}, description="The money that `cost` is the worth of.")
    ] = 0.01
    latency_scale: Annotated[
        float, Meta(gt=0, le=1e6, extra={"unit": "duration"}, description="The time that `latency` is the worth of.")
    ] = 10.0

    def price(self, costs: Floats, seconds: Floats | None = None, dearer: float = 0.0) -> Floats:
        """float64[n], what money (US$) and time take off the worth of answers, at most MOST; a US$ may be `dearer` for
        now by so much worth."""
        taken = costs * (self.cost / self.cost_scale + dearer)
        if seconds is not None:
            taken = taken + seconds * (self.latency / self.latency_scale)
        found: Floats = np.minimum(taken, _MOST)
        return found

    def worth(self, quality: float, cost: float, seconds: float) -> float:
        """The reward of one answer: `quality` in [0, 1], `cost` in US$, `seconds` to its last byte."""
        return self.quality * quality - float(self.price(np.array([cost]), np.array([seconds]))[0])
