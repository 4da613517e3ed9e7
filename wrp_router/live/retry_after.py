"""How long an engine asks us to stay away (RFC 9110 10.2.3; `retry-after-ms` as the OpenAI SDKs read it)."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from wrp_policies.types import Fault
from wrp_router.fleet import Fleet
from wrp_router.flow import Failed

CAP = 120.0
"""Seconds. Longer wishes are cut to this; the SDKs give up beyond it."""


def heed(fleet: Fleet, failed: Failed, now: float) -> None:
    """Leave the server alone for as long as it asked, if it did; not where it asked because of the request itself."""
    outcome = failed.outcome
    if failed.retry_after is not None and outcome.fault is not Fault.REQUEST:
        fleet.cool(outcome.pool, outcome.server, now + failed.retry_after, now)


def seconds_of(headers: Sequence[tuple[str, str]], now: datetime | None = None) -> float | None:
    """Seconds in (0, 120], or None where nothing usable was said. Garbage, negative and infinite values are nothing."""
    found = dict(headers)
    if "retry-after-ms" in found:
        return _bounded(found["retry-after-ms"], 0.001)
    if "retry-after" in found:
        value = found["retry-after"]
        return _bounded(value, 1.0) if value[:1].isdigit() or value[:1] in "+-." else _until(value, now)
    return None


def _bounded(text: str, unit: float) -> float | None:
    try:
        seconds = float(text) * unit
    except ValueError:
        return None
    return min(seconds, CAP) if math.isfinite(seconds) and seconds > 0 else None


def _until(text: str, now: datetime | None) -> float | None:
    try:
        when = parsedate_to_datetime(text)
    except (ValueError, OverflowError):  # the second for a day, an hour or an offset of twenty digits
        return None
    if when.tzinfo is None:
        when = when.replace(tzinfo=UTC)
    seconds = (when - (now or datetime.now(UTC))).total_seconds()
    return min(seconds, CAP) if seconds > 0 else None
