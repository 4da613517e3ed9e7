"""Rows of bench/offpolicy.py: estimators, ways to make an interval, rewards that never come."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, get_args

import numpy as np

from bench.offpolicy_worlds import Drawn, World
from bench.tables import Table
from wrp_policies.offpolicy import ESTIMATORS, Estimate, change, evidence, overlap, predictions, value
from wrp_policies.offpolicy.intervals import Method
from wrp_router.cli.progress import Bar

Found = tuple[Any, dict[str, Table]]

SIZES = {500: ("by category", "soft", "best model"), 2000: ("by category", "soft"), 10_000: ("soft",)}
LONG = ("exploring", "canary")
"""Rows of a log, and whom it is asked about; by whom the long ones were logged, which take most of the time."""

CHANGE, COSTS = "change by dr", "change of costs by dr"
REFUSED = 0.5
"""Share of replications without conclusion above which a scene counts as refused."""

SHARES = (0.9, 0.5)
"""How often rewards come: of the arm that is taken most, and of all others."""


@dataclass
class Tally:
    """Errors and interval ends of one figure over replications."""

    errors: list[float] = field(default_factory=list)
    widths: list[float] = field(default_factory=list)
    held: int = 0

    def add(self, estimate: Estimate, truth: float) -> None:
        self.errors.append(estimate.value - truth)
        self.widths.append(estimate.high - estimate.low)
        self.held += estimate.low <= truth <= estimate.high

    def figures(self) -> dict[str, float]:
        n = len(self.errors)
        return {
            "coverage": self.held / n,
            "rmse": math.sqrt(sum([error * error for error in self.errors]) / n),
            "bias": sum(self.errors) / n,
            "width": sum(self.widths) / n,
        }


@dataclass
class Scene:
    """One candidate on logs of one kind and size."""

    tallies: dict[str, Tally] = field(default_factory=dict)
    ess: list[float] = field(default_factory=list)
    refused: int = 0

    def add(self, name: str, estimate: Estimate, truth: float) -> None:
        self.tallies.setdefault(name, Tally()).add(estimate, truth)

    def figures(self) -> dict[str, Any]:
        found = {name: tally.figures() for name, tally in self.tallies.items()}
        return {"ess": float(np.mean(self.ess)), "refused": self.refused / len(self.ess), "estimates": found}


def estimators(worlds: Sequence[World], replications: int, bar: Bar) -> Found:
    """Every estimator in every scene."""
    figures: dict[str, Any] = {}
    for at, world in enumerate(worlds):
        for logging in world.loggings:
            for n, names in SIZES.items():
                if n > 2000 and logging not in LONG:
                    continue
                scenes = {name: Scene() for name in names}
                for seed in range(replications):
                    bar(f"estimators, {world.name}", (seed + 1) / replications)
                    drawn = world.drawn(logging, n, np.random.default_rng((at, n, seed)))
                    _ask(drawn, logging, scenes)
                figures |= {f"{world.name}, {logging}, {name}, {n}": one.figures() for name, one in scenes.items()}
    tables = {"offpolicy-estimators": _by_estimator(figures), "offpolicy-scenes": _by_scene(figures)}
    return figures, tables


def _ask(drawn: Drawn, logging: str, scenes: dict[str, Scene]) -> None:
    """One log, several candidates: the model of rewards does not depend on them."""
    world = drawn.world
    earned = world.truth(world.loggings[logging])
    predicted = None
    for name, scene in scenes.items():
        candidate = world.candidates[name]
        log = drawn.beside(candidate)
        found = overlap(log)
        scene.ess.append(found.ess)
        scene.refused += found.verdict == "none"
        predicted = predictions(log, drawn.features) if predicted is None else predicted
        seen, truth = evidence(log, predicted), world.truth(candidate)
        for kind in ESTIMATORS:
            scene.add(kind, value(seen, kind), truth)
        scene.add(CHANGE, change(seen), truth - earned)
        if world.costs is not None and name == "soft":
            paid = log.about(drawn.costs())
            dearer = float(((candidate - world.loggings[logging]) * world.costs).sum(axis=1).mean())
            scene.add(COSTS, change(evidence(paid, predictions(paid, drawn.features))), dearer)


def _by_estimator(figures: dict[str, Any]) -> Table:
    """Over all scenes of a size that were not refused."""
    rows = []
    for n in SIZES:
        judged = [one for key, one in figures.items() if key.endswith(f", {n}") and one["refused"] <= REFUSED]
        for name in (*ESTIMATORS, CHANGE, COSTS):
            found = [one["estimates"][name] for one in judged if name in one["estimates"]]
            if not found:
                continue
            plain = [one["estimates"]["ips"]["rmse"] for one in judged if name in one["estimates"]]
            ratios = [one["rmse"] / ips for one, ips in zip(found, plain, strict=True)]
            to_ips = f"{np.median(ratios):.2f} | {max(ratios):.2f}" if name in ESTIMATORS else " | "
            width = f"{np.mean([one['width'] for one in found]):.3f}" if name != COSTS else ""
            covered = [one["coverage"] for one in found]
            head = f"{n:,} | `{name}` | {len(found)} | {_percent(np.mean(covered))} | {_percent(min(covered))}"
            rows.append(f"{head} | {_percent(max(covered))} | {to_ips} | {width}".split(" | "))
    head = ["rows", "", "scenes", "coverage", "least", "most", "RMSE to `ips`", "worst", "width"]
    return head, rows


def _by_scene(figures: dict[str, Any]) -> Table:
    """`dr` in each."""
    rows: dict[tuple[str, ...], dict[int, str]] = {}
    for key, one in figures.items():
        *scene, n = key.rsplit(", ", 3)
        dr = one["estimates"].get("dr")
        refused = f"refused {one['refused']:.0%}" if one["refused"] else ""
        covered = _percent(dr["coverage"]) if dr and one["refused"] <= REFUSED else ""
        rows.setdefault(tuple(scene), {})[int(n)] = f"{covered} {refused} (ESS {one['ess']:,.0f})".strip()
    head = ["", "logged by", "candidate", *[f"{n:,} rows" for n in SIZES]]
    return head, [[*scene, *[cells.get(n, "") for n in SIZES]] for scene, cells in rows.items()]


def intervals(worlds: Sequence[World], replications: int, bar: Bar) -> Found:
    """Ways to make an interval, for the same estimates on logs of 500 rows."""
    scenes = [(worlds[0], "canary"), *((world, "uniform") for world in worlds[1:3])]
    figures: dict[str, Any] = {}
    for at, (world, logging) in enumerate(scenes):
        candidate = world.candidates["soft"]
        tallies: dict[str, Tally] = {}
        for seed in range(replications):
            bar("intervals", (at + (seed + 1) / replications) / len(scenes))
            drawn = world.drawn(logging, 500, np.random.default_rng((1, at, seed)))
            log = drawn.beside(candidate)
            seen = evidence(log, predictions(log, drawn.features))
            for kind in ("ips", "dr"):
                for method in get_args(Method):
                    one = value(seen, kind, method=method)
                    tallies.setdefault(f"{kind}, {method}", Tally()).add(one, world.truth(candidate))
        figures[f"{world.name}, {logging}"] = {name: tally.figures() for name, tally in tallies.items()}
    rows = []
    for kind in ("ips", "dr"):
        for method in get_args(Method):
            cells = [_percent(found[f"{kind}, {method}"]["coverage"]) for found in figures.values()]
            rows.append([f"`{kind}`", f"`{method}`", *cells])
    return figures, {"offpolicy-intervals": (["", "interval", *figures], rows)}


def missing(worlds: Sequence[World], replications: int, bar: Bar) -> Found:
    """Rewards come for nine in ten rows of the arm that is taken most, and for half of all others'."""
    figures: dict[str, Any] = {}
    rows = []
    for at, world in enumerate(worlds):
        tallies: dict[str, Tally] = {}
        for seed in range(replications):
            bar("missing", (at + (seed + 1) / replications) / len(worlds))
            rng = np.random.default_rng((2, at, seed))
            drawn = world.drawn("exploring", 2000, rng)
            log = drawn.beside(world.candidates["soft"])
            usual = log.actions == np.bincount(log.actions).argmax()
            log = log.about(np.where(rng.random(2000) < np.where(usual, *SHARES), log.rewards, np.nan))
            seen = evidence(log, predictions(log, drawn.features))
            truth = world.truth(world.candidates["soft"])
            for kind in ("ips", "snips", "dr"):
                tallies.setdefault(kind, Tally()).add(value(seen, kind), truth)
            tallies.setdefault(CHANGE, Tally()).add(change(seen), truth - world.truth(world.loggings["exploring"]))
        found = figures[world.name] = {name: tally.figures() for name, tally in tallies.items()}
        rows += [[world.name, f"`{name}`", *_cells(one)] for name, one in found.items()]
    return figures, {"offpolicy-missing": (["", "", "coverage", "bias", "RMSE", "width"], rows)}


def _cells(one: dict[str, float]) -> list[str]:
    return [_percent(one["coverage"]), f"{one['bias']:+.4f}", f"{one['rmse']:.4f}", f"{one['width']:.3f}"]


def _percent(share: float | np.floating[Any]) -> str:
    return f"{100 * share:.1f} %"
