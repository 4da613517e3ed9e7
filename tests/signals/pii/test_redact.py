"""Redaction: nothing of what was found is left, everything else is."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wrp_signals.pii import Span, find, redact
from wrp_signals.pii.redact import counted

TEXT = "ann@x.org or bob@x.org; ann@x.org"


@pytest.mark.parametrize(
    ("style", "redacted"),
    [
        ("type", "<EMAIL_ADDRESS> or <EMAIL_ADDRESS>; <EMAIL_ADDRESS>"),
        ("numbered", "<EMAIL_ADDRESS_1> or <EMAIL_ADDRESS_2>; <EMAIL_ADDRESS_1>"),
        ("mask", "********* or *********; *********"),
        ("remove", " or ; "),
    ],
)
def test_each_style_replaces_what_was_found(style, redacted):
    """By type, by number, by asterisks, by nothing."""
    assert redact(TEXT, find(TEXT), style) == redacted


@pytest.mark.parametrize("spans", [[Span("A", 0, 3), Span("B", 2, 4)], [Span("A", 0, 99)]])
def test_spans_of_another_text_are_refused(spans):
    """Overlapping, or beyond the end."""
    with pytest.raises(ValueError, match="overlaps"):
        redact("short", spans)


@given(st.text(max_size=40), st.text(max_size=40))
def test_the_rest_stays_as_it_was(before, after):
    """Removal leaves exactly what surrounds a span."""
    span = Span("X", len(before), len(before) + 3)
    assert redact(before + "abc" + after, [span], "remove") == before + after


def test_counts_name_types_only():
    """The most frequent type first."""
    assert counted([Span("A", 0, 1), Span("B", 1, 2), Span("B", 3, 4)]) == ["B x2", "A x1"]
