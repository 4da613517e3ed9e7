"""Rows of bench/pools.py: what taking slow servers out gains and costs, and a limit that is found, in overload."""

from __future__ import annotations

import argparse
import statistics
from collections.abc import Mapping
from typing import Any

from bench.pools_scenes import SERVER, SLO, Found, played
from wrp_router.cli.progress import Bar
from wrp_router.fleet.spec import LimitSpec, OutlierSpec
from wrp_router.sim.traces import hot, synthetic
from wrp_router.sim.trial import Change, Report, Setting, report

AT, FACTOR = 60.0, 5.0
"""When one of the eight servers becomes slow, and how many times as slow."""


def slow(asked: argparse.Namespace, bar: Bar) -> Found:
    """One of eight servers takes five times as long from 60 s on, and whether a watched fleet takes it out; and how
    often a healthy one is taken out."""
    figures: dict[str, Any] = {}
    rows = []
    requests = 1200 if asked.quick else 4000
    for name, rate in (("round_robin", 5.0), ("p2c", 5.0), ("min_ttft", 8.0), ("adaptive", 8.0)):
        for story, changes in (("all healthy", ()), ("one slow", (Change(AT, "slow", 3, FACTOR),))):
            for watched in (None, OutlierSpec()):
                found, out = [], []
                for seed in range(asked.seeds):
                    setting = Setting((SERVER,) * 8, 512, changes=changes, outliers=watched)
                    trial = played(setting, name, synthetic(seed, requests), rate, seed)
                    found.append(report(trial, SLO, int(rate * AT)))
                    out.append([one for one in trial.routers[0].changes if one.event == "slow"])
                    bar(f"slow, {name}", (seed + 1) / asked.seeds)
                figures[f"{name}, {story}, {'watched' if watched else 'not'}"] = {
                    **_means(found),
                    "ejections": [[(one.time, one.server) for one in each] for each in out],
                }
                first = [min(one.time for one in each) - AT for each in out if each]
                when = f"{statistics.fmean(first):.0f} s" if first else "-"
                wrong = sum([one.server != "s3" or not changes for each in out for one in each])
                cells = [f"{rate:g}/s", story, "yes" if watched else "no", *_cells(found)]
                rows.append([f"`{name}`", *cells, when, str(wrong)])
    head = ["", "rate", "", "watched", "attainment", "TTFT p50", "p99", "taken out after", "healthy taken out"]
    return figures, {"pools-slow": (head, rows)}


def limits(asked: argparse.Namespace, bar: Bar) -> Found:
    """Half of, about, and twice what eight servers can do under `p2c`; clients that wait 60 s for a first token, and
    with a limit 2 s for room. The rest is told to come back."""
    figures: dict[str, Any] = {}
    rows = []
    requests = 1200 if asked.quick else 4000
    kinds: Mapping[str, int | LimitSpec] = {"none": 0, "16": 16, "adaptive": LimitSpec()}
    for balance, rates in (("p2c", (4.0, 8.0, 16.0)), ("adaptive", (14.0,))):
        for rate in rates:
            for kind, limit in kinds.items():
                found, last = [], []
                for seed in range(asked.seeds):
                    setting = Setting((SERVER,) * 8, 512, limit=limit, wait=2.0, patience=60.0)
                    trial = played(setting, balance, synthetic(seed, requests), rate, seed)
                    found.append(report(trial, SLO, requests // 8))
                    pool = trial.routers[0].fleet.snapshot(trial.sites.now)[0]
                    last += [server.limit for server in pool.servers]
                    bar(f"limits, {rate:g}/s", (seed + 1) / asked.seeds)
                means = {**_means(found), "limits": last}
                figures[f"{balance}, {rate:g}, {kind}"] = means
                served = statistics.fmean([one["requests"] / (one["requests"] + one["failed"]) for one in found])
                goodput = statistics.fmean([one["capacity"] for one in found])
                cells = [f"{goodput:.2f}/s", f"{served:.0%}", *_cells(found)[1:]]
                rows.append([f"`{balance}`", f"{rate:g}/s", kind, *cells, _range(last)])
    head = ["", "rate", "limit", "in time", "served", "TTFT p50", "p99", "limits at the end"]
    return figures, {"pools-limits": (head, rows)}


def never(asked: argparse.Namespace, bar: Bar) -> Found:
    """Eight equal servers, one router, every load that makes queues of them: how many were ever taken out."""
    figures: dict[str, Any] = {}
    rows = []
    requests = 1200 if asked.quick else 8000
    for name in ("round_robin", "random", "p2c", "one hash", "consistent_hash", "preble", "dualmap", "adaptive"):
        cells = []
        for title, rate in (("5/s", 5.0), ("12/s", 12.0), ("hot, 6.5/s", 6.5), ("hot, 40/s", 40.0)):
            out = 0
            for seed in range(asked.seeds):
                trace = hot(seed, requests, qps=rate) if "hot" in title else synthetic(seed, requests)
                setting = Setting((SERVER,) * 8, trace.block_tokens, outliers=OutlierSpec())
                trial = played(setting, name, trace, rate, seed)
                out += sum([one.event == "slow" for one in trial.routers[0].changes])
                bar(f"never, {name}", (seed + 1) / asked.seeds)
            figures[f"{name}, {title}"] = out
            cells.append(str(out))
        rows.append([f"`{name}`", *cells])
    return figures, {"pools-never": (["taken out of equals", "5/s", "12/s", "hot, 6.5/s", "hot, 40/s"], rows)}


def _means(found: list[Report]) -> dict[str, Any]:
    """Of all seeds: what tables show."""
    return {
        "attainment": [one["attainment"] for one in found],
        "capacity": [one["capacity"] for one in found],
        "ttft_s": [one["ttft_s"] for one in found],
        "served": [one["requests"] for one in found],
        "failed": [one["failed"] for one in found],
    }


def _cells(found: list[Report]) -> list[str]:
    times = [statistics.fmean([one["ttft_s"][p] or 0.0 for one in found]) for p in ("p50", "p99")]
    return [f"{statistics.fmean([one['attainment'] for one in found]):.3f}", *[f"{time:.2f} s" for time in times]]


def _range(limits: list[int]) -> str:
    return f"{min(limits)} to {max(limits)}" if any(limits) else "-"
