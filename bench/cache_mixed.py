"""Bars and lifetimes per category, chosen on other seeds, against the best that are the same for all, in hindsight."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from bench.cache_replay import Seen, replay
from bench.cache_truth import MIXED, Asked, World
from wrp_cache import Bar
from wrp_cache.bars.acceptance import Fixed
from wrp_cache.stats import CacheStats

THRESHOLDS = (0.84, 0.88, 0.9, 0.92, 0.94, 0.95, 0.96, 0.97, 0.98, 0.99)
TTLS = (100.0, 250.0, 600.0, 1200.0, 2500.0, 5000.0)
FINER = tuple(itertools.product((-0.01, -0.005, 0.0, 0.005), (0.7, 0.85, 1.0, 1.2, 1.4)))
"""Steps beside the best uniform point: of the threshold, and factors of the lifetime."""

MEMORY = 8 << 20
TUNED_ON = (7, 8)
RATE = 2.0
PRICES = (4.0, 15.0, 60.0)
"""What a wrong or stale hit costs, in right ones: bars per category are chosen for each."""

KINDS = tuple(kind.name for kind in MIXED)
BAD = ("wrong", "stale")

Score = dict[str, dict[str, int]]
"""By category: requests, right, wrong, stale, evicted."""

Point = tuple[float, float]
Run = Callable[[Mapping[str, Bar]], Score]


def mixed(seeds: Sequence[int], requests: int, progress: Callable[[str, float], None]) -> dict[str, Any]:
    """The bars per category are chosen on other seeds than those that they are measured on; the uniform ones on the
    very requests that they are measured on, for each seed and price anew: of all with no more that is wrong or stale,
    those with most right."""
    steps = len(TUNED_ON) + len(seeds)
    grids = [sweep(runner(seed, requests), told(progress, n, steps)) for n, seed in enumerate(TUNED_ON)]
    tuned = {point: added([grid[point] for grid in grids]) for point in grids[0]}
    chosen = {price: {kind: best(tuned, kind, price) for kind in KINDS} for price in PRICES}
    runs = []
    for number, seed in enumerate(seeds, len(TUNED_ON)):
        run = runner(seed, requests)
        grid = sweep(run, told(progress, number, steps))
        for price, points in chosen.items():
            aware = run({kind: Bar(*point) for kind, point in points.items()})
            runs.append({"seed": seed, "price": price, "aware": aware, **rivals(run, grid, aware)})
    return {"requests": requests, "memory": MEMORY, "bars": {str(p): of for p, of in chosen.items()}, "runs": runs}


def told(progress: Callable[[str, float], None], number: int, of: int) -> Callable[[float], None]:
    return lambda share: progress("mixed", (number + share) / of)


def sweep(run: Run, progress: Callable[[float], None]) -> dict[Point, Score]:
    """Every uniform point."""
    points = list(itertools.product(THRESHOLDS, TTLS))
    grid = {}
    for number, point in enumerate(points):
        grid[point] = run(uniform(point))
        progress(number / len(points))
    return grid


def rivals(run: Run, grid: dict[Point, Score], aware: Score) -> dict[str, Any]:
    """The best uniform point with no more bad hits, looked for around the best of the grid too; and what bad hits it
    takes a uniform one at least to have as many that are right. What is tried stays in the grid."""
    bad, right = total(aware, *BAD), total(aware, "right")
    top = most_right(grid, bad)
    for threshold, ttl in FINER if top is not None else ():
        assert top is not None
        point = (round(top[0] + threshold, 4), round(top[1] * ttl, 1))
        if point not in grid:
            grid[point] = run(uniform(point))
    top = most_right(grid, bad)
    as_many = [total(score, *BAD) for score in grid.values() if total(score, "right") >= right]
    return {
        "uniform": None if top is None else grid[top],
        "uniform_bar": top,
        "tried": len(grid),
        "fewest_bad_of_uniform_with_as_many_right": min(as_many, default=None),
    }


def most_right(grid: Mapping[Point, Score], bad: int) -> Point | None:
    """Of the points with at most so many bad hits."""
    good = [point for point, score in grid.items() if total(score, *BAD) <= bad]
    return max(good, key=lambda point: total(grid[point], "right"), default=None)


def uniform(point: Point) -> dict[str, Bar]:
    return dict.fromkeys(KINDS, Bar(*point))


def best(grid: Mapping[Point, Score], kind: str, price: float) -> Point:
    """Where a category has most right hits, less `price` for each that is bad."""
    return max(
        grid, key=lambda point: grid[point][kind]["right"] - price * sum(grid[point][kind][name] for name in BAD)
    )


def runner(seed: int, requests: int) -> Run:
    """From bars to the score on the same requests."""
    asked = list(itertools.islice(World(MIXED, seed, rate=RATE), requests))
    return lambda bars: score(asked, bars)


def score(asked: Iterable[Asked], bars: Mapping[str, Bar], memory: int = MEMORY) -> Score:
    counts: Score = {kind: dict.fromkeys(("requests", "right", *BAD, "evicted"), 0) for kind in KINDS}

    def evicted(books: CacheStats) -> None:
        for kind, stats in books.categories.items():
            counts[kind]["evicted"] = stats.evicted

    for one in replay(asked, bars, Fixed(), memory, books=evicted):
        counts[one.category]["requests"] += 1
        if one.given != "miss":
            counts[one.category][kind_of(one)] += 1
    return counts


def kind_of(one: Seen) -> str:
    return "right" if one.right else "stale" if one.stale else "wrong"


def added(scores: Sequence[Score]) -> Score:
    """Score by score."""
    return {kind: {name: sum(of[kind][name] for of in scores) for name in scores[0][kind]} for kind in scores[0]}


def total(of: Score, *names: str) -> int:
    return sum(counts[name] for counts in of.values() for name in names)


def at_price(result: Mapping[str, Any], price: float) -> Iterator[dict[str, Any]]:
    """The runs at one price, seed by seed."""
    return (run for run in result["runs"] if run["price"] == price)
