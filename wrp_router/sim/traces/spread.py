"""Times that a slow clock wrote down, spread over the time that they may mean. It holds one quantum at a time."""

from __future__ import annotations

import random
from collections.abc import Iterator
from itertools import islice
from math import gcd

from .arrival import Arrival, Trace

FIRST = 1_000
"""Requests that are looked at to find the quantum."""

_CLOCKS = (1_000, 100)
_TICKS, _TIMES = 10, 8


def quantum_of(trace: Trace, first: int = FIRST) -> float:
    """The seconds of which all times of the first requests are multiples; 0 where they are not quantised.

    It is their greatest common divisor in milliseconds or else, for a clock that misses its tick by a few of those, in
    hundredths of a second. Less than ten of either is how fine a clock is, no quantum; less than eight different
    times tell nothing.
    """
    arrivals = list(islice(trace, first))
    for clock in _CLOCKS:
        times = {round((arrival.at - arrivals[0].at) * clock) for arrival in arrivals}
        quantum = gcd(*times)
        if quantum >= _TICKS and len(times) >= _TIMES:
            return quantum / clock
    return 0.0


def spread(trace: Trace, quantum: float | None, rng: random.Random) -> Trace:
    """Requests of one quantum (seconds; None: as detected, 0: none) at times drawn uniformly from it.

    A quantum begins with a request, holds those of its first half (clocks miss their ticks), and ends where the next
    one begins if that is sooner. The times are put in order and given out in the order of the requests, so none
    overtakes another.
    """
    length = quantum_of(trace) if quantum is None else quantum
    if not 0 <= length < float("inf"):
        raise ValueError(f"a quantum of {length} s: it is 0 or more, and finite")
    if not length:
        return trace
    seed = rng.getrandbits(64)
    return trace.through(lambda arrivals: _spread(arrivals, length, random.Random(seed)))


def _spread(arrivals: Iterator[Arrival], quantum: float, rng: random.Random) -> Iterator[Arrival]:
    held: list[Arrival] = []
    for arrival in arrivals:
        if held and arrival.at >= held[0].at + quantum / 2:
            yield from _drawn(held, min(held[0].at + quantum, arrival.at), rng)
            held = []
        held.append(arrival)
    if held:
        yield from _drawn(held, held[0].at + quantum, rng)


def _drawn(held: list[Arrival], end: float, rng: random.Random) -> Iterator[Arrival]:
    begin = held[0].at
    # a sum may be rounded up past the end
    times = sorted([min(end, begin + (end - begin) * rng.random()) for _ in held])
    return (arrival.moved(at) for arrival, at in zip(held, times, strict=True))
