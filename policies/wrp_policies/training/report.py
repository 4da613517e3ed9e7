"""What is said of a trial: each figure with its interval, means over seeds, and differences that are paired."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from .resampling import interval
from .trial import Draws

Report = dict[str, Any]

FIGURES = (
    "apgr",
    "cpt50",
    "cpt80",
    "aiq",
    "aiq_hull",
    "aiq_over_hull",
    "mean_score",
    "mean_cost",
    "best_single",
    "best_single_cost",
    "oracle",
    "oracle_cost",
    "over_best_single",
    "regret",
    "score_at_best_single_cost",
    "cost_there",
    "cost_at_best_single",
)
"""All that a contender is judged by, in this order; what cannot be said of a table is None."""

COMPARED = ("apgr", "aiq", "mean_score", "score_at_best_single_cost", "cost_at_best_single")
"""What is held against another contender's."""


def averaged(seeds: Sequence[Draws]) -> Draws:
    """Means over seeds under each resample. An interval of these is of the prompts; seeds have their own spread."""
    return {name: np.mean([draws[name] for draws in seeds], axis=0) for name in seeds[0]}


def report(seeds: Sequence[Draws], against: Sequence[Draws] = (), rival: str = "") -> Report:
    """One contender: figures, `intervals` of 95 % over resamples of the prompts, `spread` (least and most) where
    there are several seeds, and how much more than the rival it has `against`."""
    draws = averaged(seeds)
    told: Report = {name: figure(draws[name][0]) if name in draws else None for name in FIGURES}
    told["intervals"] = {name: bounds(draws[name]) for name in FIGURES if name in draws}
    if len(seeds) > 1:
        spread = {name: [float(one[name][0]) for one in seeds] for name in FIGURES if name in draws}
        told["spread"] = {name: [figure(min(values)), figure(max(values))] for name, values in spread.items()}
    if against:
        told["against"] = {"policy": rival, **differences(draws, averaged(against))}
    return told


def differences(draws: Draws, others: Draws) -> Report:
    """Ours less theirs, prompt by prompt: the difference and its interval. Where one never gets so far as to have a
    figure, there is no difference."""
    found: Report = {}
    for name in COMPARED:
        if name in draws and name in others:
            with np.errstate(invalid="ignore"):
                apart = draws[name] - others[name]
            found[name] = {"difference": figure(apart[0]), "interval": bounds(apart)}
    return found


def bounds(draws: Any) -> list[float | None] | None:
    """The interval, None where there is none; an end that is infinite is None, too."""
    found = interval(draws)
    return None if found is None else [figure(end) for end in found]


def figure(value: float) -> float | None:
    """To four decimals, small ones (costs) to four digits; None for what is infinite or undefined."""
    if not math.isfinite(value):
        return None
    return round(float(value), 4) if abs(value) >= 0.1 or value == 0.0 else float(f"{value:.4g}")


def rival_of(names: Mapping[str, Any]) -> str:
    """Whom the others are held against, if nobody says: kNN, with the best vectors there are; else the best single."""
    return next(name for name in ("knn-model", "knn", "knn-static", "best_single", *names) if name in names)
