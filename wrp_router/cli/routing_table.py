"""The report of `wrp eval routing` as lines: a table of all policies, or one policy's figures."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from wrp_policies.training.report import FIGURES, Report

from .telling import shown

COLUMNS = (
    ("apgr", "APGR"),
    ("cpt50", "CPT50"),
    ("cpt80", "CPT80"),
    ("mean_score", "score"),
    ("over_best_single", "over best single"),
    ("regret", "regret"),
    ("mean_cost", "US$"),
    ("aiq", "AIQ"),
    ("aiq_over_hull", "over hull"),
    ("score_at_best_single_cost", "score at its cost"),
    ("cost_at_best_single", "cost at its score"),
)
"""Figures and their heads; a column of which nobody has a figure is left out."""

SPREAD = ("apgr", "mean_score", "over_best_single", "aiq", "aiq_over_hull")
"""Whose interval the table has, too."""


MONEY = ("mean_cost", "best_single_cost", "oracle_cost")


def lines(told: Report) -> list[str]:
    """For a terminal."""
    plain = [f"{name:26s} {shown(value)}" for name, value in told.items() if _about(name, value)]
    if "policies" not in told:
        return [*plain, "", *_figures(told)]
    return [*plain, "", *aligned(table(told["policies"]))]


def _about(name: str, value: Any) -> bool:
    return name not in FIGURES and (not isinstance(value, dict) or name == "embedders") and value != {}


def _figures(told: Report) -> list[str]:
    """One policy: a figure a line, with its interval, and what it has over its rival."""
    rows = [f"{name:26s} {cell(told, name, True)}" for name in FIGURES if told[name] is not None]
    against = told.get("against", {})
    rows += [
        f"{name:26s} {one['difference']:+.3f} {bracketed(name, one['interval'])} beside {against['policy']}"
        for name, one in against.items()
        if isinstance(one, dict) and one["difference"] is not None
    ]
    return rows


def table(policies: dict[str, Report]) -> list[list[str]]:
    """Head and rows; those of the best score last."""
    heads = [(name, head) for name, head in COLUMNS if any(one[name] is not None for one in policies.values())]
    ranked = sorted(policies, key=lambda name: policies[name]["mean_score"])
    rows = [[name, *(cell(policies[name], column, column in SPREAD) for column, _ in heads)] for name in ranked]
    return [["policy", *(head for _, head in heads)], *rows]


def cell(told: Report, name: str, spread: bool) -> str:
    """A figure, with its interval if that is wanted; "-" where there is none."""
    value = told[name]
    if value is None:
        return "-"
    known = told["intervals"].get(name) if spread else None
    return f"{number(name, value)} {bracketed(name, known)}".rstrip()


def bracketed(name: str, interval: Sequence[float | None] | None) -> str:
    """An interval; an end that is open is left out."""
    if interval is None:
        return ""
    return "[{}]".format(", ".join("" if end is None else number(name, end) for end in interval))


def number(name: str, value: float) -> str:
    """Scores and shares to three decimals, US$ to three digits."""
    return f"{value:.3g}" if name in MONEY else f"{value + 0.0:.3f}"


def aligned(rows: Sequence[Sequence[str]]) -> list[str]:
    """Columns of equal width, two spaces apart."""
    widths = [max(len(row[place]) for row in rows) for place in range(len(rows[0]))]
    return ["  ".join(text.ljust(width) for text, width in zip(row, widths, strict=True)).rstrip() for row in rows]
