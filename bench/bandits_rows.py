"""The rows of bench/bandits.py."""

from __future__ import annotations

import argparse
import statistics
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from wrp_policies.learning.reward import Objective
from wrp_policies.learning.warm import warm_start
from wrp_policies.selection import Elo, EpsilonGreedy, LinTs, LinUcb, TrackAndStop
from wrp_policies.types import Selection
from wrp_router.cli.progress import Bar
from wrp_signals.materials import Materials
from wrp_signals.static import static_embedder

from . import decided
from .bandits_data import Floats, Stream, streams
from .bandits_peers import Disjoint, Plain, by_context, exchange, mix
from .bandits_play import LABELLED, Played, Scene, labelled, play, scene, swapped
from .tables import Tables
from .undisturbed import Core

CALLS = 2_000
"""Of each kind that are timed."""

REQUESTS, EARLY = 2_000, 500
SWAPPED, GRACE = 1_000, 500
"""The request from which on the best model is the wrong one, and how many a policy has to find out."""

BUDGETS = (0.25, 0.5, 0.75)
"""Of the way from what the cheapest model costs to what the best one does."""

Make = Callable[[Stream, float, Materials], Selection]


def spec(kind: Any, stream: Stream, rate: float, **more: Any) -> Any:
    """With the objective: quality less `rate` times US$."""
    return kind(pools=stream.models, objective=Objective(cost=rate * Objective().cost_scale), **more)


def made(kind: Any, **more: Any) -> Make:
    return lambda stream, rate, materials: spec(kind, stream, rate, **more).build(materials)


def warm(stream: Stream, rate: float, materials: Materials, **more: Any) -> Selection:
    """LinUCB with a prior: LABELLED questions of the stream."""
    use = spec(LinUcb, stream, rate, prior="prior.json", prior_weight=float(LABELLED), **more)
    rows = labelled(stream)
    facts = [stream.facts[row] for row in rows]
    data = warm_start(use.context(materials)[0], facts, stream.scores[rows], stream.models)
    return use.build(Materials(static=materials.static, read_file=lambda path: data))


CONTENDERS: Mapping[str, Make] = {
    "plain epsilon-greedy": lambda stream, rate, materials: Plain(stream.models, rate),
    "LinUCB upstream": lambda stream, rate, materials: Disjoint(stream.models, rate),
    "elo": made(Elo),
    "track_and_stop": made(TrackAndStop),
    "epsilon_greedy": made(EpsilonGreedy),
    "lints": made(LinTs),
    "linucb": made(LinUcb),
    "linucb, warm": warm,
}


def stage(asked: argparse.Namespace) -> tuple[list[Stream], Materials]:
    """What is played, and what policies are made of."""
    static = static_embedder()
    if asked.data is None:
        raise SystemExit("bench/bandits.py needs --data DIR for everything but `cost`")
    return streams(asked.data, static), Materials(static=static)


def earned(of: Scene, got: Played, rate: float, first: int, last: int) -> float:
    """The mean reward of these requests, over all that might have been drawn."""
    rewards = (of.scores - rate * of.costs)[first:last]
    return float((got.chances[first:last] * rewards).sum(1).mean())


def shares(asked: argparse.Namespace, bar: Bar) -> tuple[Any, Tables]:
    """What of the gain over random is got, after 500 and 2,000 requests."""
    all_streams, materials = stage(asked)
    figures: dict[str, Any] = {}
    for number, stream in enumerate(all_streams):
        known = by_context(stream, spec(LinUcb, stream, 0.0).context(materials)[0])
        for title, rate in (("quality", 0.0), ("quality and cost", exchange(stream))):
            bar(f"shares: {stream.name}, {title}", number / len(all_streams))
            figures[f"{stream.name}: {title}"] = {
                "rate": rate,
                **_bounds(stream, known, rate),
                "contenders": {
                    name: _shares(stream, make, rate, materials, asked.seeds, known)
                    for name, make in CONTENDERS.items()
                },
            }
    return figures, {"bandits": _share_table(figures, "oracle"), "bandits-context": _share_table(figures, "context")}


def _bounds(stream: Stream, known: Floats, rate: float) -> dict[str, float]:
    """Of the whole stream: what fixed choices and contexts can get of the gain of an oracle for every question."""
    rewards = stream.scores - rate * stream.costs
    chosen = (known - rate * stream.costs).argmax(1)
    blind, oracle = rewards.mean(), rewards.max(1).mean()
    context = rewards[np.arange(len(rewards)), chosen].mean()
    return {
        "random": float(blind),
        "oracle": float(oracle),
        "best_fixed_share": float((rewards.mean(0).max() - blind) / (oracle - blind)),
        "by_context_share": float((context - blind) / (oracle - blind)),
    }


def _shares(
    stream: Stream, make: Make, rate: float, materials: Materials, seeds: int, known: Floats
) -> dict[str, list[float]]:
    """Means over the seeds, after EARLY and after REQUESTS: against an oracle for every question, against the best that
    contexts allow, and against the best fixed model."""
    found: dict[str, list[list[float]]] = {"oracle": [], "context": [], "fixed": []}
    for seed in range(seeds):
        of = scene(stream, seed, REQUESTS)
        got = play(make(stream, rate, materials), of, seed)
        lines: dict[str, list[float]] = {key: [] for key in found}
        for last in (EARLY, REQUESTS):
            rewards = (of.scores - rate * of.costs)[:last]
            chosen = (known[of.rows[:last]] - rate * of.costs[:last]).argmax(1)
            tops = {
                "oracle": rewards.max(1).mean(),
                "context": max(rewards[np.arange(last), chosen].mean(), rewards.mean(0).max()),
                "fixed": rewards.mean(0).max(),
            }
            gain = earned(of, got, rate, 0, last) - rewards.mean()
            for key, top in tops.items():
                lines[key].append(float(gain / (top - rewards.mean())))
        for key, line in lines.items():
            found[key].append(line)
    return {key: [statistics.fmean(column) for column in zip(*rows, strict=True)] for key, rows in found.items()}


def _share_table(figures: Mapping[str, Any], against: str) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
    head = ("", *(("best fixed", "by context") if against == "oracle" else ()), *CONTENDERS)
    rows = []
    for name, one in figures.items():
        bounds = (_percent(one["best_fixed_share"]), _percent(one["by_context_share"])) if against == "oracle" else ()
        cells = [" / ".join(map(_percent, one["contenders"][who][against])) for who in CONTENDERS]
        rows.append((name, *bounds, *cells))
    return head, rows


def _percent(share: float) -> str:
    return f"{100 * share:.0f}"


def recovery(asked: argparse.Namespace, bar: Bar) -> tuple[Any, Tables]:
    """The best model's quality is inverted mid-stream: what policies get before, at once, and after a while."""
    all_streams, materials = stage(asked)
    figures: dict[str, Any] = {}
    spans = ((GRACE, SWAPPED), (SWAPPED, SWAPPED + GRACE), (SWAPPED + GRACE, SWAPPED + 2 * GRACE))
    for number, stream in enumerate(all_streams):
        bar(f"recovery: {stream.name}", number / len(all_streams))
        for name in ("plain epsilon-greedy", "linucb", "linucb, warm"):
            lines = []
            for seed in range(asked.seeds):
                of = swapped(scene(stream, seed, SWAPPED + 2 * GRACE), SWAPPED, stream.scores.mean(0))
                got = play(CONTENDERS[name](stream, 0.0, materials), of, seed)
                lines.append([_of_fixed(of, got, first, last) for first, last in spans])
            figures.setdefault(stream.name, {})[name] = [
                statistics.fmean(column) for column in zip(*lines, strict=True)
            ]
    head = ("", *next(iter(figures.values())))
    rows = [(name, *[" / ".join(map(_percent, one)) for one in line.values()]) for name, line in figures.items()]
    return figures, {"bandits-swap": (head, rows)}


def _of_fixed(of: Scene, got: Played, first: int, last: int) -> float:
    """Of these requests, what is got of the gain of their own best fixed model over random."""
    means = of.scores[first:last].mean(0)
    return float((earned(of, got, 0.0, first, last) - means.mean()) / (means.max() - means.mean()))


def budgets(asked: argparse.Namespace, bar: Bar) -> tuple[Any, Tables]:
    """Spending beside the budget, and quality beside the best fixed mix of the same spend in hindsight."""
    all_streams, materials = stage(asked)
    figures: dict[str, Any] = {}
    ways: dict[str, Make] = {
        "cold": made(LinUcb),
        "warm": warm,
        "warm, no floor": lambda stream, rate, materials, **more: warm(stream, rate, materials, floor=0.0, **more),
    }
    for number, stream in enumerate(all_streams):
        bar(f"budget: {stream.name}", number / len(all_streams))
        for share in BUDGETS:
            line = figures.setdefault(f"{stream.name}, {share:.0%}", {})
            for name in ways:
                runs = [_paced(stream, name, share, seed, materials) for seed in range(asked.seeds)]
                line[name] = {key: statistics.fmean([run[key] for run in runs]) for key in runs[0]}
                line[name]["furthest"] = max([run["spend"] for run in runs], key=abs)
    head = ("", *[f"{name}: spend, quality" for name in ways])
    rows = [
        (name, *[f"{100 * one['spend']:+.1f} %, {one['quality']:+.3f}" for one in line.values()])
        for name, line in figures.items()
    ]
    return figures, {"bandits-budget": (head, rows)}


def _paced(stream: Stream, name: str, share: float, seed: int, materials: Materials) -> dict[str, float]:
    """One window: by how much of the budget it was missed, and by how much the quality of the mix."""
    of = scene(stream, seed, REQUESTS)
    quality, cost = of.scores.mean(0), of.costs.mean(0)
    budget = cost.min() + share * (cost[quality.argmax()] - cost.min())
    more = {"budget": float(budget), "budget_window": float(REQUESTS)}
    if name == "cold":
        policy = made(LinUcb, **more)(stream, 0.0, materials)
    else:
        policy = warm(stream, 0.0, materials, **more, **({"floor": 0.0} if "floor" in name else {}))
    got = play(policy, of, seed)
    rows = np.arange(REQUESTS)
    spent = float(of.costs[rows, got.drawn].mean())
    reached = float(of.scores[rows, got.drawn].mean())
    return {"spend": spent / budget - 1.0, "quality": reached - mix(quality, cost, spent)}


def cost(asked: argparse.Namespace, bar: Bar) -> tuple[Any, Tables]:
    """µs of a decision and a judgement while nobody else is on the core: 16 pools, 64 numbers; beside a fixed loop."""
    of, core = decided.scene(), Core()
    learner = of.policy._learner
    contexts = [learner.context(one) for one in of.facts]
    timed = {
        "judged": core.p50(of.judged, CALLS, turn),
        "scores of all pools": core.p50(lambda at: learner.ridge.both(contexts[at]), CALLS, turn),
        "select": core.p50(of.select, CALLS, turn),
        "a loop of 5,000 steps": core.p50(lambda at: sum(range(5000)), CALLS),
        "share of calls beside nobody": core.share,
    }
    rows = [(name, f"{took:.2f}" if took < 1.0 else f"{took:.1f}") for name, took in timed.items()]
    return timed, {"bandits-cost": (("", "p50, µs"), rows)}


def turn(number: int) -> int:
    """The contexts of a scene, over and over."""
    return number % decided.ASKED
