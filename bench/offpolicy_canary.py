"""The row `canary` of bench/offpolicy.py: a canary that is looked at twenty times, at the edge of what is allowed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from bench.offpolicy_worlds import Floats, World
from bench.tables import Table
from wrp_policies.offpolicy import Rule, change, decide, logged, seen
from wrp_router.cli.progress import Bar

ROWS, LOOKS, SHARE = 10_000, 20, 0.2
"""Of a canary that is given a fifth of the traffic."""

DIFFERENCES = {"0.05 worse": -0.05, "as bad as is allowed": 0.0, "0.02 better": 0.02, "0.05 better": 0.05}
"""Of the canary, beside what is just allowed: the rule must not promote the first two."""

RULE = Rule(margin=0.0)


def canary(worlds: Sequence[World], replications: int, bar: Bar) -> tuple[Any, dict[str, Table]]:
    """How often the rule decides, and wrongly, beside an interval that is not made for being looked at repeatedly."""
    answered = worlds[0].scores[:, 1].mean()
    figures: dict[str, Any] = {}
    rows = []
    for at, (title, better) in enumerate(DIFFERENCES.items()):
        ends: dict[str, int] = {"promote": 0, "roll_back": 0, "hold": 0}
        naive, stopped = 0, []
        runs = max(1, 2 * replications // 5)
        for seed in range(runs):
            bar("canary", (at + (seed + 1) / runs) / len(DIFFERENCES))
            verdict, rows_seen, fooled = _watched(answered, answered + better, np.random.default_rng((3, at, seed)))
            ends[verdict] += 1
            naive += fooled
            stopped += [rows_seen] if verdict != "hold" else []
        shares = {name: count / runs for name, count in ends.items()}
        when = float(np.median(stopped)) if stopped else None
        figures[title] = {**shares, "plain interval would promote": naive / runs, "decided after": when}
        cells = [f"{100 * share:.1f} %" for share in (*shares.values(), naive / runs)]
        rows.append([title, *cells, "-" if when is None else f"{when:,.0f}"])
    head = ["the canary is", "promoted", "rolled back", "still held", "a plain interval would promote", "rows, median"]
    return figures, {"offpolicy-canary": (head, rows)}


def _watched(current: float, canary: float, rng: np.random.Generator) -> tuple[str, int, bool]:
    """The first decision, after how many rows, and whether a plain interval would have promoted at any look."""
    actions = (rng.random(ROWS) < SHARE).astype(int)
    rewards: Floats = (rng.random(ROWS) < np.where(actions == 1, canary, current)).astype(np.float64)
    likely = np.where(actions == 1, SHARE, 1.0 - SHARE)
    log = logged(actions, likely, rewards, np.tile([0.0, 1.0], (ROWS, 1)), against=np.tile([1.0, 0.0], (ROWS, 1)))
    verdict, at, fooled = "hold", ROWS, False
    for rows in range(ROWS // LOOKS, ROWS + 1, ROWS // LOOKS):
        looked = seen(log.until(rows))
        if verdict == "hold":
            verdict, at = decide(looked, rule=RULE).verdict, rows
        found = change(looked)
        fooled = fooled or (found.ess >= RULE.least_ess and found.low > -RULE.margin)
        if verdict != "hold" and fooled:
            break
    return verdict, at, fooled
