"""Plain numbers by label values, and how they are written for Prometheus. One thread writes; any may read."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator, Mapping
from itertools import accumulate
from math import inf, isinf, isnan
from typing import TypeVar

from wrp_policies.types import Ended, Outcome
from wrp_router.record import Row

from .names import Name

Labels = tuple[str, ...]
Sample = float | Mapping[Labels, float]
Counts = defaultdict[Labels, float]
K = TypeVar("K")
V = TypeVar("V")

# looking a member up in its enum costs more than the comparison
_DONE = Ended.DONE
_BEYOND = 1 << 40


class Spread:
    """How often which value was seen, and their sum. `edges` are the bounds as written, and `+Inf`; those who have
    them share them."""

    __slots__ = ("bounds", "counts", "edges", "sum")

    def __init__(self, bounds: tuple[float, ...], edges: tuple[str, ...] = ()) -> None:
        self.bounds, self.edges = bounds, edges or edges_of(bounds)
        self.counts = [0] * len(self.edges)
        self.sum = 0.0

    def observe(self, value: float) -> None:
        """Count it. What is negative, infinite or not a number would spoil the sum for ever, and is not counted."""
        if 0.0 <= value < inf:
            self.counts[bisect_left(self.bounds, value)] += 1
            self.sum += value


class Spreads(dict[Labels, Spread]):
    """A Spread per label values, made when first asked for."""

    def __init__(self, bounds: tuple[float, ...]) -> None:
        super().__init__()
        self._bounds = bounds
        self._edges = edges_of(bounds)

    def __missing__(self, labels: Labels) -> Spread:
        spread = self[labels] = Spread(self._bounds, self._edges)
        return spread


def edges_of(bounds: tuple[float, ...]) -> tuple[str, ...]:
    """As Prometheus writes them."""
    return (*map(_number, bounds), "+Inf")


class Answered:
    """What became of the requests of one route that one model of one pool answered. `codes` counts by status and how
    it ended, `done` those that were fine."""

    __slots__ = ("codes", "done", "duration", "labels", "pool", "ttft")

    def __init__(self, labels: Labels, duration: Spread, ttft: Spread) -> None:
        self.labels, self.duration, self.ttft = labels, duration, ttft
        self.pool = labels[1]
        self.done = 0
        self.codes = Counts(float)

    def add(self, row: Row) -> None:
        if row.status == 200 and not row.gone and not row.midstream:
            self.done += 1
        else:
            self.codes[str(row.status) if 100 <= row.status < 600 else "unknown", _ending(row)] += 1.0
        self.duration.observe(row.duration)
        if row.ttft > 0.0:
            self.ttft.observe(row.ttft)


class Attempted:
    """What the attempts on one model of one pool took and cost. `ended` counts by how, `done` those that were fine."""

    __slots__ = ("cached", "cost", "done", "ended", "input", "labels", "output", "pace")

    def __init__(self, labels: Labels, pace: Spread) -> None:
        self.labels, self.pace = labels, pace
        self.done = self.input = self.output = self.cached = 0
        self.cost = 0.0
        self.ended = Counts(float)

    def add(self, outcome: Outcome) -> None:
        if outcome.ended is _DONE:
            self.done += 1
        else:
            self.ended[str(outcome.ended),] += 1.0
        self.use(outcome)

    def use(self, outcome: Outcome) -> None:
        """Count what it took and cost alone: of a question of ours, which is no attempt."""
        # an engine may say anything, and a counter must neither fall nor grow beyond what a float holds
        if 0 < outcome.tokens_in < _BEYOND:
            self.input += outcome.tokens_in
        if 0 < outcome.tokens_out < _BEYOND:
            self.output += outcome.tokens_out
        if 0 < outcome.tokens_cached < _BEYOND:
            self.cached += outcome.tokens_cached
        if 0.0 < outcome.cost < inf:
            self.cost += outcome.cost

    def add_pace(self, outcome: Outcome) -> None:
        """Count the mean time between two tokens of a stream that ended well."""
        if outcome.ended is _DONE and 1 < outcome.tokens_out < _BEYOND and outcome.ttft > 0.0:
            self.pace.observe((outcome.duration - outcome.ttft) / (outcome.tokens_out - 1))


def cell_counts(answered: Mapping[Labels, Answered], attempted: Mapping[Labels, Attempted]) -> dict[str, Counts]:
    """The counters that these cells hold, by metric name."""
    requests, attempts, tokens, cost = (Counts(float) for _ in range(4))
    for labels, answers in _now(answered):
        if answers.done:
            requests[*labels, "200", "done"] = answers.done
        for ending, number in _now(answers.codes):
            requests[*labels, *ending] = number
    for (pool, model), tries in _now(attempted):
        for ended, number in ((("done",), tries.done), *_now(tries.ended)):
            attempts[pool, *ended] += number
        for direction, total in (("input", tries.input), ("cached", tries.cached), ("output", tries.output)):
            tokens[direction, pool, model] = total
        cost[pool, model] = tries.cost
    return {
        "wrp_requests_total": requests,
        "wrp_attempts_total": attempts,
        "wrp_tokens_total": tokens,
        "wrp_cost_usd_total": cost,
    }


def text(name: str, one: Name, values: Mapping[Labels, float | Spread]) -> str:
    """One metric with its values at this moment, in the Prometheus text format 0.0.4."""
    help = one.help.replace("\\", r"\\").replace("\n", r"\n")
    lines = [f"# HELP {name} {help}\n# TYPE {name} {one.kind}\n"]
    for labels, value in _now(values):
        pairs = ",".join(f'{label}="{_escaped(said)}"' for label, said in zip(one.labels, labels, strict=True))
        if isinstance(value, Spread):
            lines += _histogram(name, pairs, value)
        else:
            lines.append(f"{name}{{{pairs}}} {_number(value)}\n" if pairs else f"{name} {_number(value)}\n")
    return "".join(lines)


def _histogram(name: str, pairs: str, spread: Spread) -> Iterator[str]:
    # copied in one step, so that the buckets add up even while the other thread counts
    counts = list(accumulate(spread.counts.copy()))
    before = f"{pairs}," if pairs else ""
    for edge, count in zip(spread.edges, counts, strict=True):
        yield f'{name}_bucket{{{before}le="{edge}"}} {count}\n'
    braces = f"{{{pairs}}}" if pairs else ""
    yield f"{name}_sum{braces} {_number(spread.sum)}\n{name}_count{braces} {counts[-1]}\n"


def _number(value: float) -> str:
    if isinf(value):
        return "+Inf" if value > 0 else "-Inf"
    return "NaN" if isnan(value) else repr(float(value))


def _escaped(value: str) -> str:
    return value.replace("\\", r"\\").replace("\n", r"\n").replace('"', r"\"")


def _now(values: Mapping[K, V]) -> list[tuple[K, V]]:
    # one step in C: the other thread may add a key meanwhile
    return list(values.items())


def _ending(row: Row) -> str:
    if row.gone:
        return "client_gone"
    if row.midstream:
        return "cut"
    if row.status < 400:
        return "done"
    return "refused" if row.status < 500 or (row.status == 503 and not row.outcomes) else "failed"
