"""What calls take while nobody else is on the core.

Virtual machines share cores, as two threads of one: while the other one computes, for milliseconds or minutes, all
takes up to twice as long, in elapsed and in processor time alike. A loop of a few microseconds before and after a call
tells: what lies between two that were as fast as the fastest counts.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

NEAR = 1.15
"""Times what the loop takes at its fastest, up to which nobody else is thought to be there."""

FASTEST = 0.01
"""The quantile that is taken for the fastest: the least of all may be a clock's mistake."""

LOOP = 1_000
"""Numbers that are summed up: some eight microseconds."""

LEAST_SHARE = 0.05
"""Of calls that must have been undisturbed for their median to say anything."""

PATIENCE = 5.0
"""Seconds after which no more calls are made in the hope that some are undisturbed."""


def loop() -> float:
    """Seconds that the loop takes now."""
    begun = time.perf_counter()
    sum(range(LOOP))
    return time.perf_counter() - begun


def fastest(probes: Sequence[float]) -> float:
    """What the loop takes where nobody else is there, if that ever was."""
    return float(np.quantile(probes, FASTEST))


def between(probes: Sequence[float], best: float) -> npt.NDArray[np.bool_]:
    """bool[len(probes) - 1]: whether the loop was about as fast as the `best` before and after what lies between."""
    fast = np.asarray(probes) <= NEAR * best
    return np.asarray(fast[:-1] & fast[1:], np.bool_)


class Core:
    """A core that others may use, too. `share` of all calls so far were undisturbed."""

    def __init__(self, probe: Callable[[], float] = loop, clock: Callable[[], float] = time.perf_counter) -> None:
        self._probe, self._clock = probe, clock
        self._best = fastest([probe() for _ in range(1_000)])
        self._calls = self._alone = 0

    @property
    def share(self) -> float:
        return self._alone / self._calls if self._calls else 1.0

    def seconds(
        self, call: Callable[[Any], object], calls: int, given: Callable[[int], Any] = int
    ) -> npt.NDArray[np.float64]:
        """float64[n] of single calls, each of what is `given` for its number (the number itself): of undisturbed ones,
        at least so many if there is any hope; where hardly any were, of all."""
        taken: list[float] = []
        probes, alone, end = [self._probe()], np.zeros(0, np.bool_), self._clock() + PATIENCE
        while alone.sum() < calls and (not taken or self._clock() < end):
            for _ in range(calls):
                what = given(len(taken))
                begun = self._clock()
                call(what)
                taken.append(self._clock() - begun)
                probes.append(self._probe())
            self._best = min(self._best, fastest(probes))
            alone = between(probes, self._best)
        self._calls += len(taken)
        self._alone += int(alone.sum())
        return np.array(taken)[alone if alone.mean() >= LEAST_SHARE else ...]

    def p50(self, call: Callable[[Any], object], calls: int, given: Callable[[int], Any] = int) -> float:
        """Microseconds."""
        return float(np.median(self.seconds(call, calls, given))) * 1e6
