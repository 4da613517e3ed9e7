"""Several policies on the same arrivals: the same seeds for all, so that differences are theirs."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

import msgspec

from wrp_router.sim.traces import Shape, Trace

from .divided import Divided
from .report import Report, mean, report
from .setting import Setting
from .trial import Policy, Trial

Progress = Callable[[str, float], None]


class Contest(msgspec.Struct, frozen=True):
    """`shape` says how the trace is arranged; its seed is that of each trial. The first `skip` requests warm up. A
    trace that is made, not recorded, is `drawn` anew for each seed."""

    setting: Setting
    trace: Trace
    shape: Shape
    seeds: int = 3
    slo_ttft: float = 5.0
    skip: int = 0
    drawn: Callable[[int], Trace] | None = None

    def arrivals(self, seed: int) -> Trace:
        """The trace as the trial of this seed gets it."""
        trace = self.trace if self.drawn is None else self.drawn(seed)
        return msgspec.structs.replace(self.shape, seed=seed).of(trace)

    def run(self, policies: Mapping[str, Policy], progress: Progress = lambda stage, share: None) -> dict[str, Report]:
        """By policy: the means over all seeds."""
        reports: dict[str, list[Report]] = {name: [] for name in policies}
        rounds = self.seeds * len(policies)
        for seed in range(self.seeds):
            arrivals = self.arrivals(seed)
            end = _end(arrivals)
            for turn, (name, policy) in enumerate(policies.items()):
                told = partial(_tell, progress, name, seed * len(policies) + turn, rounds, end)
                told(0.0)
                trial = (Divided if self.setting.roles else Trial)(self.setting, policy, seed)
                trial.run(arrivals, told)
                reports[name].append(report(trial, self.slo_ttft, self.skip))
        return {name: mean(found) for name, found in reports.items()}


def _tell(progress: Progress, name: str, done: int, rounds: int, end: float, at: float) -> None:
    progress(name, (done + at / end) / rounds)


def _end(arrivals: Trace) -> float:
    last = 0.0
    for arrival in arrivals:
        last = arrival.at
    return last or 1.0


def bound(arrivals: Trace, skip: int) -> float:
    """The share of prompt tokens after the first `skip` requests that one cache without end would have held."""
    seen: set[int] = set()
    size, held, total = arrivals.block_tokens, 0, 0
    for number, arrival in enumerate(arrivals):
        hits = 0
        for block in arrival.blocks:
            if block not in seen:
                break
            hits += 1
        seen.update(arrival.blocks)
        if number >= skip:
            held += min(hits * size, max(0, arrival.prompt - 1))
            total += arrival.prompt
    return held / total if total else 0.0


def goodput(runs: Sequence[tuple[float, Mapping[str, Any]]], least: float = 0.9) -> dict[str, float]:
    """By policy: the highest of the offered rates (requests a second) at which the attainment was at least so much."""
    best: dict[str, float] = {}
    for rate, reports in runs:
        for name, found in reports.items():
            best[name] = max(best.get(name, 0.0), rate if found["attainment"] >= least else 0.0)
    return best
