"""The measurements of `cache_workloads.py`: each a row of numbers over seeds, with intervals."""

from __future__ import annotations

import itertools
import math
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from bench.cache_overload import TTLS, Bars, Before, Found, simulated
from bench.cache_replay import Seen, replay
from bench.cache_truth import MIXED, Asked, Change, World
from wrp_cache import Bar
from wrp_cache.bars.acceptance import Fixed, Neighbour, Verdict
from wrp_cache.bars.budget import Budget, BudgetState, Terms
from wrp_cache.bars.verified import Verified, VerifiedTerms
from wrp_router.config.adapting import BudgetedBars

Progress = Callable[[str, float], None]
Row = dict[str, Any]
Telling = Callable[[Iterable[Asked]], Iterable[Asked]]

HITS = ("semantic", "exact")
WINDOW = 5000
EPSILON = 0.01
KINDS = [kind.name for kind in MIXED]
MEMORY = 24 << 20


class Checking(Fixed):
    """Serves nothing and checks everything: what each neighbour would have been worth."""

    def verdict(self, near: Neighbour, bar: Bar, relief: float, now: float, rng: object) -> Verdict:
        return "probe"


class Told(Fixed):
    """Knows, for each part of the time and each category, from where on answers are to be served."""

    def __init__(self, parts: Sequence[tuple[float, Mapping[str, float]]]) -> None:
        """`parts`: until when they last, and the thresholds."""
        self._parts = parts

    def floor(self, category: str, bar: Bar, relief: float) -> float:
        return bar.threshold

    def verdict(self, near: Neighbour, bar: Bar, relief: float, now: float, rng: object) -> Verdict:
        of = next((of for until, of in self._parts if now < until), self._parts[-1][1])
        return "serve" if near.similarity >= of[near.category] else "miss"


def bars(threshold: float = 0.8) -> dict[str, Bar]:
    return {name: Bar(threshold=threshold, ttl=TTLS[name], floor=0.8) for name in KINDS}


def budget(seeds: Sequence[int], requests: int, progress: Progress) -> Row:
    """Wrong hits in windows of 5,000 while the workload drifts, and what the budget costs in hits: beside an oracle's,
    and beside the best threshold that stands."""
    runs = []
    for number, seed in enumerate(seeds):
        told = _telling(progress, "budget", number, len(seeds), 3 * requests)
        asked = list(drifting(seed, requests))
        adapted = replay(told(asked), bars(), Budget(Terms(epsilon=EPSILON, lower=True)), MEMORY)
        known = replay(told(asked), bars(), Checking(), MEMORY)
        ideal = replay(told(asked), bars(), Told(oracle(asked, known)), MEMORY)
        hits, served, best = by_likeness(adapted), [one for one in adapted if one.given in HITS], by_likeness(ideal)
        runs.append(
            {
                "seed": seed,
                "wrong_in_windows_of_semantic_hits": [interval(*found) for found in windows(hits)],
                "wrong_in_windows_of_all_hits": [interval(*found) for found in windows(served)],
                "worst_sliding_window_of_semantic_hits": sliding(hits),
                "semantic_hits": len(hits) / len(adapted),
                "semantic_hits_by_quarter": by_quarter(adapted),
                "wrong": sum(map(wrong, hits)) / max(1, len(hits)),
                "probes": sum(one.given == "probe" for one in adapted) / len(adapted),
                "oracle_hits": len(best) / len(ideal),
                "oracle_hits_by_quarter": by_quarter(ideal),
                "oracle_wrong": sum(map(wrong, best)) / max(1, len(best)),
                **statics(known),
            }
        )
    return {"epsilon": EPSILON, "requests": requests, "drift": moved(known), "runs": runs}


def drifting(seed: int, requests: int) -> Iterator[Asked]:
    """A quarter each: as it is; near misses of code become popular; financial facts change three times as fast; near
    misses of conversation become popular and those of code less. Besides, new questions come all the time."""
    quarter = requests // 4
    changes = (
        Change(quarter, "code", tight=0.15),
        Change(2 * quarter, "finance", speed=3.0),
        Change(3 * quarter, "conversation", tight=0.1),
        Change(3 * quarter, "code", tight=0.02),
    )
    return itertools.islice(World(MIXED, seed, changes=changes), requests)


def windows(seen: Sequence[Seen]) -> list[tuple[int, int]]:
    """Wrong hits (stale ones too) and size of each window of 5,000; the rest counts as one if it is half as long."""
    return [(sum(map(wrong, part)), len(part)) for part in parted(seen)]


def parted(seen: Sequence[Seen]) -> list[Sequence[Seen]]:
    starts = [at for at in range(0, len(seen), WINDOW) if len(seen) - at >= WINDOW // 2]
    return [seen[at : at + WINDOW] for at in starts]


def sliding(seen: Sequence[Seen]) -> float:
    """The highest rate in any 5,000 that follow one another."""
    bad = [0, *itertools.accumulate(wrong(one) for one in seen)]
    return max((bad[at + WINDOW] - bad[at] for at in range(len(bad) - WINDOW)), default=0) / WINDOW


def wrong(one: Seen) -> bool:
    return one.given in HITS and not one.right


def by_likeness(seen: Sequence[Seen]) -> list[Seen]:
    return [one for one in seen if one.given == "semantic"]


def by_quarter(seen: Sequence[Seen]) -> list[float]:
    """Hits by likeness to requests."""
    quarter = len(seen) // 4
    return [len(by_likeness(seen[at : at + quarter])) / quarter for at in range(0, 4 * quarter, quarter)]


def oracle(asked: Sequence[Asked], known: Sequence[Seen]) -> list[tuple[float, dict[str, float]]]:
    """For each quarter, and until when it lasts: the lowest threshold by category that keeps epsilon there."""
    quarter = len(known) // 4
    parts = range(0, 4 * quarter, quarter)
    return [(asked[at + quarter - 1].now, lowest(known[at : at + quarter], EPSILON)) for at in parts]


def lowest(known: Sequence[Seen], rate: float) -> dict[str, float]:
    """By category, the lowest threshold from which on at most this share of the probes is wrong; above 1 if none."""
    found = {}
    for name in KINDS:
        near = sorted((o for o in known if o.given == "probe" and o.category == name), key=lambda one: -one.similarity)
        bad = itertools.accumulate(not one.right for one in near)
        most = max((n for n, wrongs in enumerate(bad, 1) if wrongs <= rate * n), default=0)
        found[name] = near[most - 1].similarity if most else 2.0
    return found


def statics(known: Sequence[Seen]) -> Row:
    """The one threshold that keeps epsilon in every window, chosen in hindsight; and what 0.95 would have done."""
    table = {}
    for threshold in (0.85, 0.9, 0.93, 0.95, 0.96, 0.97, 0.975, 0.98, 0.985, 0.99):
        hits = [one for one in known if one.given == "probe" and one.similarity >= threshold]
        rates = [sum(not one.right for one in part) / len(part) for part in parted(hits)]
        table[threshold] = (len(hits) / len(known), max(rates, default=0.0))
    kept = [hits for hits, rate in table.values() if rate <= EPSILON]
    return {"best_static_hits": max(kept, default=0.0), "static_0.95_hits_and_worst_window": table[0.95]}


def moved(known: Sequence[Seen]) -> Row:
    """How much of what is at least 0.95 near is wrong, by category and quarter: what the drift does."""
    quarter = len(known) // 4
    found: Row = {}
    for name in KINDS:
        near = [
            [one for one in known[at : at + quarter] if one.category == name and one.similarity >= 0.95]
            for at in range(0, 4 * quarter, quarter)
        ]
        found[name] = [sum(not one.right for one in part) / max(1, len(part)) for part in near]
    return found


def overload(seeds: Sequence[int], requests: int, progress: Progress) -> Row:
    """Requests to a model that loses a third of its servers for half of the time, with and without relief. Bars and
    floors are chosen on other seeds: usually one hit in a thousand may be wrong, under load five. A budget has learnt
    from twice as many requests before, and allows ten."""
    known = [one for seed in TRAINED for one in _checked(seed, requests)]
    usual, floors = lowest(known, USUAL), lowest(known, EASED)
    kinds = {"fixed": Bars(usual, floors), "budget": Bars(usual, dict.fromkeys(KINDS, 0.8), BudgetedBars(EPSILON))}
    runs = []
    for number, seed in enumerate(seeds):
        world = World(MIXED, seed, rate=OVERLOAD_RATE)
        stream = iter(world)
        earlier, asked = list(itertools.islice(stream, 2 * requests)), list(itertools.islice(stream, requests))
        before = Before(earlier, taught(earlier, usual))
        for at, (name, of) in enumerate(kinds.items()):
            progress("overload", (number + at / len(kinds)) / len(seeds))
            off, on = (simulated(asked, world, of, relief, seed, before) for relief in (False, True))
            less = 1 - on.upstream / off.upstream
            runs.append({"seed": seed, "bars": name, "less_traffic": less, **figures("off", off), **figures("on", on)})
    return {"requests": requests, "usual": usual, "floors": floors, "epsilon": EPSILON, "runs": runs}


TRAINED = (7, 8)
USUAL, EASED = 0.001, 0.005
OVERLOAD_RATE = 34.0
"""Requests per second."""


def figures(when: str, found: Found) -> Row:
    return {
        f"upstream_{when}": found.upstream / found.asked,
        f"hits_{when}": found.hits / found.asked,
        f"wrong_{when}": interval(found.wrong, found.hits),
        f"failed_{when}": found.failed / found.asked,
        f"p95_s_{when}": round(found.p95, 2),
    }


def taught(asked: Sequence[Asked], usual: Mapping[str, float]) -> BudgetState:
    """What a budget has learnt from these requests."""
    teacher = Budget(Terms(epsilon=EPSILON))
    of = {name: Bar(threshold=usual[name], ttl=TTLS[name], floor=0.8) for name in KINDS}
    replay(asked, of, teacher, MEMORY)
    return teacher.state(asked[-1].now)


def _checked(seed: int, requests: int) -> list[Seen]:
    return replay(itertools.islice(World(MIXED, seed), requests), bars(), Checking(), MEMORY)


def verified(seeds: Sequence[int], requests: int, progress: Progress) -> Row:
    """Wrong answers per request with a neighbour, which the rule promises to keep below delta."""
    rows: dict[str, Row] = {}
    cases = list(itertools.product((0.01, 0.02, 0.05), seeds))
    found: dict[float, list[list[Seen]]] = defaultdict(list)
    for number, (delta, seed) in enumerate(cases):
        told = _telling(progress, "verified", number, len(cases), requests)
        asked = told(itertools.islice(World(MIXED, seed), requests))
        found[delta].append(replay(asked, bars(), Verified(VerifiedTerms(delta=delta)), 24 << 20, variants=False))
    for delta, runs in found.items():
        near = [one for run in runs for one in run if one.given in ("semantic", "probe")]
        hits = [one for one in near if one.given == "semantic"]
        bad = sum(not one.right for one in hits)
        rows[f"delta {delta}"] = {
            "wrong_per_neighbour": interval(bad, len(near)),
            "wrong_per_hit": interval(bad, len(hits)),
            "served_of_neighbours": len(hits) / max(1, len(near)),
        }
    return rows


def interval(events: int, of: int) -> tuple[float, float, float]:
    """The rate, and Wilson's interval of 95 %."""
    if of == 0:
        return 0.0, 0.0, 1.0
    rate, z = events / of, 1.96
    middle, half = rate + z * z / (2 * of), z * math.sqrt(rate * (1 - rate) / of + z * z / (4 * of * of))
    return rate, (middle - half) / (1 + z * z / of), (middle + half) / (1 + z * z / of)


def spread(values: Sequence[float]) -> tuple[float, float, float]:
    """Mean, least and most over the seeds."""
    return sum(values) / len(values), min(values), max(values)


def _telling(progress: Progress, stage: str, number: float, of: int, requests: int) -> Telling:
    """Passes requests on and says how far a stage is that consists of `of` parts."""
    count = itertools.count()

    def told(asked: Iterable[Asked]) -> Iterable[Asked]:
        for one in asked:
            done = next(count)
            if done % 1000 == 0:
                progress(stage, (number + done / requests) / of)
            yield one

    return told
