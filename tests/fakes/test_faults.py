"""The grammar of knobs, and the thirteen truncations."""

import contextlib
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wrp_router.fakes import faults
from wrp_router.fakes.faults import KNOBS, NO_FAULTS, TRUNCATIONS, Faults, Spot, from_json, parse, seconds


def test_a_line_of_knobs():
    """Spaces are free, order is free, a knob without value is a switch or has a default."""
    line = " ttft=200ms,gap=10ms , chunks=20, die_after=3:fin, split, gzip, status=503, retry_after=Wed%2C%2021 Oct"
    assert parse(line) == Faults(
        ttft=0.2,
        gap=0.01,
        chunks=20,
        die_after=Spot(3, "fin"),
        split=1,
        gzip=True,
        status=503,
        retry_after="Wed, 21 Oct",
    )
    assert parse("") == parse(" , ") == NO_FAULTS


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("teapot", "unknown knob 'teapot'"),
        ("gzip, gzip", "given twice"),
        ("die_after=1, die_after_role", "given twice"),
        ("gzip=1", "knob gzip: takes no value"),
        ("ttft", "knob ttft: needs a value"),
        ("ttft=fast", "knob ttft: not a duration"),
        ("chunks=0", "knob chunks: 0 is less than 1"),
        ("chunks=many", "knob chunks: invalid literal"),
        ("die_after=3:loudly", "'loudly' is none of rst, fin, clean"),
        ("die_in_headers=clean", "none of rst, fin"),
        ("cut=word", "none of event, utf8"),
        ("p=2", "not in [0, 1]"),
        ("stall_after=-1", "less than 0"),
    ],
)
def test_what_does_not_fit_is_refused_by_name(line, said):
    """Strict, so that a misspelt fault never passes for a healthy engine."""
    with pytest.raises(ValueError, match="knob") as told:
        parse(line)
    assert said in str(told.value)


@pytest.mark.parametrize(
    ("line", "faults"),
    [
        ("die_after=2", Faults(die_after=Spot(2, "rst"))),
        ("die_after_role", Faults(die_after=Spot(0, "fin"))),
        ("die_after_role=rst", Faults(die_after=Spot(0, "rst"))),
        ("die_before_headers, die_in_headers=rst", Faults(die_before_headers="fin", die_in_headers="rst")),
        ("error_in_stream=2:bare", Faults(error_in_stream=Spot(2, "bare"))),
        ("malformed_sse=1", Faults(malformed_sse=Spot(1, "json"))),
        ("long_header, many_headers", Faults(long_header=9000, many_headers=200)),
        ("p=0.5, times=3", Faults(p=0.5, times=3)),
    ],
)
def test_defaults_of_knobs(line, faults):
    """What is not said after the sign."""
    assert parse(line) == faults


def test_json_says_the_same():
    """As a line, or as an object."""
    assert from_json("gap=1s, gzip") == from_json({"gap": "1s", "gzip": True}) == parse("gap=1s, gzip")
    assert from_json({"chunks": 3}) == Faults(chunks=3)
    with pytest.raises(ValueError, match="neither"):
        from_json(3)
    with pytest.raises(ValueError, match="unknown knob"):
        from_json({"teapot": True})


@pytest.mark.parametrize(("text", "value"), [("200ms", 0.2), ("1.5s", 1.5), ("2", 2.0), ("50us", 5e-5), ("1m", 60.0)])
def test_durations(text, value):
    """With a unit, or in seconds."""
    assert seconds(text) == pytest.approx(value)


def test_there_are_thirteen_truncations_and_all_strike_after_an_event():
    """None of them hits a stream in which nothing was said yet."""
    assert len(set(TRUNCATIONS.values())) == 13
    for line in TRUNCATIONS.values():
        faults = parse(line)
        assert faults != NO_FAULTS
        assert faults.reaches() >= 3 or faults.no_done or faults.no_finish


def test_reach_is_two_events_beyond_the_last_strike():
    """So that something is left to be cut off."""
    assert parse("die_after=3, stall_after=7").reaches() == 9
    assert NO_FAULTS.reaches() == 0


@given(st.text(max_size=60))
def test_any_line_is_read_or_refused(line):
    """Never anything but ValueError."""
    with contextlib.suppress(ValueError):
        parse(line)


@given(st.sampled_from(sorted(KNOBS)), st.text(max_size=12))
def test_any_value_is_read_or_refused(knob, value):
    """For every knob."""
    with contextlib.suppress(ValueError):
        parse(f"{knob}={value}")


def test_the_readme_lists_every_knob_and_every_truncation():
    """And no other."""
    readme = Path(faults.__file__).with_name("README.md").read_text(encoding="utf-8")
    told = set(re.findall(r"^\| `([a-z_0-9]+)[`=]", readme, re.MULTILINE))
    assert told == set(KNOBS) | {"die_after_role"} | set(TRUNCATIONS)
