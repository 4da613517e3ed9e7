"""Traces of requests for adapters of one model, made, not recorded: a catalogue of which few are asked for often."""

from __future__ import annotations

import random
from bisect import bisect_right
from collections.abc import Iterator
from itertools import accumulate, count

from .arrival import Arrival, Trace

BLOCK = 128
LONGEST = 16_000

PROMPT, OUTPUT = (6.5, 0.9), (4.8, 0.8)
"""mu and sigma of lognormals: about 1,000 tokens of a prompt's own and 170 of an answer, in the mean."""


def catalogue(
    seed: int,
    requests: int,
    adapters: int = 2000,
    *,
    qps: float = 5.0,
    skew: float = 1.0,
    hot: float = 0.0,
    system: int = 2,
) -> Trace:
    """SYNTHETIC: requests for `lora-0`, `lora-1`, ..., the k-th of them in proportion to 1 / k ** `skew` (Zipf).

    A share `hot` of all is for `lora-hot` beside these. Every prompt begins with its adapter's own `system` blocks of
    128 tokens, and shares nothing else with any. Poisson arrivals. The same `seed` gives the same trace.
    """
    if requests < 0 or adapters < 1 or not 0 < qps < float("inf") or not 0 <= hot <= 1 or skew < 0 or system < 0:
        raise ValueError(f"{requests} requests for {adapters} adapters at {qps} a second, {hot:g} of them for one")
    shares = list(accumulate([1.0 / rank**skew for rank in range(1, adapters + 1)]))
    return Trace(f"adapters-{seed}", BLOCK, lambda: _arrivals(random.Random(seed), requests, shares, qps, hot, system))


def _arrivals(
    rng: random.Random, requests: int, shares: list[float], qps: float, hot: float, system: int
) -> Iterator[Arrival]:
    own, at = count((len(shares) + 1) * system), 0.0
    for _ in range(requests):
        at += rng.expovariate(qps)
        favourite = hot > 0 and rng.random() < hot
        place = len(shares) if favourite else bisect_right(shares, rng.random() * shares[-1])
        said = min(LONGEST, 1 + round(rng.lognormvariate(*PROMPT)))
        output = min(LONGEST, 1 + round(rng.lognormvariate(*OUTPUT)))
        blocks = tuple(range(place * system, (place + 1) * system))
        blocks += tuple([next(own) for _ in range(-(-said // BLOCK))])
        name = "lora-hot" if favourite else f"lora-{place}"
        yield Arrival(at, system * BLOCK + said, output, blocks, name, "", name)
