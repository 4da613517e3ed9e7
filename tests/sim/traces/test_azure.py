"""Azure's CSV."""

from __future__ import annotations

import pytest

from wrp_router.sim.traces import Arrival, TraceUnusable, open_trace
from wrp_router.sim.traces.azure import azure

HEADER = "TIMESTAMP,ContextTokens,GeneratedTokens"
FIRST = "2023-11-16 23:59:59.9799600,4808,10"


@pytest.mark.parametrize("ending", ["", "\r"])
@pytest.mark.parametrize("mark", ["", "\N{BYTE ORDER MARK}"])
def test_azure(written, ending: str, mark: str):
    """Times are from the first row on, across midnight too; nothing is shared. Windows' marks are taken."""
    lines = (mark + HEADER, FIRST, "2023-11-17 00:00:00.4799609,3180,8", "")
    trace = open_trace(written(*(line + ending for line in lines)))
    assert list(trace) == [Arrival(0.0, 4808, 10), Arrival(0.5, 3180, 8)]
    assert list(trace) == list(trace)


def test_zones_are_understood(written):
    """A time without one is UTC."""
    trace = open_trace(written(HEADER, FIRST, "2023-11-17 02:00:00.979960+02:00,1,1"))
    assert [arrival.at for arrival in trace] == [0.0, 1.0]


def test_no_rows_are_no_arrivals(written):
    """A header alone is a trace of nothing."""
    assert list(open_trace(written(HEADER))) == []


def test_others_are_not_taken(written):
    """Nor is what is no text."""
    for line in (b"time,in,out\n", b"\xff\xfe", HEADER.lower().encode()):
        assert azure(written(""), 1, line) is None


MALFORMED = {
    "fields": ("2023-11-16 23:59:59,1", "2 fields, not 3"),
    "more fields": (f"{FIRST},1", "4 fields, not 3"),
    "time": ("X" * 3 + ",107,15", "no time: b'X{3}'"),
    "date": ("2023-02-30 00:00:00,1,1", "no time"),
    "letters": ("２０２３-02-30 00:00:00,1,1", "no time"),
    "negative": ("2023-11-16 23:59:59.98,-1,1", "no number of tokens: b'-1'"),
    "fraction": ("2023-11-16 23:59:59.98,1.5,1", "no number of tokens"),
    "empty": ("2023-11-16 23:59:59.98,1,", "no number of tokens: b''"),
    "nan": ("2023-11-16 23:59:59.98,nan,1", "no number of tokens"),
    "underscore": ("2023-11-16 23:59:59.98,1_0,1", "no number of tokens"),
    "huge": (f"2023-11-16 23:59:59.98,{'9' * 5_000},1", "no number of tokens: b'9{40}'$"),
    "back": ("2023-11-16 23:59:59.979,1,1", "goes back in time by 0.00096 s"),
}


@pytest.mark.parametrize(("line", "wrong"), MALFORMED.values(), ids=MALFORMED)
def test_malformed_lines_are_refused(written, line: str, wrong: str):
    """With file, line and reason; what is quoted is short."""
    rows = iter(open_trace(written(HEADER, FIRST, line)))
    assert next(rows).prompt == 4808
    with pytest.raises(TraceUnusable, match=f"trace:3: {wrong}"):
        next(rows)
