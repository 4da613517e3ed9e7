"""What callers may say by header about caching, deadlines and classes."""

from __future__ import annotations

from math import inf

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wrp_router.errors import BadRequest
from wrp_router.flow import AS_USUAL, CacheControl
from wrp_router.live.controls import cache_control, deadline_of, first_of, priority_of
from wrp_router.live.tenants import Caller
from wrp_signals.facts import RANK


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        (None, AS_USUAL),
        ("", AS_USUAL),
        ("no-store", CacheControl(no_store=True)),
        (" No-Cache ,no-store,, max-age=60", CacheControl(no_cache=True, no_store=True, max_age=60.0)),
        ("only-if-cached;x", AS_USUAL),
        ("no-store=1, min-fresh=60", AS_USUAL),
        ("only-if-cached, Max-Age = 5", CacheControl(only_if_cached=True, max_age=5.0)),
        ('max-age="30"', CacheControl(max_age=30.0)),
        ("max-age=30, max-age=7, max-age=90", CacheControl(max_age=7.0)),
        ("max-age=" + "9" * 5000, AS_USUAL),
        *((said, CacheControl(max_age=0.0)) for said in ("max-age", "max-age=", "max-age=1.5", "max-age=-1")),
        *(
            (said, CacheControl(max_age=0.0))
            for said in ("max-age=soon", "max-age=nan", "max-age=\u0661", "max-age=1=2")
        ),
    ],
)
def test_cache_directives(said: str | None, meant: CacheControl):
    """The known ones, however they are spelt; an age that is no whole number is 0; the rest is nothing."""
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
    assert cache_control({"x-wrp-cache": said}).max_age >= 0


@pytest.mark.parametrize(
    ("said", "own", "most", "meant"),
    [
        (None, "default", "critical", "default"),
        (None, "sheddable", "critical", "sheddable"),
        ("critical", "default", "critical", "critical"),
        ("critical", "default", "default", "default"),
        ("critical", "sheddable", "sheddable", "sheddable"),
        ("default", "sheddable", "default", "default"),
        ("default", "critical", "critical", "default"),
        ("sheddable", "critical", "critical", "sheddable"),
    ],
)
def test_classes(said: str | None, own: str, most: str, meant: str):
    """The one that was asked for, or the highest that the caller may have; its own where none was."""
    headers = {} if said is None else {"x-wrp-priority": said}
    assert priority_of(headers, Caller("red", priority=own, max_priority=most)) == meant  # type: ignore[arg-type]


@given(st.text())
def test_other_classes(said: str):
    """Any other word is refused, of whoever it is."""
    if said not in RANK:
        with pytest.raises(BadRequest, match="must be one of: critical, default, sheddable"):
            priority_of({"x-wrp-priority": said}, Caller("red"))


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, inf),
        ({"x-stainless-read-timeout": "600.0"}, 600.0),
        ({"x-stainless-timeout": "30"}, 30.0),
        ({"x-stainless-timeout": "30", "x-stainless-read-timeout": "2.5"}, 2.5),
        ({"x-stainless-timeout": "NOT_GIVEN", "x-stainless-read-timeout": "7"}, 7.0),
        *(({"x-stainless-timeout": said}, inf) for said in ("0", "-1", "nan", "inf", "soon", "", "\udcff")),
    ],
)
def test_what_sdks_say_of_their_patience(headers: dict[str, str], seconds: float):
    """The least that makes sense."""
    assert first_of(headers) == seconds
