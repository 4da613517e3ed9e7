"""The words of this room. Money is in whole nano-dollars here: sums of it are exact, also on another machine."""

from __future__ import annotations

from typing import Final, Literal

import msgspec

Kind = Literal["requests", "tokens", "budget", "concurrent"]

COUNTED: Final[tuple[Kind, Kind, Kind]] = ("requests", "tokens", "budget")
"""What is counted over a time, in the order of a Charge's amounts."""

OTHERS: Final = "*"
"""Stands for every tenant that is not named: each has an account of its own on these terms."""

NANO: Final = 1_000_000_000
"""Nano-dollars in a dollar."""


class Ceiling(msgspec.Struct, frozen=True, gc=False):
    """At most `most` within any `seconds`."""

    most: int
    seconds: float


class Quota(msgspec.Struct, frozen=True, gc=False):
    """How much a tenant may use. None: as much as it likes; `concurrent` is how many requests at a time."""

    requests: Ceiling | None = None
    tokens: Ceiling | None = None
    budget: Ceiling | None = None
    concurrent: int | None = None

    def ceilings(self) -> tuple[Ceiling | None, Ceiling | None, Ceiling | None]:
        """In the order of COUNTED."""
        return self.requests, self.tokens, self.budget

    def unlimited(self) -> bool:
        """Whether there is nothing to be counted."""
        return self.concurrent is None and self.requests is self.tokens is self.budget is None


class Charge(msgspec.Struct, frozen=True, gc=False):
    """What a request takes: tokens of prompt and answer together, and nano-dollars."""

    requests: int = 1
    tokens: int = 0
    nanos: int = 0

    def amounts(self) -> tuple[int, int, int]:
        """In the order of COUNTED."""
        return self.requests, self.tokens, self.nanos


NOTHING = Charge(0)
"""Of a request that never was."""


class Level(msgspec.Struct, frozen=True, gc=False):
    """How an account stands in one respect: of `limit` there is `remaining`, and all of it again in `reset` seconds if
    nothing more is used."""

    kind: Kind
    limit: int
    remaining: int
    reset: float


class Reserved(msgspec.Struct, frozen=True, gc=False):
    """It is set aside, and `levels` is how the account stands with it."""

    levels: tuple[Level, ...] = ()


class Refused(msgspec.Struct, frozen=True, gc=False):
    """It would be more than `kind` allows, and will be for `wait` seconds; for ever where that is infinite: one request
    wants more than the whole limit. Nothing was set aside. `kind` is None where nobody can say how the account stands.
    """

    kind: Kind | None
    wait: float
    wanted: int = 0
    levels: tuple[Level, ...] = ()
