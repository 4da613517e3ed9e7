"""Regions, bytes and characters: where a span stands, and which of two stays."""

import pytest

from wrp_signals.pii import Span
from wrp_signals.pii.scan import flat, in_characters, resolved


def test_bytes_become_characters():
    """Offsets are those of the text that was given."""
    data = flat("é 1234")
    assert [(span.start, span.end) for span in in_characters([Span("X", 3, 7, 1.0)], data)] == [(2, 6)]


@pytest.mark.parametrize("order", [1, -1])
def test_of_two_that_overlap_one_stays(order):
    """The surer one, whichever was found first."""
    spans = [Span("A", 0, 6, 0.6), Span("B", 2, 6, 1.0)][::order]
    assert [span.type for span in resolved(spans)] == ["B"]
