"""Whether a request came within declared hours. It reads the view's time, never a clock."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from datetime import UTC, datetime, tzinfo
from typing import Annotated, ClassVar
from zoneinfo import ZoneInfo

import msgspec

from .errors import BadSchedule
from .facts import Reading, RequestView
from .materials import Materials
from .signal import Tier, ValueType
from .spec import Spec, Text, short

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
DAY = 24 * 60
WEEK = 7 * DAY
LATEST = 1e11
"""Seconds since the epoch (the year 5138) from which on a time is taken for a mistake."""

NEVER = Reading(False, 0.0, ("time not known",))


class ScheduleSpec(Spec, frozen=True, tag="schedule"):
    """True within any of the `windows`, by the clocks of `zone` ("Europe/Berlin"): "mon-fri 08:00-18:00", "sat,sun"
    (all day), "22:00-06:00" (every night). One that goes past midnight belongs to the day on which it begins."""

    value_type: ClassVar[ValueType] = "bool"
    wants_vector: ClassVar[bool] = False
    varies: ClassVar[bool] = True
    windows: Annotated[tuple[Text, ...], msgspec.Meta(min_length=1, max_length=100)]
    zone: Text = "UTC"

    def build(self, materials: Materials | None = None) -> Schedule:
        """Raises BadSchedule naming the window or the zone."""
        return Schedule(self)


class Schedule:
    """Value: whether it is time; score: 1 or 0; evidence: the window."""

    value_type: ValueType = ScheduleSpec.value_type
    tier: Tier = "none"
    expected_cost = 2e-6

    def __init__(self, spec: ScheduleSpec) -> None:
        self._zone = zone_of(spec.zone)
        turns = turns_of([(minutes_of(window), short(window)) for window in spec.windows])
        self._minutes = [minute for minute, _ in turns]
        self._readings = [Reading(bool(name), float(bool(name)), (name,) if name else ()) for _, name in turns]

    def read(self, view: RequestView, vector: object = None) -> Reading:
        if not 0.0 < view.time < LATEST:
            return NEVER
        local = datetime.fromtimestamp(view.time, self._zone)
        minute = local.weekday() * DAY + local.hour * 60 + local.minute
        return self._readings[bisect_right(self._minutes, minute) - 1]


def zone_of(name: str) -> tzinfo:
    """The zone of that name in the IANA data base. Raises BadSchedule."""
    if name == "UTC":
        return UTC
    try:
        return ZoneInfo(name)
    except (KeyError, OSError, ValueError):  # not there; a directory of zones; not a name at all
        raise BadSchedule(
            f"zone {short(name)!r} is not known here: write it as in Europe/Berlin, or pip install tzdata"
        ) from None


def minutes_of(window: str) -> list[tuple[int, int]]:
    """The spans of a week, in minutes from Monday's first, that a window names. Raises BadSchedule."""
    days, hours = list(range(7)), (0, DAY)
    try:
        for part in window.lower().split() or [""]:
            if part[:1].isdigit():
                hours = _hours(part)
            else:
                days = _days(part)
    except ValueError:
        raise BadSchedule(f"window {short(window)!r}: write it as in 'mon-fri 08:00-18:00'") from None
    begin, end = hours
    spans = [(day * DAY + begin, day * DAY + (end if end > begin else end + DAY)) for day in days]
    return [span for begin, end in spans for span in _within_a_week(begin, end)]


def turns_of(spans: Iterable[tuple[list[tuple[int, int]], str]]) -> list[tuple[int, str]]:
    """Where in the week which window (the first named; "": none) begins to hold, from minute 0 on."""
    names = [""] * WEEK
    for windows, name in spans:
        for begin, end in windows:
            names[begin:end] = [held or name for held in names[begin:end]]
    return [(minute, name) for minute, name in enumerate(names) if minute == 0 or name != names[minute - 1]]


def _within_a_week(begin: int, end: int) -> list[tuple[int, int]]:
    return [(begin, end)] if end <= WEEK else [(begin, WEEK), (0, end - WEEK)]


def _hours(part: str) -> tuple[int, int]:
    begin, dash, end = part.partition("-")
    if not dash:
        raise ValueError(part)
    return _minute(begin), _minute(end)


def _minute(clock: str) -> int:
    """08:30, or 24:00 for a day's end."""
    hour, _, minute = clock.partition(":")
    if not (hour.isdecimal() and minute.isdecimal() and len(minute) == 2):
        raise ValueError(clock)
    total = int(hour) * 60 + int(minute)
    if total > DAY or int(minute) > 59:
        raise ValueError(clock)
    return total


def _days(part: str) -> list[int]:
    """mon-fri, sat,sun, fri-mon; raises ValueError for other names."""
    days: list[int] = []
    for span in part.split(","):
        first, dash, last = span.partition("-")
        begin = DAYS.index(first)
        end = DAYS.index(last) if dash else begin
        days += [day % 7 for day in range(begin, end + 1 if end >= begin else end + 8)]
    return days
