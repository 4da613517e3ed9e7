"""Regions, bytes and characters: where a span stands, and which of two stays."""

import pytest

from wrp_signals.pii import Span, find
from wrp_signals.pii.scan import ODD, RARE, WIDE, flat, in_characters, resolved


def test_bytes_become_characters():
    """Offsets are those of the text that was given."""
    data = flat("é 1234")
    assert [(span.start, span.end) for span in in_characters([Span("X", 3, 7, 1.0)], data)] == [(2, 6)]


@pytest.mark.parametrize("order", [1, -1])
def test_of_two_that_overlap_one_stays(order):
    """The surer one, whichever was found first."""
    spans = [Span("A", 0, 6, 0.6), Span("B", 2, 6, 1.0)][::order]
    assert [span.type for span in resolved(spans)] == ["B"]


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        ("ｔａｒｏ＠ｅｘａｍｐｌｅ．ｃｏ．ｊｐ", "EMAIL_ADDRESS"),
        ("４１１１\u3000１１１１\u3000１１１１\u3000１１１１", "CREDIT_CARD"),
        ("4111\u20051111\u20051111\u20051111", "CREDIT_CARD"),
        ("ＤＥ８９３７０４００４４０５３２０１３０００", "IBAN_CODE"),
        ("٠٥٠١٢٣٤٥٦٧", "PHONE_NUMBER"),
        ("۰۹۱۲۳۴۵۶۷۸۹", "PHONE_NUMBER"),
        ("९८७६५४३२१०", "PHONE_NUMBER"),
    ],
)
def test_other_digits_letters_and_spaces_are_read(value, kind):
    """As keyboards for Japanese, Arabic and Hindi write them; the span is that of the text as it was given."""
    text = f"é phone: {value} 🙂"
    assert [(span.type, text[span.start : span.end]) for span in find(text)] == [(kind, value)]


def test_one_character_stands_for_one():
    """Otherwise spans would be those of another text."""
    for table in (ODD, RARE, WIDE):
        assert all(len(mark) == 1 and len(plain) == 1 and plain.isascii() for mark, plain in table.items())
        assert flat("é".join(table)).decode() == "é".join(table.values())
