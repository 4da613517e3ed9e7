"""The table of look-alikes."""

import unicodedata

from wrp_signals.confusables import FOLD, LETTERS, SMALL_CAPS


def test_each_look_alike_becomes_one_latin_letter():
    """None of them ASCII, and none that NFKC folds anyway to that letter."""
    assert all(letter.isascii() and letter.isalpha() for letter in FOLD.values())
    assert not any(character.isascii() for character in LETTERS)
    folded = [c for c in LETTERS if unicodedata.normalize("NFKC", c) == FOLD[ord(c)]]
    assert folded == []


def test_small_capitals_are_look_alikes():
    """Every one of them folds."""
    assert SMALL_CAPS <= LETTERS
