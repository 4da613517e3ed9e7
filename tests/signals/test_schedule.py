"""Hours are the zone's, windows may pass midnight and weekends, and mistakes are named at start-up."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wrp_signals import BadSchedule, RequestView, ScheduleSpec
from wrp_signals.schedule import DAY, WEEK, minutes_of, turns_of


def read(time, *windows, zone="UTC"):
    return ScheduleSpec(windows=windows, zone=zone).build().read(RequestView("chat", "m", (), time=time))


def at(text, zone="UTC"):
    return datetime.fromisoformat(text).replace(tzinfo=UTC if zone == "UTC" else ZoneInfo(zone)).timestamp()


@pytest.mark.parametrize(
    ("time", "within"),
    [
        ("2026-11-20T07:59:59", False),  # a Friday
        ("2026-11-20T08:00:00", True),
        ("2026-11-20T17:59:59", True),
        ("2026-11-20T18:00:00", False),
        ("2026-11-21T12:00:00", False),
        ("2026-11-22T12:00:00", True),
    ],
)
@pytest.mark.parametrize("zone", ["UTC", "Europe/Berlin", "Asia/Kolkata"])
def test_a_window_begins_with_its_first_minute_and_ends_before_its_last(time, within, zone):
    """By the clocks of the zone."""
    reading = read(at(time, zone), "mon-fri 08:00-18:00", "sun", zone=zone)
    assert reading.value is within
    assert reading.score == float(within)


def test_summer_time_is_the_zones_business():
    """Eight in the morning is eight in the morning all year."""
    for day in ("2026-03-27", "2026-03-30", "2026-10-23", "2026-10-26"):
        assert read(at(f"{day}T08:00", "Europe/Berlin"), "08:00-09:00", zone="Europe/Berlin").value
        assert not read(at(f"{day}T07:59", "Europe/Berlin"), "08:00-09:00", zone="Europe/Berlin").value


@pytest.mark.parametrize(
    ("time", "within"),
    [
        ("2026-11-22T23:00:00", True),  # Sunday night
        ("2026-11-23T05:59:00", True),
        ("2026-11-23T06:00:00", False),
        ("2026-11-23T23:00:00", False),
    ],
)
def test_a_night_belongs_to_the_day_on_which_it_begins(time, within):
    """Also over the end of the week."""
    assert read(at(time), "sat-sun 22:00-06:00").value is within


def test_the_first_window_named_is_the_evidence():
    """Where several hold."""
    assert read(at("2026-11-20T12:00"), "fri", "12:00-13:00").evidence == ("fri",)


@pytest.mark.parametrize("time", [0.0, -5.0, 1e12, float("nan"), float("inf")])
def test_without_a_time_it_is_never_time(time):
    """Not known, or no time at all."""
    assert read(time, "00:00-24:00").evidence == ("time not known",)


@pytest.mark.parametrize(
    "window",
    [" ", "monday", "mon-", "8-18", "08:00", "08:00-25:00", "08:60-09:00", "8:5-9:00", "x:00-09:00", "24:01-1:00"],
)
def test_a_window_that_cannot_be_read_is_named(window):
    """With how to write one."""
    with pytest.raises(BadSchedule, match="mon-fri 08:00-18:00"):
        ScheduleSpec(windows=(window,)).build()


@pytest.mark.parametrize("zone", ["Mars/Olympus", "../etc/passwd", "Europe", "\0"])
def test_a_zone_that_is_none_is_named(zone):
    """With what may be missing."""
    with pytest.raises(BadSchedule, match="tzdata"):
        ScheduleSpec(windows=("mon",), zone=zone).build()


@given(st.integers(0, 6), st.integers(0, 6), st.integers(0, DAY - 1), st.integers(0, DAY), st.integers(0, WEEK - 1))
def test_windows_hold_just_in_their_minutes(first, last, begin, end, minute):
    """Whatever is declared, turns over the week say the same as the spans."""
    days = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
    clock = [f"{m // 60:02}:{m % 60:02}" for m in (begin, end)]
    spans = minutes_of(f"{days[first]}-{days[last]} {clock[0]}-{clock[1]}")
    held = any(start <= minute < stop for start, stop in spans)
    turns = turns_of([(spans, "w")])
    assert [name for at, name in turns if at <= minute][-1] == ("w" if held else "")
