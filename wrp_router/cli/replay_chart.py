"""The chart of `wrp replay`: the change of quality and of cost by every estimator, with intervals."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING

from wrp_policies.offpolicy import ESTIMATORS, Judgement

from .charts import COLOURS, GREY, drawn

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

TITLES = {"quality": ("change of quality", 1.0), "cost": ("change of cost, US$ per 1,000 requests", 1000.0)}


def draw(measures: Mapping[str, Judgement], path: str) -> None:
    """Raises Unusable where it cannot be drawn or written."""
    drawn(lambda: _figure(measures), path)


def _figure(measures: Mapping[str, Judgement]) -> Figure:
    from matplotlib.figure import Figure

    figure = Figure(figsize=(10.0, 1.6 + 0.42 * len(ESTIMATORS)), layout="constrained")
    for axes, (name, (title, scale)) in zip(figure.subplots(1, 2, sharey=True), TITLES.items(), strict=True):
        _forest(axes, measures[name], scale)
        axes.set_xlabel(title)
    return figure


def _forest(axes: Axes, judgement: Judgement, scale: float) -> None:
    """A dot and a line for each estimator; those that say nothing have none."""
    axes.axvline(0.0, color=GREY, linewidth=1, linestyle=":")
    for place, name in enumerate(ESTIMATORS):
        found = judgement.change[name]
        if all(map(math.isfinite, (found.value, found.low, found.high))):
            axes.plot([found.low * scale, found.high * scale], [place, place], color=COLOURS[0], linewidth=2)
            axes.plot([found.value * scale], [place], color=COLOURS[0], marker="o", markersize=6)
    axes.set_yticks(range(len(ESTIMATORS)), list(ESTIMATORS))
    if not axes.yaxis_inverted():
        axes.invert_yaxis()
    axes.grid(True, axis="x")
