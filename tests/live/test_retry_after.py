"""How long engines ask to be left alone."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wrp_router.live.retry_after import CAP, seconds_of

pytestmark = pytest.mark.fault("R10")

NOW = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("said", "seconds"),
    [
        ("7", 7.0),
        ("0.5", 0.5),
        ("+7", 7.0),
        ("200", CAP),
        ("0", None),
        ("-1", None),
        ("1e999", None),
        ("-.5", None),
        (".5", 0.5),
        ("7 seconds", None),
        ("Wed, 21 Oct 2099 07:28:00 +99999999999999", None),
        ("Wed, 21 Oct 99999999999999999999 07:28:00 GMT", None),
        ("²", None),
        ("soon", None),
        ("nan", None),
        ("", None),
        ("Thu, 01 Jan 2026 00:00:09 GMT", 9.0),
        ("Thu, 01 Jan 2026 00:00:09 -0000", 9.0),
        ("Thu, 01 Jan 2026 01:00:09 +0100", 9.0),
        ("Fri, 02 Jan 2026 00:00:00 GMT", CAP),
        ("Wed, 31 Dec 2025 23:59:59 GMT", None),
        ("Thu, 99 Foo 99999 99:99:99 +9999999", None),
        (f"Thu, {'9' * 20} Jan 2026 00:00:09 GMT", None),
        (f"Thu, 01 Jan 2026 {'1' * 4000}:00:09 GMT", None),
        (f"Thu, 01 Jan 2026 00:00:09 +{'9' * 20}", None),
    ],
)
def test_retry_after(said: str, seconds: float | None):
    """Seconds or a date; two minutes at most; garbage and the past are nothing."""
    assert seconds_of([("server", "x"), ("retry-after", said)], NOW) == seconds


def test_milliseconds_win():
    """They are more precise; and if they are garbage, nothing was said."""
    assert seconds_of([("retry-after-ms", "250"), ("retry-after", "9")]) == 0.25
    assert seconds_of([("retry-after-ms", "x"), ("retry-after", "9")]) is None
    assert seconds_of([]) is None


def test_a_date_is_seen_from_now():
    """Without a clock of the test's own."""
    assert seconds_of([("retry-after", "Wed, 21 Oct 2099 07:28:00 GMT")]) == CAP


@given(
    st.sampled_from(["retry-after", "retry-after-ms"]),
    st.text() | st.from_regex(r"\w{3}, \d+ \w{3} \d+ \d+:\d+:\d+ .*"),
)
def test_any_text(name: str, said: str):
    """Never an error, never out of bounds."""
    seconds = seconds_of([(name, said)], NOW)
    assert seconds is None or 0 < seconds <= CAP
