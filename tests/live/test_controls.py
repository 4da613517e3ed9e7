"""What callers may say by header about caching and deadlines."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wrp_router.live.controls import DIRECTIVES, cache_control, deadline_of


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        (None, set()),
        ("", set()),
        ("no-store", {"no-store"}),
        (" No-Cache ,no-store,, max-age=0", {"no-cache", "no-store"}),
        ("only-if-cached;x", set()),
    ],
)
def test_cache_directives(said: str | None, meant: set[str]):
    """The known ones, however they are spelt; the rest is nothing."""
    assert cache_control({} if said is None else {"x-wrp-cache": said}) == meant


@pytest.mark.parametrize(
    ("said", "seconds"),
    [
        (None, 600.0),
        ("1500", 1.5),
        (" 250 ", 0.25),
        ("1e3", 1.0),
        ("700000", 600.0),
        ("0", 600.0),
        ("-1", 600.0),
        ("nan", 600.0),
        ("inf", 600.0),
        ("1e999", 600.0),
        ("soon", 600.0),
        ("", 600.0),
        ("\udcff", 600.0),
    ],
)
def test_deadlines(said: str | None, seconds: float):
    """In milliseconds, never beyond the configured time; what makes no sense changes nothing."""
    assert deadline_of({} if said is None else {"x-wrp-deadline-ms": said}, 600.0) == seconds


@given(st.text(), st.floats(0.001, 1e6))
def test_any_text(said: str, most: float):
    """Never an error, never out of bounds."""
    assert 0 < deadline_of({"x-wrp-deadline-ms": said}, most) <= most
    assert cache_control({"x-wrp-cache": said}) <= DIRECTIVES
