"""The chart of `wrp eval routing`: what every policy reaches, over its cost or over the strong model's share."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from wrp_policies.training.frontier import Hull, hull
from wrp_policies.training.outcomes import Floats
from wrp_policies.training.trial import Judged, Trial

from .charts import COLOURS, GREY, MARKS, drawn
from .routing_inputs import SINGLE

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


YARDSTICKS = {"random": "--", "best_single": "-.", "oracle": ":"}


def draw(policies: Mapping[str, Judged], trial: Trial, path: str) -> None:
    """A panel of costs where they are known, and one of shares where there are two models. Raises Unusable."""
    drawn(lambda: _figure(policies, trial), path)


def _figure(policies: Mapping[str, Judged], trial: Trial) -> Figure:
    from matplotlib.figure import Figure

    panels = [_costs] if trial.prices.any() else []
    panels += [_shares] if trial.pair is not None else []
    figure = Figure(figsize=(2.0 + 6.5 * max(1, len(panels)), 5.0), layout="constrained")
    places = figure.subplots(1, len(panels) or 1, squeeze=False)[0]
    for axes, panel in zip(places, panels or [_scores], strict=True):
        panel(axes, policies, trial)
        axes.grid(True)
    handles, labels = places[0].get_legend_handles_labels()
    if labels:
        figure.legend(handles, labels, loc="outside right center", frameon=False, title="policy")
    return figure


def _looks(policies: Mapping[str, Judged]) -> list[tuple[str, Judged, str, str]]:
    """Name, figures, colour and line of all but single models; yardsticks are grey and not solid."""
    named = [(name, one) for name, one in policies.items() if not name.startswith(SINGLE)]
    coloured = [name for name, _ in named if name not in YARDSTICKS]
    return [
        (name, one, GREY, YARDSTICKS[name])
        if name in YARDSTICKS
        else (name, one, COLOURS[coloured.index(name) % len(COLOURS)], "-")
        for name, one in named
    ]


def _costs(axes: Axes, policies: Mapping[str, Judged], trial: Trial) -> None:
    costs, scores = trial.costs.mean(axis=0), trial.scores.mean(axis=0)
    scale = "log" if costs.min() > 0.0 else "linear"
    for turn, (name, one, colour, style) in enumerate(_looks(policies)):
        axes.plot(*_line(hull(one.costs, one.scores), scale), color=colour, linestyle=style, linewidth=2, label=name)
        axes.plot(one.costs[:1], one.scores[:1], color=colour, marker=MARKS[turn % len(MARKS)], markersize=7)
    axes.plot(*_line(hull(costs, scores), scale), color="black", linewidth=1, label="hull of the single models")
    axes.plot(costs, scores, color="black", marker=".", linestyle="none")
    axes.set_xscale(scale)
    axes.set_xlabel("US$ an answer (mark: by quality alone)")
    axes.set_ylabel("mean score")


def _line(corners: Hull, scale: str) -> tuple[Floats, Floats]:
    """A hull as many points: between corners it is straight over costs, not over their logarithms."""
    ends = corners.costs[0], corners.costs[-1]
    costs: Floats = np.geomspace(*ends, 300) if scale == "log" and ends[0] > 0.0 else np.linspace(*ends, 300)
    return costs, np.interp(costs, corners.costs, corners.scores)


def _shares(axes: Axes, policies: Mapping[str, Judged], trial: Trial) -> None:
    for name, one, colour, style in _looks(policies):
        if one.curve is not None and name != "best_single":  # who asks one model alone knows no order
            shares, recovered = one.curve.shares[0], one.curve.recovered[0]
            axes.plot(shares, recovered, color=colour, linestyle=style, linewidth=1.5, label=name)
    weak, strong = (trial.table.models[column] for column in trial.pair or (0, 0))
    axes.set_xlabel(f"share of prompts that {strong} answers, {weak} the rest")
    axes.set_ylabel("performance gap recovered")


def _scores(axes: Axes, policies: Mapping[str, Judged], trial: Trial) -> None:
    """Where nothing is known of costs: bars."""
    ranked = sorted(policies, key=lambda name: float(policies[name].scores[0]))
    axes.barh(np.arange(len(ranked)), [float(policies[name].scores[0]) for name in ranked], color=COLOURS[0])
    axes.set_yticks(np.arange(len(ranked)), ranked)
    axes.set_xlabel("mean score")
