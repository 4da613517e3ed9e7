"""Charts as files; here those of simulations. The same figures give the same bytes; nothing is ever shown."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .candidate import Unusable

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Run = Mapping[str, Any]

KINDS = (".png", ".svg", ".pdf")

SHARE = "attainment: share of requests in time"

LOOKS: dict[Any, Any] = {
    "font.size": 11.0,
    "font.family": "DejaVu Sans",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.edgecolor": "#666666",
    "axes.labelcolor": "#222222",
    "axes.axisbelow": True,
    "xtick.color": "#444444",
    "ytick.color": "#444444",
    "grid.color": "#dddddd",
    "grid.linewidth": 0.8,
    "svg.hashsalt": "wrp",  # else ids inside the file are drawn by chance
    "svg.fonttype": "none",
}

COLOURS = ("#4477aa", "#ee6677", "#228833", "#ccbb44", "#66ccee", "#aa3377", "#ee7733", "#009988", "#994455", "#332288")
"""Told apart by those who see no red or green, too (Paul Tol's, bright and more)."""

GREY = "#777777"

MARKS = "osD^vPX*<"

YARDSTICKS = {"random": "--", "clairvoyant": ":"}
"""What others are measured by: grey, and not solid."""

NO_DATES: dict[str, dict[str, None]] = {
    ".png": {"Software": None},
    ".svg": {"Date": None},
    ".pdf": {"CreationDate": None},
}
"""What must not be in a file that shall be the same tomorrow."""


def ready(path: str) -> None:
    """Raises Unusable where a chart could not be written there: better before the work than after it."""
    if Path(path).suffix.lower() not in KINDS:
        raise Unusable(f"--plot {path}: a chart's name ends in {', '.join(KINDS[:-1])} or {KINDS[-1]}")
    if not Path(path).resolve().parent.is_dir():
        raise Unusable(f"--plot {path}: there is no such folder")
    try:
        import_module("matplotlib.figure")
    except ImportError:
        raise Unusable("--plot needs matplotlib: pip install 'wrp-router[plot]'") from None


def attainment(runs: Sequence[Run], path: str) -> None:
    """Attainment over the rate, a line for each policy; of one rate alone bars, and the median TTFT beside them.

    `runs` as `wrp simulate --json` has them. Raises Unusable where it cannot be drawn or written.
    """
    drawn(lambda: _bars(runs[0]) if len(runs) == 1 else _lines(runs), path)


def drawn(make: Callable[[], Figure], path: str) -> None:
    """Writes the figure that is made under our looks. Raises Unusable where it cannot be drawn or written."""
    ready(path)
    import matplotlib

    kind = Path(path).suffix.lower()
    with matplotlib.rc_context():
        matplotlib.rcdefaults()  # whoever has a matplotlibrc of their own gets the same file
        matplotlib.rcParams.update(LOOKS)
        figure = make()
        try:
            figure.savefig(path, format=kind[1:], dpi=144, metadata=NO_DATES[kind])
        except OSError as error:
            raise Unusable(f"--plot {path}: {error.strerror or error}") from None


def _lines(runs: Sequence[Run]) -> Figure:
    from matplotlib.figure import Figure

    ordered = sorted(runs, key=lambda run: float(run["qps"]))
    rates = [run["qps"] for run in ordered]
    figure = Figure(figsize=(8.5, 5.0), layout="constrained")
    axes = figure.add_subplot()
    for turn, name in enumerate(ordered[0]["policies"]):
        found = [run["policies"][name] for run in ordered]
        look = _look(name, turn)
        axes.plot(rates, [one["attainment"] for one in found], label=name, markersize=6, linewidth=2, **look)
        least, most = zip(*[one["spread"]["attainment"] for one in found], strict=True)
        axes.fill_between(rates, least, most, color=look["color"], alpha=0.12, linewidth=0)
    axes.set_xlabel("offered rate, requests/s")
    axes.set_ylabel(SHARE)
    axes.set_ylim(0.0, 1.03)
    axes.grid(True)
    figure.legend(loc="outside right center", frameon=False, title="policy")
    return figure


def _bars(run: Run) -> Figure:
    from matplotlib.figure import Figure

    names, found = list(run["policies"]), list(run["policies"].values())
    figure = Figure(figsize=(10.0, 1.6 + 0.42 * len(names)), layout="constrained")
    figure.get_layout_engine().set(wspace=0.06)  # type: ignore[union-attr, call-arg]
    left, right = figure.subplots(1, 2, sharey=True)
    colours = [GREY if name in YARDSTICKS else COLOURS[0] for name in names]
    _barred(left, colours, [one["attainment"] for one in found], "{:.3f}")
    left.set_xlabel(SHARE)
    left.set_xlim(0.0, 1.18)
    left.set_xticks([0.0, 0.2, 0.4, 0.6, 0.8, 1.0])
    _barred(right, colours, [one["ttft_s"]["p50"] for one in found], "{:.3g}")
    right.set_xlabel("median time to the first token, s")
    left.set_yticks(range(len(names)), names)
    left.invert_yaxis()
    figure.suptitle(f"{run['qps']:.4g} requests/s", fontsize=12)
    return figure


def _barred(axes: Axes, colours: list[str], values: list[float | None], form: str) -> None:
    """A bar for each value, which stands beside it; None has none."""
    axes.barh(range(len(values)), [value or 0.0 for value in values], color=colours, height=0.7)
    for place, value in enumerate(values):
        said = "none" if value is None else form.format(value)
        axes.annotate(said, (value or 0.0, place), (4, 0), textcoords="offset points", va="center", fontsize=9)
    axes.margins(x=0.15)
    axes.grid(True, axis="x")
    axes.tick_params(axis="y", length=0)


def _look(name: str, turn: int) -> dict[str, Any]:
    if name in YARDSTICKS:
        return {"color": GREY, "linestyle": YARDSTICKS[name]}
    return {"color": COLOURS[turn % len(COLOURS)], "marker": MARKS[turn % len(MARKS)]}
