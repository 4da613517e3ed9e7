"""Bars, lifetimes and quotas per category against the best that are the same for all, chosen in hindsight."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from bench.cache_replay import Seen, replay
from bench.cache_truth import MIXED, World
from wrp_cache import Bar
from wrp_cache.bars.acceptance import Fixed

THRESHOLDS = (0.8, 0.85, 0.9, 0.94, 0.97)
TTLS = (60.0, 300.0, 900.0, 3600.0, 14400.0)
QUOTAS = {"code": 1.0, "stem": 1.0, "conversation": 0.35, "finance": 0.1}
MEMORY = 8 << 20
TUNED_ON = 7
RATE = 2.0
PRICES = (1.0, 2.0, 4.0, 8.0, 15.0, 30.0, 60.0, 100.0)
"""What a wrong or stale hit costs, in right ones: the middle one is chosen where none is asked for."""

Score = dict[str, dict[str, int]]
"""By category: requests, right, wrong, stale."""

Point = tuple[float, float]


def mixed(seeds: Sequence[int], requests: int, progress: Callable[[str, float], None]) -> dict[str, Any]:
    """The bars per category are chosen on another seed than those that they are measured on; the uniform ones on the
    very requests they are measured on, for each seed anew."""
    points = list(itertools.product(THRESHOLDS, TTLS))
    steps, done = (1 + len(seeds)) * len(points) + len(seeds), itertools.count()

    def run(of: Mapping[str, Bar], seed: int) -> Score:
        progress("mixed", next(done) / steps)
        return score(of, seed, requests)

    tuned = {point: run(uniform(point), TUNED_ON) for point in points}
    chosen = {kind.name: best(tuned, kind.name, PRICES[4]) for kind in MIXED}
    own = {name: Bar(threshold=point[0], ttl=point[1], quota=QUOTAS[name]) for name, point in chosen.items()}
    runs = []
    for seed in seeds:
        aware = run({**own, "default": Bar()}, seed)
        grid = {point: run(uniform(point), seed) for point in points}
        bad = total(aware, "wrong", "stale")
        as_good = [point for point in points if total(grid[point], "wrong", "stale") <= bad]
        top = max(as_good, key=lambda point: total(grid[point], "right"), default=None)
        as_many = [point for point in points if total(grid[point], "right") >= total(aware, "right")]
        runs.append(
            {
                "seed": seed,
                "aware": aware,
                "uniform": None if top is None else {"bar": top, **grid[top]},
                "fewest_bad_of_uniform_with_as_many_right": min(
                    (total(grid[point], "wrong", "stale") for point in as_many), default=None
                ),
            }
        )
    return {"requests": requests, "memory": MEMORY, "bars": chosen, "quotas": QUOTAS, "runs": runs}


def uniform(point: Point) -> dict[str, Bar]:
    bar = Bar(threshold=point[0], ttl=point[1])
    return {**dict.fromkeys((kind.name for kind in MIXED), bar), "default": bar}


def best(grid: Mapping[Point, Score], name: str, price: float) -> Point:
    """Where a category has most right hits, less `price` for each that is wrong or stale."""

    def worth(point: Point) -> float:
        of = grid[point][name]
        return of["right"] - price * (of["wrong"] + of["stale"])

    return max(grid, key=worth)


def score(of: Mapping[str, Bar], seed: int, requests: int) -> Score:
    asked = itertools.islice(World(MIXED, seed, rate=RATE), requests)
    counts: Score = {kind.name: dict.fromkeys(("requests", "right", "wrong", "stale"), 0) for kind in MIXED}
    for one in replay(asked, of, Fixed(), MEMORY):
        counts[one.category]["requests"] += 1
        if one.given != "miss":
            counts[one.category][kind_of(one)] += 1
    return counts


def kind_of(one: Seen) -> str:
    return "right" if one.right else "stale" if one.stale else "wrong"


def total(of: Score, *kinds: str) -> int:
    return sum(counts[kind] for counts in of.values() for kind in kinds)
