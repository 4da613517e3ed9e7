"""The measurements of `cache_workloads.py`: each a row of numbers over seeds, with intervals."""

from __future__ import annotations

import itertools
import math
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any

from bench.cache_replay import Seen, replay
from bench.cache_truth import MIXED, Asked, Change, World
from wrp_cache import Bar
from wrp_cache.bars.acceptance import Acceptance, Fixed, Neighbour, Verdict
from wrp_cache.bars.budget import Budget, Terms
from wrp_cache.bars.relief import Relief, Slope
from wrp_cache.bars.verified import Verified, VerifiedTerms

Progress = Callable[[str, float], None]
Row = dict[str, Any]

WINDOW = 5000
EPSILON = 0.01
KINDS = [kind.name for kind in MIXED]
TTLS = {"code": 86400.0, "stem": 86400.0, "conversation": 7200.0, "finance": 90.0}
BUSY = ("code", "stem")
"""Categories that the overloaded model answers."""


class Checking(Fixed):
    """Serves nothing and checks everything: what each neighbour would have been worth."""

    def verdict(self, near: Neighbour, bar: Bar, relief: float, now: float, rng: object) -> Verdict:
        return "probe"


FLOORS = {"code": 0.957, "stem": 0.936}
"""As low as somebody may set them who has measured (on another seed) that half of epsilon is wrong there."""


def bars(threshold: float = 0.8, floors: Mapping[str, float] = MappingProxyType({})) -> dict[str, Bar]:
    return {name: Bar(threshold=threshold, ttl=TTLS[name], floor=floors.get(name, 0.8)) for name in KINDS}


def budget(seeds: Sequence[int], requests: int, progress: Progress) -> Row:
    """Wrong hits in windows of 5,000 while the workload drifts, and what the budget costs in hits."""
    runs = []
    for number, seed in enumerate(seeds):
        told = _telling(progress, "budget", number, len(seeds), 2 * requests)
        world = drifting(seed, requests)
        adapted = replay(told(world), bars(), Budget(Terms(epsilon=EPSILON, lower=True)), 24 << 20)
        told = _telling(progress, "budget", number + 0.5, len(seeds), 2 * requests)
        known = replay(told(drifting(seed, requests)), bars(), Checking(), 24 << 20)
        hits = [one for one in adapted if one.given == "semantic"]
        served = [one for one in adapted if one.given in ("semantic", "exact")]
        runs.append(
            {
                "seed": seed,
                "wrong_in_windows_of_semantic_hits": [interval(bad, of) for bad, of in windows(hits)],
                "wrong_in_windows_of_all_hits": [interval(bad, of) for bad, of in windows(served)],
                "wrong_in_windows_of_requests": [interval(bad, of) for bad, of in windows(adapted)],
                "worst_sliding_window_of_semantic_hits": sliding(hits),
                "semantic_hits": len(hits) / len(adapted),
                "wrong": sum(not one.right for one in hits) / max(1, len(hits)),
                "probes": sum(one.given == "probe" for one in adapted) / len(adapted),
                "oracle_hits": oracle(known),
                **statics(known),
            }
        )
    return {"epsilon": EPSILON, "requests": requests, "runs": runs}


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
    starts = [at for at in range(0, len(seen), WINDOW) if len(seen) - at >= WINDOW // 2]
    return [(sum(map(wrong, seen[at : at + WINDOW])), len(seen[at : at + WINDOW])) for at in starts]


def sliding(seen: Sequence[Seen]) -> float:
    """The highest rate in any 5,000 that follow one another."""
    bad = [0, *itertools.accumulate(wrong(one) for one in seen)]
    return max((bad[at + WINDOW] - bad[at] for at in range(len(bad) - WINDOW)), default=0) / WINDOW


def wrong(one: Seen) -> bool:
    return one.given in ("semantic", "exact") and not one.right


def oracle(known: Sequence[Seen]) -> float:
    """The hits per request of whoever knows, for each quarter and category, the lowest threshold that keeps epsilon."""
    best, quarter = 0, len(known) // 4
    for at in range(0, 4 * quarter, quarter):
        for name in KINDS:
            near = [one for one in known[at : at + quarter] if one.given == "probe" and one.category == name]
            near.sort(key=lambda one: -one.similarity)
            bad = itertools.accumulate(not one.right for one in near)
            best += max((n for n, wrongs in enumerate(bad, 1) if wrongs <= EPSILON * n), default=0)
    return best / len(known)


def statics(known: Sequence[Seen]) -> Row:
    """The one threshold that keeps epsilon in every window, chosen in hindsight; and what 0.95 would have done."""
    table = {}
    for threshold in (0.85, 0.9, 0.93, 0.95, 0.96, 0.97, 0.975, 0.98, 0.985, 0.99):
        hits = [one for one in known if one.given == "probe" and one.similarity >= threshold]
        rates = [sum(not one.right for one in hits[at : at + WINDOW]) / WINDOW for at in range(0, len(hits), WINDOW)]
        table[threshold] = (len(hits) / len(known), max(rates, default=0.0))
    kept = [hits for hits, rate in table.values() if rate <= EPSILON]
    return {"best_static_hits": max(kept, default=0.0), "static_0.95_hits_and_worst_window": table[0.95]}


def overload(seeds: Sequence[int], requests: int, progress: Progress) -> Row:
    """Requests to a model that loses a third of its servers for a third of the time, with and without relief."""
    kinds: dict[str, tuple[Callable[[int, int], Acceptance], dict[str, Bar]]] = {
        "fixed": (lambda seed, requests: Fixed(), bars(0.97, FLOORS)),
        "budget": (taught, bars(0.97)),
    }
    table = []
    for number, (seed, (name, (build, of))) in enumerate(itertools.product(seeds, kinds.items())):
        told = _telling(progress, "overload", number, len(seeds) * len(kinds), 2 * requests)
        ran = [_overloaded(told, seed, requests, build(seed, requests), of, most) for most in (0.0, 0.12)]
        (off, _, _), (on, rate, relief) = ran
        table.append({"seed": seed, "acceptance": name, "less": 1 - on / off, "wrong": rate, "relief": relief})
    return {
        name: {
            "less_traffic": spread([row["less"] for row in table if row["acceptance"] == name]),
            "wrong_hits": spread([row["wrong"] for row in table if row["acceptance"] == name]),
            "mean_relief": spread([row["relief"] for row in table if row["acceptance"] == name]),
        }
        for name in kinds
    }


def taught(seed: int, requests: int) -> Budget:
    """A budget that has learnt from twice as many requests of other questions."""
    teacher, pupil = Budget(Terms(epsilon=EPSILON)), Budget(Terms(epsilon=EPSILON))
    replay(itertools.islice(World(MIXED, seed + 1000), 2 * requests), bars(0.97), teacher, 24 << 20)
    pupil.restore(teacher.state(0.0), 0.0)
    return pupil


def _overloaded(
    told: Callable[[Iterable[Asked]], Iterable[Asked]],
    seed: int,
    requests: int,
    acceptance: Acceptance,
    of: Mapping[str, Bar],
    most: float,
) -> tuple[int, float, float]:
    """Requests upstream while overloaded, the share of wrong hits by likeness among those then, and mean relief."""
    relief, traffic, last = Relief(Slope(most=most)), 0.0, 0.0
    reliefs: list[float] = []
    during = range(requests // 2, requests * 5 // 6)
    count = itertools.count()

    def turn(one: Asked) -> float:
        capacity = CAPACITY * (2 / 3 if next(count) in during else 1.0)
        reliefs.append(relief(traffic / capacity, one.now))
        return reliefs[-1] if one.category in BUSY else 0.0

    def watch(one: Asked, seen: Seen) -> None:
        nonlocal traffic, last
        traffic *= math.exp(-(one.now - last) / 30.0)
        traffic += (one.category in BUSY and seen.given in ("miss", "probe")) / 30.0
        last = one.now

    asked = told(itertools.islice(World(MIXED, seed), requests))
    seen = replay(asked, of, acceptance, 24 << 20, relief=turn, seen=watch)
    busy = [one for one in seen[during.start : during.stop] if one.category in BUSY]
    hits = [one for one in busy if one.given == "semantic"]
    upstream = sum(one.given in ("miss", "probe") for one in busy)
    bad = sum(not one.right for one in hits) / max(1, len(hits))
    return upstream, bad, sum(reliefs[during.start : during.stop]) / len(during)


CAPACITY = 6.0
"""Requests per second of the model while all its servers are there; four to five reach it."""


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


def _telling(
    progress: Progress, stage: str, number: float, of: int, requests: int
) -> Callable[[Iterable[Asked]], Iterable[Asked]]:
    """Passes requests on and says how far a stage is that consists of `of` parts."""
    count = itertools.count()

    def told(asked: Iterable[Asked]) -> Iterable[Asked]:
        for one in asked:
            done = next(count)
            if done % 1000 == 0:
                progress(stage, (number + done / requests) / of)
            yield one

    return told
