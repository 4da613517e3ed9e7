"""The report of `wrp replay` as lines: what was judged, a table of all estimators, what follows, and why."""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from typing import Any

from wrp_policies.offpolicy import ESTIMATORS

from .routing_table import aligned

Told = Mapping[str, Any]

OLDER = "name older files (--log decisions.jsonl.1) and those of other routers, too"

LABELS = {"cost": "US$ per 1,000 requests", "seconds": "seconds, mean", "failed": "failures"}


def lines(told: Told, options: argparse.Namespace) -> list[str]:
    """For a terminal."""
    if "measures" not in told and "canary" not in told:
        return verdict(told["verdict"])
    if "canary" in told:
        return canary(told)
    out = [*about(told), "", *aligned(estimators(told["measures"]["quality"], options.estimator))]
    out += ["", *aligned(others(told, options.estimator))]
    if told["parts"]:
        out += ["", f"by {options.by}", *aligned(parts(told["parts"], options.estimator))]
    out += ["", told["measures"]["quality"]["overlap"]["why"], *verdict(told["verdict"])]
    return [*out, *(f"warning: {warning}" for warning in told["warnings"])]


def about(told: Told) -> list[str]:
    """What was judged."""
    judged = told["measures"]["quality"]["overlap"]["n"]
    out = [f"{told['n']} decisions, {judged} of them judged"]
    if told["left_out"]:
        out.append("left out: " + "; ".join([f"{count} {why}" for why, count in told["left_out"].items()]))
    if told["unmatched"]:
        out.append(f"{told['unmatched']} judgements are of decisions that none of these logs has: {OLDER}")
    if told["unused"]:
        out.append(f"{told['unused']} judgements are of decisions that were left out")
    moved = [f"{name} {before:.1%} -> {after:.1%}" for name, (before, after) in told["shares"].items()]
    out.append(f"first choices: {', '.join(moved)}")
    if told["shadow"] is not None:
        rows, share = told["shadow"]
        out.append(f"shadow: of {rows} rows that had one, it would have chosen another pool in {share:.1%}")
    if told["learned"]:
        out.append(f"the candidate learned from {told['learned']} rows")
    return out


def estimators(quality: Told, chosen: str) -> list[list[str]]:
    """Head and rows: the one that the conclusion goes by is marked."""
    current = shown(quality["current"])
    rows = [["quality", "current", "candidate", "change", "effective rows", "largest weight"]]
    for name in ESTIMATORS:
        one, change = quality["candidate"][name], quality["change"][name]
        mark = "*" if name == chosen else " "
        rows.append([f"{mark}{name}", current, shown(one), shown(change, signed=True), *_weights(one)])
    return rows


def _weights(estimate: Told) -> list[str]:
    return [f"{estimate['ess']:.0f}", f"{estimate['max_weight']:.3g}"]


def others(told: Told, chosen: str) -> list[list[str]]:
    """Cost, duration and failures, by the chosen estimator; percentiles of durations."""
    rows = [["", "current", "candidate", "change"]]
    for name in LABELS:
        one, scale = told["measures"][name], 1000.0 if name == "cost" else 1.0
        change = shown(one["change"][chosen], scale, signed=True) + _relative(one, chosen)
        rows.append([LABELS[name], shown(one["current"], scale), shown(one["candidate"][chosen], scale), change])
    for name, one in told["seconds"].items():
        values = [shown(one["current"]), shown(one["candidate"]), shown(one["change"], signed=True)]
        rows.append([f"seconds, {name}", *values])
    return rows


def _relative(one: Told, chosen: str) -> str:
    before, change = one["current"]["value"], one["change"][chosen]["value"]
    return f"  {change / before:+.1%}" if before and change is not None else ""


def parts(found: Told, chosen: str) -> list[list[str]]:
    """A row for each group."""
    rows = [["", "decisions", "quality now", "change", "cost", "overlap"]]
    for name, part in found.items():
        quality = part["quality"]
        change = shown(quality["change"][chosen], signed=True)
        cost = _relative(part["cost"], chosen).strip() or "-"
        rows.append([name, str(part["n"]), shown(quality["current"]), change, cost, quality["overlap"]["verdict"]])
    return rows


def canary(told: Told) -> list[str]:
    """What to do with it, and why."""
    out = [f"{told['canary']}: {told['n']} decisions in which it had a share"]
    if told["left_out"]:
        out.append("left out: " + "; ".join([f"{count} {why}" for why, count in told["left_out"].items()]))
    rows = [["quality", shown(told["quality"], signed=True)]]
    rows += [[f"{name}, beyond its limit", shown(one, signed=True)] for name, one in told["guardrails"].items()]
    word = {"promote": "promote", "hold": "hold", "roll_back": "roll back"}[told["verdict"]]
    return [*out, "", *aligned(rows), "", f"{word}: {'; '.join(told['reasons'])}"]


def verdict(told: Told) -> list[str]:
    """The conclusion."""
    words = {"none": "no conclusion", "undecided": "undecided"}
    return [f"{words.get(told['word'], told['word'])}: {'; '.join(told['reasons'])}"]


def shown(estimate: Told, scale: float = 1.0, *, signed: bool = False) -> str:
    """A value and its interval; an end that is open is left out, and so is what is not known. Without either end there
    is no interval."""
    if estimate["value"] is None or estimate["value"] != estimate["value"]:
        return "-"
    ends: Sequence[str] = [_number(estimate[end], scale, signed) for end in ("low", "high")]
    return f"{_number(estimate['value'], scale, signed)} " + (f"[{', '.join(ends)}]" if any(ends) else "(no interval)")


def _number(value: float | None, scale: float, signed: bool) -> str:
    if value is None or abs(value) == float("inf"):
        return ""
    return f"{value * scale:{'+' if signed else ''}.4g}"
