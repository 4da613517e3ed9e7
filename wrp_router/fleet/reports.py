"""What is said of a server's load, and what of it is not ours. It doubts numbers, and asks nobody."""

from __future__ import annotations

import math

import msgspec

MOST_REQUESTS = 1_000_000
"""An engine that says it has more requests than these is not believed."""


class Report(msgspec.Struct, frozen=True, gc=False):
    """What an engine, or somebody who knows all routers, says that a server has: requests `waiting`, requests
    `running`, prompt tokens `pending`, the share of its KV memory in use. Ours are among them, but those of prompts
    that it was not sent yet. `others`: how many are not ours, where that is known better than by subtraction. None:
    not said."""

    waiting: int = 0
    running: int | None = None
    pending: int | None = None
    kv_usage: float | None = None
    others: int | None = None


class Heard(msgspec.Struct, frozen=True, gc=False):
    """What is kept of a report that came `at` that time: requests that wait there, `total` of all that are there, and
    how many of these are `others`'. Those are taken to stay for as long as the report is good, and ours are counted as
    they come and go: so what is sent between two reports weighs at once (as smg's least_load credits it)."""

    at: float = math.inf
    waiting: int = 0
    total: int = 0
    others: int = 0
    kv_usage: float | None = None


UNHEARD = Heard()
"""Of a server of which nothing was said, or nothing lately."""


def heard(report: Report, ours: int, now: float) -> Heard:
    """So many of those requests are `ours`. Where only those that wait are told, it is those that are compared: it
    is the least that others can have."""
    waiting = max(0, min(report.waiting, MOST_REQUESTS))
    total = min(waiting + max(0, report.running or 0), MOST_REQUESTS)
    others = total - ours if report.others is None else min(report.others, total)
    return Heard(now, waiting, total, max(0, others), report.kv_usage)


def presumed(known: Heard, typical: float) -> float:
    """Prompt tokens of others that are still to be computed, where nobody says how many: their share of the requests
    that wait, each taken to be like ours (`typical` tokens that are not cached). Those being computed are left out:
    most of them are past their prompts."""
    return typical * known.waiting * known.others / known.total if known.total else 0.0
