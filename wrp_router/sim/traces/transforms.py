"""What is done to a trace before it is played: cut, scaled, repeated. Each gives a new trace and holds no arrivals.

What draws takes one number from the rng when it is called; the trace it gives is the same in every iteration.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from itertools import islice

from .arrival import Arrival, Trace, TraceUnusable

ROUND = 1 << 40
"""What a round adds to the ids of blocks."""

_IDS = 1 << 63


def take(trace: Trace, count: int) -> Trace:
    """The first `count` requests, or as many as there are."""
    _at_least(count, 0, "take")
    return trace.through(lambda arrivals: islice(arrivals, count))


def skip(trace: Trace, count: int) -> Trace:
    """Without the first `count` requests; the next one arrives at 0."""
    _at_least(count, 0, "skip")
    return trace.through(lambda arrivals: _from_zero(islice(arrivals, count, None))) if count else trace


def cut(trace: Trace, tokens: int) -> Trace:
    """Prompts of at most `tokens`, with the blocks that begin before the cut. A block that the cut goes through keeps
    its id: choose a multiple of the trace's blocks where that matters."""
    _at_least(tokens, 1, "cut")
    blocks = -(-tokens // trace.block_tokens)
    return trace.through(lambda arrivals: (_shortened(arrival, tokens, blocks) for arrival in arrivals))


def rate(trace: Trace, qps: float) -> Trace:
    """Times scaled so that requests come 1/`qps` s apart in the mean, the first at 0. Reads the trace once, at once.

    Raises TraceUnusable if two or more requests all arrive at one instant; one alone has no rate and stays as it is.
    """
    _positive(qps)
    count, first, last = _extent(trace)
    if count < 2:
        return trace
    if last <= first:
        raise TraceUnusable(trace.name, 0, f"all {count} requests arrive at once: there is no rate to scale")
    factor = (count - 1) / (last - first) / qps
    return trace.through(lambda arrivals: (arrival.moved((arrival.at - first) * factor) for arrival in arrivals))


def poisson(trace: Trace, qps: float, rng: random.Random) -> Trace:
    """The same requests in the same order, as a Poisson process of `qps` requests a second."""
    _positive(qps)
    seed = rng.getrandbits(64)
    return trace.through(lambda arrivals: _by_chance(arrivals, qps, random.Random(seed)))


def repeat(trace: Trace, times: int, *, share: bool = False) -> Trace:
    """The trace `times` over, each round one mean gap after the one before.

    Rounds have their own blocks and sessions, unless they `share` them: round r (from 0) adds r * 2^40 to every id,
    modulo 2^63, and `#r` to the names of sessions. So rounds share nothing where ids are below 2^40 and there are less
    than 2^23 rounds; ids that are hashes of 63 bits meet by chance only, as they do within a round.
    """
    _at_least(times, 1, "repeat")
    return trace.through(lambda arrivals: _rounds(trace, times, share)) if times > 1 else trace


def _rounds(trace: Trace, times: int, share: bool) -> Iterator[Arrival]:
    shift = now = 0.0
    for turn in range(times):
        count, first, last = 0, 0.0, 0.0
        for arrival in trace:
            last = arrival.at
            first = first if count else last
            count += 1
            now = max(now, last + shift)  # rounding must not let rounds overtake each other
            yield _again(arrival, now, 0 if share else turn)
        shift += (last - first) * count / max(1, count - 1)


def _again(arrival: Arrival, at: float, turn: int) -> Arrival:
    if not turn:
        return arrival.moved(at)
    more = turn * ROUND
    return Arrival(
        at,
        arrival.prompt,
        arrival.output,
        tuple([(block + more) % _IDS for block in arrival.blocks]),
        arrival.session and f"{arrival.session}#{turn}",
        arrival.tenant,
        arrival.adapter,
    )


def _from_zero(arrivals: Iterator[Arrival]) -> Iterator[Arrival]:
    first = next(arrivals, None)
    if first is None:
        return
    yield first.moved(0.0)
    for arrival in arrivals:
        yield arrival.moved(arrival.at - first.at)


def _shortened(arrival: Arrival, tokens: int, blocks: int) -> Arrival:
    if arrival.prompt <= tokens:
        return arrival
    return Arrival(
        arrival.at,
        tokens,
        arrival.output,
        arrival.blocks[:blocks],
        arrival.session,
        arrival.tenant,
        arrival.adapter,
    )


def _by_chance(arrivals: Iterator[Arrival], qps: float, rng: random.Random) -> Iterator[Arrival]:
    now = 0.0
    for arrival in arrivals:
        now += rng.expovariate(qps)
        yield arrival.moved(now)


def _extent(trace: Trace) -> tuple[int, float, float]:
    """How many, and when the first and the last arrive."""
    count, first, last = 0, 0.0, 0.0
    for arrival in trace:
        last = arrival.at
        first = first if count else last
        count += 1
    return count, first, last


def _at_least(count: int, least: int, what: str) -> None:
    if count < least:
        raise ValueError(f"{what} {count}: at least {least}")


def _positive(qps: float) -> None:
    if not 0 < qps < float("inf"):
        raise ValueError(f"{qps} requests a second: a rate is above 0, and finite")
