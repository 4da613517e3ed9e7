"""The report of `wrp replay` as lines."""

from __future__ import annotations

import math
from typing import Any

import msgspec

from tests.cli.judged import options
from tests.replaying.makers import row
from tests.replaying.test_report import judged, kept, split
from wrp_router.cli.replay_table import OLDER, about, lines, others, shown

ASKED = options("replay", "--log", "a", "--policy", "b")


def told(**changes: Any) -> dict[str, Any]:
    """Of a log in which nobody judged anything."""
    found = judged(kept([row(n, "small", chances={"small": 0.5, "large": 0.5}, propensity=0.5) for n in range(30)]))
    return {**msgspec.to_builtins(found), **changes}


def test_open_ends_and_what_is_not_known():
    """Nothing stands there, rather than a word."""
    assert shown({"value": 0.5, "low": -math.inf, "high": 0.75}) == "0.5 [, 0.75]"
    assert shown({"value": 0.0005, "low": 0.0, "high": None}, 1000.0, signed=True) == "+0.5 [+0, ]"
    assert shown({"value": 0.5, "low": -math.inf, "high": None}) == "0.5 (no interval)"
    assert shown({"value": math.nan, "low": 0.0, "high": 1.0}) == "-"
    assert shown({"value": None}) == "-"


def test_a_log_without_judgements():
    """Has a table without quality, and says why nothing follows."""
    out = lines(told(), ASKED)
    assert out[0] == "30 decisions, 0 of them judged"
    assert "*dr           -        -" in "\n".join(out)
    assert out[-1].startswith(("no conclusion: No row has a reward", "warning:"))


def test_what_was_left_out():
    """And judgements that belong to nobody."""
    out = about(told(left_out={"answered by the cache": 7, "of another route": 2}, unmatched=3, unused=2))
    assert out[1:4] == [
        "left out: 7 answered by the cache; 2 of another route",
        f"3 judgements are of decisions that none of these logs has: {OLDER}",
        "2 judgements are of decisions that were left out",
    ]


def test_shares_of_what_was():
    """A change of nothing has no share."""
    rows = others(told(), "dr")
    assert rows[1][0] == "US$ per 1,000 requests"
    assert rows[3][-1] == "+0 [+0, +0]"
    assert split(kept([row(1, "small")]).examples[0]) == {"small": 1.0}
