"""What a condition is asked about, and the third truth value. Holds no logic."""

from __future__ import annotations

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from enum import Enum
from typing import Final, Literal

from wrp_signals.facts import Facts, Reading


class Unknown(Enum):
    """The type of `UNKNOWN`."""

    UNKNOWN = "unknown"

    def __bool__(self) -> bool:
        """Refused: taking it for true (or false) is how an unclassified request gets routed."""
        raise TypeError("UNKNOWN is neither true nor false: compare with `is True` or `is False`")

    def __repr__(self) -> str:
        return "UNKNOWN"


UNKNOWN: Final = Unknown.UNKNOWN
"""Not known: a signal that was not read, one that failed, or an operation that has no value (1 / 0)."""

Truth = bool | Literal[Unknown.UNKNOWN]
"""True, False or UNKNOWN. Compare with `is`."""


@dataclass(slots=True, eq=False)
class Env:
    """One request, seen while it is being routed.

    `readings` holds what the signals have said so far and may grow between two questions (those inside `facts` are
    not looked at). `now` is in seconds since the epoch. `absent` names the signals that were tried and gave nothing:
    they stay unknown and are never asked for again.
    """

    facts: Facts
    readings: Mapping[str, Reading]
    now: float
    absent: AbstractSet[str] = frozenset()
