"""The picture of bench/results/overhead.json: what each contender takes, row by row. Of requests it is their CPU time,
which says something even where others used the machine."""

from __future__ import annotations

import json
import statistics
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import NullFormatter

PANELS: Mapping[str, tuple[str, str, str]] = {
    "plain": ("plain routing: CPU time of a request", "cpu_us", "µs"),
    "full": ("cache, signals, DualMap; the others cache_aware", "cpu_us", "µs"),
    "semantic": ("+ domain and semantic look-up; the others without", "cpu_us", "µs"),
    "python": ("gateways in Python", "cpu_us", "µs"),
    "latency": ("one request per ms: p50", "p50", "µs"),
    "stream": ("relay of streams: CPU time of an event", "chunk_us", "µs"),
}
OURS, THEIRS, OTHER = "#1f6f8b", "#99a8b2", "#d5dadd"
WIDE = 30.0
"""Values further apart than that are shown on a scale of powers of ten."""


def draw(results: Path, picture: Path) -> None:
    """A panel for each row that was measured: medians, with the least and most of all rounds."""
    figures = json.loads(results.read_text())["figures"]
    there = [name for name in PANELS if figures.get(name, {}).get("rounds")]
    if not there:
        return
    lines = (len(there) + 1) // 2
    mpl.rcParams |= {"svg.hashsalt": "overhead", "svg.fonttype": "none"}  # the same figures give the same, small file
    figure = Figure(figsize=(9, 1.9 * lines), layout="constrained")
    axes = figure.subplots(lines, 2, squeeze=False)
    for ax in axes.flat[len(there) :]:
        ax.set_axis_off()
    for ax, name in zip(axes.flat, there, strict=False):
        title, key, unit = PANELS[name]
        panel(ax, figures[name]["rounds"], key)
        ax.set_title(title, fontsize=9, loc="left")
        ax.set_xlabel(unit, fontsize=8)
    figure.savefig(picture, metadata={"Date": None, "Creator": None})


def panel(ax: Axes, rounds: Mapping[str, Sequence[Mapping[str, Any]]], key: str) -> None:
    """One bar for each contender, ours first."""
    measured = {name: [one[key] for one in found] for name, found in rounds.items() if found and key in found[0]}
    names = list(measured)[::-1]
    middle = [statistics.median(measured[name]) for name in names]
    off = [
        [at - min(measured[name]) for at, name in zip(middle, names, strict=True)],
        [max(measured[name]) - at for at, name in zip(middle, names, strict=True)],
    ]
    colours = [OURS if name.startswith("wrp") else OTHER if name in ("direct", "nginx") else THEIRS for name in names]
    ax.barh(names, middle, color=colours, xerr=off, error_kw={"lw": 0.8, "capsize": 2})
    if max(middle) > WIDE * min(middle):
        ax.set_xscale("log")
        ax.xaxis.set_minor_formatter(NullFormatter())
    for at, value in enumerate(middle):
        ax.annotate(f" {value:,.0f}", (value, at), va="bottom", fontsize=7)
    ax.tick_params(labelsize=8)
    ax.spines[["top", "right"]].set_visible(False)
