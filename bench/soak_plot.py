"""The picture of a soak: memory, files and tasks by requests, with the line that was fitted after the warm-up."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import matplotlib as mpl
from matplotlib.figure import Figure

OURS, LINE = "#1f6f8b", "#c2543d"


def draw(samples: Mapping[str, Sequence[float]], fitted: Mapping[str, Any], after: float, picture: Path) -> None:
    """`samples` by name, of equal lengths; `fitted` is the slope of `MB`, by requests."""
    mpl.rcParams |= {"svg.hashsalt": "soak", "svg.fonttype": "none"}
    figure = Figure(figsize=(9, 4.2), layout="constrained")
    memory, others = figure.subplots(2, 1, sharex=True, height_ratios=(2, 1))
    requests = [count / 1e3 for count in samples["requests"]]
    memory.plot(requests, samples["MB"], color=OURS, lw=0.8, label="resident set")
    late = [(count, size) for count, size in zip(samples["requests"], samples["MB"], strict=True) if count >= after]
    middle = sum(size for _, size in late) / len(late)
    centre = sum(count for count, _ in late) / len(late)
    ends = (after, samples["requests"][-1])
    memory.plot(
        [end / 1e3 for end in ends],
        [middle + fitted["each"] * (end - centre) / 1e6 for end in ends],
        color=LINE,
        label=f"{fitted['each']:+.2f} bytes a request [{fitted['least']:+.2f}, {fitted['most']:+.2f}]",
    )
    memory.set_ylim(0, 1.15 * max(samples["MB"]))
    memory.set_ylabel("MB")
    memory.legend(frameon=False, loc="lower right")
    for name, colour in (("files", OURS), ("series", LINE)):
        others.plot(requests, samples[name], color=colour, lw=0.8, label=name)
    others.set_xlabel("thousands of requests")
    others.set_ylim(bottom=0)
    others.legend(frameon=False, loc="lower right")
    for ax in (memory, others):
        ax.spines[["top", "right"]].set_visible(False)
    figure.savefig(picture, metadata={"Date": None})
