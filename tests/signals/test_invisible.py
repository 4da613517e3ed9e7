"""The table of characters that show nothing."""

import unicodedata

import pytest

from wrp_signals.invisible import INVISIBLE, KINDS, SOFT, kind_of


@pytest.mark.parametrize(
    ("character", "kind"),
    [
        ("\u200b", "zero-width"),
        ("\u200e", "bidi control"),
        ("\u202e", "bidi control"),
        ("\U000e0041", "tag character"),
        ("\ufe0f", "variation selector"),
        ("\u2063", "invisible separator"),
    ],
)
def test_every_class_has_a_name(character, kind):
    """As findings give it."""
    assert kind_of(character) == kind
    assert kind in KINDS


def test_no_ordinary_character_is_among_them():
    """Only format characters, marks, unassigned code points and fillers; nothing of ASCII."""
    assert not any(character.isascii() for character in INVISIBLE)
    assert {unicodedata.category(character) for character in INVISIBLE} <= {"Cf", "Mn", "Lo", "So", "Cn"}
    assert SOFT < INVISIBLE
