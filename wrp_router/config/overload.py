"""The part of the configuration that says what the router does where more is asked than can be answered."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

from .units import Duration, Percent, Size
from .words import Positive, means

Share = Annotated[Percent, Meta(gt=0, le=1)]


class StepsConfig(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is given up first: shares of `lag` or `memory`, whichever is nearer to its own. Each step keeps those before
    it, and answers that have begun are never given up."""

    spare: Annotated[
        Share,
        means(
            "Work that an answer can do without stops: similar answers are neither looked for nor kept, and nobody "
            "compares, judges or listens."
        ),
    ] = 0.6
    sheddable: Annotated[Share, means("Requests of the class `sheddable` are refused before they are read.")] = 0.7
    default: Annotated[Share, means("Those of the class `default`, too.")] = 0.85
    all: Annotated[Share, means("All requests, and new connections that bring one; `/readyz` says 503.")] = 0.95

    def __post_init__(self) -> None:
        if not self.spare <= self.sheddable <= self.default <= self.all:
            raise ValueError("the steps `spare`, `sheddable`, `default`, `all` come in this order")


class OverloadConfig(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What happens where more is asked than servers, or this process, can answer."""

    line: Annotated[
        Share,
        means(
            "Where the line before a pool was never empty for this share of `timeouts.queue`, it is kept no longer "
            "than that: who would wait longer is refused at once. `100%`: only who would wait in vain."
        ),
    ] = 0.2
    sheddable: Annotated[
        Duration, means("How long a request of the class `sheddable` waits for a free slot, where that is less.")
    ] = 0.01
    lag: Annotated[
        Positive, means("So late for several looks in a row, the event loop can take no more; see `steps`.")
    ] = 0.5
    memory: Annotated[
        Annotated[Size, Meta(ge=64 << 20)] | None,
        means(
            "With so much resident memory the process can take no more; see `steps`. Without it, the limit of its "
            "control group (a container's), divided by `workers`; where there is none, memory is not watched."
        ),
    ] = None
    steps: Annotated[StepsConfig, means("What is given up at which share of these.")] = StepsConfig()
