"""What a trial comes to: attainment, latencies, hits, balance, cost. Figures only, no opinion."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from wrp_router.sim.batching import AdapterEngine

from .results import Column
from .trial import Trial

Report = dict[str, Any]


def report(trial: Trial, slo_ttft: float, skip: int = 0) -> Report:
    """Of the requests after the first `skip` that arrived. Requests that failed count as late.

    `attainment` is the share whose first token came within `slo_ttft` seconds, `capacity` how many of these there were
    a second; latencies are of those that ended well, None where none did (`tpot_s`: with two tokens at least).
    `hit_ratio` is the share of their prompt tokens that came out of prefix caches. `load_max_over_mean` and `load_cv`
    compare the seconds that the servers computed, `utilisation` is these to the time that went by. Where servers load
    adapters, `loads` says how many of these there were for each request, the first `skip` included.
    """
    results = trial.results
    counted = results.column("number") >= skip
    lost = results.lost("arrived")[results.lost("number") >= skip]

    def column(name: str) -> Column:
        """One at a time: all of them would take twice the memory of what they are read from."""
        return results.column(name)[counted]

    ended, arrived = int(np.count_nonzero(counted)), np.concatenate([column("arrived"), lost])
    span = float(np.ptp(arrived)) if len(arrived) else 0.0
    in_time = int(np.count_nonzero(column("ttft") <= slo_ttft))
    return {
        "attainment": in_time / len(arrived) if len(arrived) else 0.0,
        "capacity": in_time / span if span else 0.0,
        "ttft_s": _percentiles(column("ttft"), (50, 90, 99)),
        "tpot_s": _percentiles(column("tpot")[column("output") > 1], (50, 99)),
        "hit_ratio": _share(column("cached"), column("prompt")),
        **_load(trial, float(np.concatenate([results.column("last"), lost]).max(initial=0.0))),
        "requests": ended,
        "failed": len(lost),
        **_adapters(trial),
    }


def _adapters(trial: Trial) -> Report:
    engines = [site.engine for site in trial.sites.all]
    loads = [engine.adapters.loads for engine in engines if isinstance(engine, AdapterEngine)]
    arrived = len(trial.results) + trial.results.failed
    return {"loads": sum(loads) / max(1, arrived)} if loads else {}


def by_window(trial: Trial, slo_ttft: float, seconds: float) -> list[tuple[float, float]]:
    """(beginning, attainment) of every so many seconds of arrivals. Requests that failed count as late."""
    results = trial.results
    lost = results.lost("arrived")
    arrived = np.concatenate([results.column("arrived"), lost])
    in_time = np.concatenate([results.column("ttft") <= slo_ttft, np.zeros(len(lost), dtype=bool)])
    windows = (arrived // seconds).astype(int)
    return [(float(window * seconds), float(np.mean(in_time[windows == window]))) for window in np.unique(windows)]


def mean(reports: Sequence[Report]) -> Report:
    """The means of several trials of the same contest, and under `spread` the least and the greatest attainment."""
    out: Report = {name: _mean([report[name] for report in reports]) for name in reports[0]}
    attained = [report["attainment"] for report in reports]
    out["spread"] = {"attainment": [min(attained), max(attained)], "trials": len(reports)}
    return out


def _mean(values: Sequence[Any]) -> Any:
    if isinstance(values[0], dict):
        return {name: _mean([value[name] for value in values]) for name in values[0]}
    known = [value for value in values if value is not None]
    return float(np.mean(known)) if known else None


def _percentiles(values: Column, at: Sequence[int]) -> dict[str, float | None]:
    if not len(values):
        return {f"p{one}": None for one in at}
    return {f"p{one}": float(value) for one, value in zip(at, np.percentile(values, at), strict=True)}


def _share(part: Column, whole: Column) -> float:
    total = float(whole.sum())
    return float(part.sum()) / total if total else 0.0


def _load(trial: Trial, until: float) -> Report:
    sites = trial.sites.all
    busy = np.array([site.engine.busy for site in sites])
    there = [max(0.0, min(site.left, until) - site.since) for site in sites]
    mean = float(busy.mean())
    return {
        "load_max_over_mean": float(busy.max()) / mean if mean else 1.0,
        "load_cv": float(busy.std()) / mean if mean else 0.0,
        "utilisation": float(busy.sum()) / sum(there) if sum(there) else 0.0,
        "cost_usd": sum([s * site.engine.hardware.price_per_hour for s, site in zip(there, sites, strict=True)]) / 3600,
        "energy_kwh": sum([site.engine.busy * site.engine.hardware.watts for site in sites]) / 3.6e6,
    }
