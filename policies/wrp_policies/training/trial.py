"""One table judged: who trains for which prompts, what a choice earned there, and the figures of every contender."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from wrp_signals.training.folds import grouped_folds, splits

from .baselines import best_single
from .contenders import Contender, Inputs
from .curves import ShareCurve, share_curves, share_figures
from .frontier import areas, choices, costs_at, rates
from .outcomes import Floats, Index, OutcomeTable
from .resampling import Resamples

Progress = Callable[[str, float], None]
Draws = dict[str, Floats]
"""Figures under all resamples by name, float64[count + 1]: the first entry is the figure itself."""


class Fold(NamedTuple):
    """`rows` of the table are judged by who learned from `train`."""

    train: OutcomeTable
    seen: Inputs
    asked: Inputs
    rows: Index


def held_out(table: OutcomeTable, inputs: Inputs, count: int, seed: int) -> list[Fold]:
    """Each prompt judged by who learned from the other folds; a group is never parted. Raises ValueError where there
    are fewer groups than folds."""
    return [
        Fold(table.rows(kept), inputs.rows(kept), inputs.rows(out), out)
        for kept, out in splits(grouped_folds(table.groups, count, seed))
    ]


@dataclass(frozen=True, slots=True, eq=False)
class Trial:
    """A table and what its training prompts tell without a look at it: `prices` (float64[n, m], mean US$ of each model;
    0 where costs are not known), and in each row the columns of the `best` single model and of the `cheapest`.

    `pair`: the columns of the weak and the strong model, where there are two. What is not known of `scores` and
    `costs` is the model's mean.
    """

    table: OutcomeTable
    scores: Floats
    costs: Floats
    prices: Floats
    best: Index
    cheapest: Index
    resamples: Resamples
    pair: tuple[int, int] | None

    def at(self, values: Floats, columns: Index) -> Floats:
        """What the chosen column of each row has, float64[n]."""
        found: Floats = values[np.arange(len(values)), columns]
        return found

    def means(self, values: Floats, chosen: Sequence[Index]) -> Floats:
        """The mean of what was chosen, under all resamples, float64[count + 1, len(chosen)]."""
        return self.resamples.means(np.stack([self.at(values, columns) for columns in chosen], axis=1))


def trial_of(
    table: OutcomeTable, folds: Sequence[Fold], resamples: Resamples, priced: bool, pair: tuple[int, int] | None = None
) -> Trial:
    """`priced`: costs count; every model must have one somewhere. With a `pair` every score must be known."""
    shape = table.scores.shape
    prices, best = np.zeros(shape), np.zeros(shape[0], np.intp)
    for fold in folds:
        best[fold.rows] = best_single(fold.train)
        if priced:
            means = fold.train.mean_costs()
            prices[fold.rows] = np.where(np.isnan(means), table.mean_costs(), means)
    scores, costs = table.filled()
    cheapest = choices(np.zeros(shape), prices, np.inf) if priced else best
    return Trial(table, scores, costs if priced else np.zeros(shape), prices, best, cheapest, resamples, pair)


def estimated(name: str, contender: Contender, folds: Sequence[Fold], shape: tuple[int, ...], seed: int) -> Floats:
    """What a contender says of every row, float64[n, m]; of what it knows nothing, minus infinity. Its chance is its
    own: others in the table do not change it."""
    found = np.empty(shape)
    rng = np.random.default_rng([seed, zlib.crc32(name.encode())])
    for fold in folds:
        found[fold.rows] = contender.fit(fold.train, fold.seen, rng).estimate(fold.asked)
    return np.where(np.isnan(found), -np.inf, found)


class Judged(NamedTuple):
    """`costs` and `scores` (float64[k]) are the points of the sweep in the sample; `curve` is that of two models."""

    draws: Draws
    costs: Floats
    scores: Floats
    curve: ShareCurve | None = None


def shared(trial: Trial) -> Draws:
    """What does not depend on the contender: the best single model of training, the oracle, and the zero router's AIQ
    (the hull of the single models as they turned out on these very prompts: more than anybody could know)."""
    oracle = choices(_truth(trial), trial.prices, 0.0)
    both = [trial.best, oracle]
    scores = trial.means(trial.scores, both)
    draws = {"best_single": scores[:, 0], "oracle": scores[:, 1]}
    if trial.prices.any():
        costs = trial.means(trial.costs, [*both, trial.cheapest])
        draws |= {"best_single_cost": costs[:, 0], "oracle_cost": costs[:, 1], "least_cost": costs[:, 2]}
        alone = trial.resamples.means(trial.costs)
        draws["most_cost"] = alone.max(axis=1)
        draws["aiq_hull"] = areas(alone, trial.resamples.means(trial.scores), draws["least_cost"], draws["most_cost"])
    return draws


def _truth(trial: Trial) -> Floats:
    return np.where(np.isnan(trial.table.scores), -np.inf, trial.table.scores)


def judged(estimates: Floats, trial: Trial, known: Draws, cost_weight: float = 0.0) -> Judged:
    """All figures of who estimates so; `cost_weight` (score for a US$) is the operating point."""
    weights = [cost_weight, 0.0, *rates(estimates, trial.prices)] if trial.prices.any() else [0.0]
    chosen = [choices(estimates, trial.prices, weight) for weight in weights]
    if trial.prices.any():
        chosen.append(trial.cheapest)
    scores = trial.means(trial.scores, chosen)
    draws: Draws = {"mean_score": scores[:, 0], "regret": known["oracle"] - scores[:, 0]}
    draws["over_best_single"] = scores[:, 0] - known["best_single"]
    costs = np.zeros_like(scores)
    if trial.prices.any():
        costs = trial.means(trial.costs, chosen)
        draws["mean_cost"] = costs[:, 0]
        draws |= _priced(scores, costs, known, _affordable(trial, chosen))
    if trial.pair is None:
        return Judged(draws, costs[0], scores[0])
    weak, strong = trial.pair
    with np.errstate(invalid="ignore"):  # of two that are both out of the question neither is preferred
        gain = estimates[:, strong] - estimates[:, weak]
    preference = np.where(np.isnan(gain), 0.0, gain)
    two = preference, trial.scores[:, weak], trial.scores[:, strong]
    draws |= share_figures(*two, trial.resamples)
    return Judged(draws, costs[0], scores[0], next(share_curves(*two, Resamples.none(len(gain)))))


def _affordable(trial: Trial, chosen: Sequence[Index]) -> int:
    """The first point of the sweep (but the operating point) at which no more is spent than by the best single model,
    going by what models cost in training: no outcome is looked at."""
    limit = trial.at(trial.prices, trial.best).mean() * (1 + 1e-9)
    return next(at for at, columns in enumerate(chosen) if at and trial.at(trial.prices, columns).mean() <= limit)


def _priced(scores: Floats, costs: Floats, known: Draws, afforded: int) -> Draws:
    area = areas(costs, scores, known["least_cost"], known["most_cost"])
    return {
        "aiq": area,
        "aiq_over_hull": area - known["aiq_hull"],
        "cost_at_best_single": _shares(costs_at(costs, scores, known["best_single"]), known["best_single_cost"]),
        "score_at_best_single_cost": scores[:, afforded],
        "cost_there": _shares(costs[:, afforded], known["best_single_cost"]),
    }


def _shares(costs: Floats, whole: Floats) -> Floats:
    """Of a whole; nan where that is nothing: a model that costs nothing is no measure of others."""
    found: Floats = np.divide(costs, whole, out=np.full(len(costs), np.nan), where=whole > 0.0)
    return found


def judge_all(
    contenders: Mapping[str, Contender], folds: Sequence[Fold], trial: Trial, seed: int, weight: float, tell: Progress
) -> dict[str, Judged]:
    """Every contender, and after them the oracle, which is told the truth."""
    known, found = shared(trial), {}
    for place, (name, contender) in enumerate(contenders.items()):
        tell("judging", place / len(contenders))
        found[name] = judged(estimated(name, contender, folds, trial.scores.shape, seed), trial, known, weight)
    tell("judging", 1.0)
    found["oracle"] = judged(_truth(trial), trial, known, weight)
    return {name: one._replace(draws=known | one.draws) for name, one in found.items()}
