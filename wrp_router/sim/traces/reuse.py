"""The facts one prints about a trace: how many, how fast, how long, and how much a cache without end would save."""

from __future__ import annotations

from collections import Counter

import msgspec

from .arrival import Trace


class Lengths(msgspec.Struct, frozen=True):
    """Tokens. p50 and p99 are the smallest lengths that half and 99 % of the requests do not exceed."""

    mean: float = 0.0
    p50: int = 0
    p99: int = 0


class Reuse(msgspec.Struct, frozen=True):
    """`hit` is the share of all prompt tokens that stood in a request's leading blocks that earlier requests had too.
    `seconds` is from the first arrival to the last; `rate` is one over the mean gap, 0 where there is none."""

    requests: int
    seconds: float
    rate: float
    hit: float
    blocks: int
    prompt: Lengths
    output: Lengths


def reuse(trace: Trace) -> Reuse:
    """Reads the trace once. Holds every different id of a block (about 100 bytes each) and every different length."""
    seen: set[int] = set()
    prompts: Counter[int] = Counter()
    outputs: Counter[int] = Counter()
    first, last, count, hits = 0.0, 0.0, 0, 0
    for arrival in trace:
        last = arrival.at
        first = first if count else last
        count += 1
        prompts[arrival.prompt] += 1
        outputs[arrival.output] += 1
        known = _leading(arrival.blocks, seen)
        hits += min(known * trace.block_tokens, arrival.prompt)
        seen.update(arrival.blocks[known:])
    seconds = last - first
    tokens = sum(length * times for length, times in prompts.items())
    return Reuse(
        requests=count,
        seconds=seconds,
        rate=(count - 1) / seconds if seconds > 0 else 0.0,
        hit=hits / tokens if tokens else 0.0,
        blocks=len(seen),
        prompt=_lengths(prompts, count),
        output=_lengths(outputs, count),
    )


def _leading(blocks: tuple[int, ...], seen: set[int]) -> int:
    for place, block in enumerate(blocks):
        if block not in seen:
            return place
    return len(blocks)


def _lengths(counted: Counter[int], count: int) -> Lengths:
    if not count:
        return Lengths()
    mean = sum(length * times for length, times in counted.items()) / count
    return Lengths(mean, _quantile(counted, -(-count // 2)), _quantile(counted, -(-count * 99 // 100)))


def _quantile(counted: Counter[int], rank: int) -> int:
    """The `rank`-th smallest, counted from 1."""
    passed = 0
    for length in sorted(counted):
        passed += counted[length]
        if passed >= rank:
            return length
    raise AssertionError("a rank beyond the last")
