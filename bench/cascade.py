"""Cascades: does the guarantee hold, and what do they save, for verifiers from perfect to bad.

    python -m bench.cascade [guarantee] [curve] --data DIR [--resamples N] [--json]

Outcomes are real: which questions a small and a large model got right. Verifiers are simulated from them. One with
judge error e draws z = mu + N(0, 1) where the small answer is right and -mu + N(0, 1) where it is wrong, with mu such
that z > 0 errs with probability e; its score is the logistic of z. `question alone` never sees an answer: it is the
mean of the small model in the question's category, over a third of the questions that is used for nothing else. Writes
bench/results/cascade.json. About two minutes.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1]))

from bench.cascade_data import Outcomes, Scores, outcomes, question_alone, simulated
from bench.tables import Measure, Tables, benchmark, command
from wrp_policies.cascading.conformal import calibrated, threshold
from wrp_router.cli.progress import Bar

RESULTS = Path(__file__).parent / "results" / "cascade.json"
ALPHA = DELTA = 0.05
ERRORS = (0.0, 0.1, 0.2, 0.3)
SIZES: tuple[int | None, ...] = (200, 1000, None)
"""Calibration samples; None: one half of all."""
PRICE = 0.1
"""What an answer of the small model costs of one of the large, where the data do not say."""


def scored(error: float | None, data: Outcomes, rng: np.random.Generator) -> Scores:
    """What a verifier says of every answer."""
    return question_alone(data, rng) if error is None else simulated(data.right, error, rng)


def one_resample(
    data: Outcomes, error: float | None, size: int | None, rng: np.random.Generator
) -> tuple[float | None, Scores, Any]:
    """A threshold from one half of the questions, or some of it; scores, and the other half."""
    scores = scored(error, data, rng)
    order = rng.permutation(data.usable(error is None))
    half = len(order) // 2
    here, there = order[: min(size or half, half)], order[half:]
    return threshold(scores[here], data.worse[here], ALPHA, DELTA).at, scores, there


def guarantee(asked: argparse.Namespace, bar: Bar) -> tuple[Any, Tables]:
    """How often more than 5 % of what is accepted of the other half is worse."""
    figures: dict[str, Any] = {}
    rows = []
    for data in outcomes(asked.data):
        for error in (*ERRORS, None):
            bar(f"{data.name}, {error}", 0.5)
            name = "question alone" if error is None else f"error {error:g}"
            found = {str(size or "half"): _held(data, error, size, asked.resamples) for size in SIZES}
            figures[f"{data.name}, {name}"] = found
            cells = [f"{one['violated']:.1%} / {one['accepted']:.0%}" for one in found.values()]
            rows.append([data.name, name, *cells])
    for data in outcomes(asked.data):
        if data.name == "MMLU-Pro":
            found = by_category(data, 0.1, asked.resamples)
            figures[f"{data.name}, each of 14 categories"] = found
            cell = f"{found['violated']:.1%} / {found['accepted']:.0%}"
            rows.append([data.name, "error 0.1, each of 14 categories", "", "", cell])
    head = ["outcomes", "verifier", "200 samples", "1,000", "one half"]
    return figures, {"cascade-guarantee": (head, rows)}


def _held(data: Outcomes, error: float | None, size: int | None, resamples: int) -> dict[str, float]:
    """Shares of resamples: `violated`, those whose other half has more than alpha worse among the accepted; `found`,
    those that accept anything. `accepted` and `worse` are means."""
    rng = np.random.default_rng(7)
    violated, found, accepted, worse = 0, 0, 0.0, 0.0
    for _ in range(resamples):
        at, scores, there = one_resample(data, error, size, rng)
        taken = there[scores[there] >= at] if at is not None else there[:0]
        found += at is not None
        accepted += len(taken) / len(there)
        risk = float(data.worse[taken].mean()) if len(taken) else 0.0
        worse += risk
        violated += risk > ALPHA
    shares = {"violated": violated, "found": found, "accepted": accepted, "worse": worse / max(1, found) * resamples}
    return {name: value / resamples for name, value in shares.items()}


def by_category(data: Outcomes, error: float, resamples: int) -> dict[str, float]:
    """The same of thresholds by category, each counted for itself."""
    rng = np.random.default_rng(8)
    violated = total = 0
    accepted = 0.0
    for _ in range(resamples):
        scores = simulated(data.right, error, rng)
        order = rng.permutation(len(scores))
        here, there = order[: len(order) // 2], order[len(order) // 2 :]
        found = calibrated(scores[here], data.worse[here], [data.categories[n] for n in here], ALPHA, DELTA)
        names = np.array([data.categories[n] for n in there], dtype=object)
        for category in set(names.tolist()):
            mine = there[names == category]
            taken = mine[scores[mine] >= found[category].bar]
            total += 1
            accepted += len(taken) / len(mine)
            violated += bool(len(taken)) and float(data.worse[taken].mean()) > ALPHA
    return {"violated": violated / total, "accepted": accepted / total}


def curve(asked: argparse.Namespace, bar: Bar) -> tuple[Any, Tables]:
    """Cost and quality: at the guaranteed threshold, and along all thresholds, beside what a random mix gets for as
    much."""
    figures: dict[str, Any] = {}
    rows = []
    for data in outcomes(asked.data):
        bar(data.name, 0.5)
        small, large = float(data.small.mean()), float(data.large.mean())
        ends = {"small": [data.price_small, small], "large": [1.0, large]}
        figures[data.name] = {"ends": ends}
        for error in ERRORS:
            at, quality, cost = _guaranteed(data, error, asked.resamples)
            line = _curve(data, error)
            mix = _mixed(data, cost)
            figures[data.name][f"error {error:g}"] = {"curve": line, "accepted": at, "quality": quality, "cost": cost}
            half = _at_cost(line, 0.5)
            cells = [f"{error:g}", f"{at:.0%}", f"{cost:.2f}", f"{quality:.3f}", f"{mix:.3f}"]
            rows.append([data.name, f"{small:.3f} / {large:.3f}", *cells, f"{half:.3f} / {_mixed(data, 0.5):.3f}"])
    head = ["outcomes", "always small / large", "judge error", "accepted", "cost", "quality", "random mix",
            "at half the cost: cascade / mix"]  # fmt: skip
    return figures, {"cascade-curve": (head, rows)}


def _guaranteed(data: Outcomes, error: float, resamples: int) -> tuple[float, float, float]:
    """Accepted, quality and cost of the other half at the thresholds found on the one: means."""
    rng = np.random.default_rng(9)
    totals = np.zeros(3)
    for _ in range(resamples):
        at, scores, there = one_resample(data, error, None, rng)
        taken = scores[there] >= at if at is not None else np.zeros(len(there), dtype=bool)
        totals += (taken.mean(), *_served(data, there, taken, asked_small=at is not None))
    accepted, quality, cost = (totals / resamples).tolist()
    return accepted, quality, cost


def _served(data: Outcomes, places: Any, taken: Any, asked_small: bool = True) -> tuple[float, float]:
    """Quality and cost, to that of always asking the large one. Where nothing is ever accepted it is asked at once."""
    quality = float(np.where(taken, data.small[places], data.large[places]).mean())
    return quality, data.price_small * asked_small + float(1.0 - taken.mean())


def _curve(data: Outcomes, error: float) -> list[list[float]]:
    """Cost and quality, by shares of answers that are accepted: the highest scores first."""
    scores = simulated(data.right, error, np.random.default_rng(10))
    everything = np.arange(len(scores))
    found = []
    for share in np.linspace(0.0, 1.0, 21):
        taken = scores >= np.quantile(scores, 1.0 - share) if share else np.zeros(len(scores), dtype=bool)
        quality, cost = _served(data, everything, taken)
        found.append([round(cost, 4), round(quality, 4)])
    return found


def _at_cost(line: list[list[float]], cost: float) -> float:
    """The quality of a cascade that costs so much."""
    ordered = sorted(line)
    return float(np.interp(cost, [point[0] for point in ordered], [point[1] for point in ordered]))


def _mixed(data: Outcomes, cost: float) -> float:
    """What one gets by tossing a coin between both models, at the same mean cost."""
    share = min(1.0, max(0.0, (cost - data.price_small) / (1.0 - data.price_small)))
    return float(share * data.large.mean() + (1.0 - share) * data.small.mean())


ROWS: dict[str, Measure] = {"guarantee": guarantee, "curve": curve}


def main(argv: Sequence[str] | None = None) -> int:
    parser = command(__doc__, ROWS)
    parser.add_argument("--data", type=Path, required=True, help="the development data")
    parser.add_argument("--resamples", type=int, default=200)
    return benchmark(parser, ROWS, RESULTS, argv)


if __name__ == "__main__":
    sys.exit(main())
