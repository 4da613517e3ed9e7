"""Who decides on a neighbour that the guard let pass. It sees similarities and outcomes, never a text or an answer."""

from __future__ import annotations

from random import Random
from typing import Literal, Protocol

import msgspec

from wrp_cache.types import Bar

Verdict = Literal["serve", "probe", "miss"]
"""`probe`: the neighbour is not served. The request goes upstream, and its fresh answer is compared with the
cached one."""


class Neighbour(msgspec.Struct, frozen=True, gc=False):
    """A stored question near the one that is asked. `category` is the name of the bar that holds (a bounded set: never
    what a client calls it), `tenant` who asks, `name` the entry's (see `types.name_of`)."""

    category: str
    tenant: str
    name: bytes
    similarity: float


class Acceptance(Protocol):
    """Decides per category and entry, and learns from what probes have shown."""

    def floor(self, category: str, bar: Bar, relief: float) -> float:
        """The cosine similarity from which on neighbours are looked at."""
        ...

    def verdict(self, near: Neighbour, bar: Bar, relief: float, now: float, rng: Random) -> Verdict:
        """What becomes of the request. It is asked about the nearest that the guard let pass, and is final: after
        `miss` no farther neighbour is asked about."""
        ...

    def learn(self, near: Neighbour, right: bool, now: float) -> None:
        """Whether the answer of the neighbour would have been right."""
        ...

    def forget(self, name: bytes) -> None:
        """The entry is gone; an unknown name is no error."""
        ...


class Fixed:
    """The configured threshold, less the relief that the category grants; everything above it is served."""

    __slots__ = ()

    def floor(self, category: str, bar: Bar, relief: float) -> float:
        return lowered(bar, relief)

    def verdict(self, near: Neighbour, bar: Bar, relief: float, now: float, rng: Random) -> Verdict:
        return "serve" if near.similarity >= lowered(bar, relief) else "miss"

    def learn(self, near: Neighbour, right: bool, now: float) -> None:
        return

    def forget(self, name: bytes) -> None:
        return


def lowered(bar: Bar, relief: float) -> float:
    """The threshold less `relief`: never below the bar's floor, and untouched where the category is critical, has no
    floor, or the relief is not a number above zero."""
    if bar.critical or bar.floor <= 0.0 or not relief > 0.0:
        return bar.threshold
    return min(bar.threshold, max(bar.floor, bar.threshold - relief))


def lowest(bar: Bar) -> float:
    """The least similarity at which anything may ever be served, however much is known."""
    return bar.threshold if bar.critical or bar.floor <= 0.0 else min(bar.floor, bar.threshold)
