"""How near this process is to what it can bear, and what it gives up for that, step by step. It measures nothing."""

from __future__ import annotations

import math
from collections.abc import Mapping
from enum import IntEnum

import msgspec

from wrp_router.record import Spared
from wrp_signals.facts import Priority

EASED = 0.9
"""A step is taken back below this share of where it was taken, so that nothing swings between two of them."""

PAUSE = 0.25
"""Seconds between two steps back."""


class Step(IntEnum):
    """What is given up; each has those before it."""

    NONE = 0
    SPARE = 1
    SHEDDABLE = 2
    DEFAULT = 3
    ALL = 4


class PressureSpec(msgspec.Struct, frozen=True):
    """`lag` (seconds) and `memory` (bytes; inf: any) that are all it can bear, and the shares of them at which each
    step is taken."""

    lag: float = 0.5
    memory: float = math.inf
    spare: float = 0.6
    sheddable: float = 0.7
    default: float = 0.85
    all: float = 0.95

    def at(self, step: Step) -> float:
        """The share at which it is taken."""
        return (0.0, self.spare, self.sheddable, self.default, self.all)[step]


FROM = {"sheddable": Step.SHEDDABLE, "default": Step.DEFAULT, "critical": Step.ALL}
"""The step from which on a class is refused."""


class Pressure:
    """Up at once, down one step at a time. `by` says what holds the step where it is: what pressed most
    when it was last taken, or felt to be needed still."""

    __slots__ = ("_changed", "by", "shares", "spec", "step")

    def __init__(self, spec: PressureSpec) -> None:
        self.spec = spec
        self.step = Step.NONE
        self.by: Spared = ""
        self.shares: Mapping[Spared, float] = {"lag": 0.0, "memory": 0.0}
        self._changed = -math.inf

    def felt(self, lag: float, memory: float, now: float) -> bool:
        """The event loop is late by so many seconds, and the process has so many bytes. Whether that moved the step."""
        self.shares = {"lag": lag / self.spec.lag, "memory": memory / self.spec.memory}
        by = max(self.shares, key=lambda name: self.shares[name])
        share, before = self.shares[by], self.step
        up = max(step for step in Step if share >= self.spec.at(step))
        if up > before:
            self.step, self.by = up, by
        elif before and share >= EASED * self.spec.at(before):
            self.by = by
        elif before and now >= self._changed + PAUSE:
            self.step = Step(before - 1)
        if self.step is before:
            return False
        self._changed = now
        return True

    @property
    def spares(self) -> bool:
        """Whether work is left out that an answer can do without."""
        return self.step >= Step.SPARE

    def refuses(self, priority: Priority) -> bool:
        """Whether requests of that class are refused."""
        return self.step >= FROM[priority]
