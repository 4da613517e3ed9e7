"""The script of a text and its letters are told from code points alone."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wrp_signals.writing import HEAD, LANGUAGE_OF, NUMBERS, SCRIPTS, SPACE, TAIL, prose, window, writing_of


def letters(text):
    """The letters as a string again."""
    return "".join(map(chr, writing_of(text).codes))


@pytest.mark.parametrize(
    ("text", "script"),
    [
        ("Hello", "latin"),
        ("žluťoučký kůň", "latin"),
        ("Привет", "cyrillic"),
        ("سلام", "arabic"),
        ("नमस्ते", "devanagari"),
        ("请用Python写一个快速排序", "han"),
        ("これは Python です", "han"),
        ("안녕 world", "hangul"),
        ("Γειά σου", "greek"),
        ("ⴰⵣⵓⵍ", "none"),
        ("12 + 3 = 15 🙂", "none"),
        ("", "none"),
        ("\ud800", "none"),
    ],
)
def test_the_script_that_most_of_a_text_is_in(text, script):
    """Latin words in other scripts weigh less; digits, signs and unknown scripts are no letters."""
    written = writing_of(text)
    assert SCRIPTS[written.script].name == script
    assert (written.letters > 0) == (script != "none")


def test_letters_stand_in_lower_case_between_spaces():
    """Everything else becomes a space, other scripts too; ASCII and other texts alike."""
    assert letters("Don't, SHOUT 2x") == " don t  shout  x "
    assert letters("Où est-il? Да") == " où est il     "
    assert writing_of("Où est-il? Да").letters == 7


def test_ways_to_write_a_letter_are_one():
    """Composed or not, and Turkish capitals."""
    assert letters("cafe\u0301 à") == letters("café à")
    assert letters("İstanbul") == " istanbul "


def test_the_share_counts_letters_by_weight():
    """Half of the letters in a script that weighs twice as much is two thirds."""
    assert writing_of("абвг abcd").share == pytest.approx(2 / 3)
    assert writing_of("abcd").share == 1.0


def test_long_texts_are_seen_at_both_ends():
    """What stands in the middle is not looked at."""
    text = "a" * 5_000 + "Ж" * 90_000 + "b" * 5_000
    assert window(text) == "a" * HEAD + "\n" + "b" * TAIL
    assert SCRIPTS[writing_of(text).script].name == "latin"


def test_fenced_code_is_not_prose():
    """A fence that stays open hides the rest."""
    assert prose("Was ist das?\n```python\nimport os\n```\nDanke") == "Was ist das?\n\n\nDanke"
    assert prose("Erkläre: ```for i in range") == "Erkläre: "
    assert prose("plain") == "plain"


def test_every_script_is_told_from_the_others():
    """No block stands in two scripts; scripts of one language name it."""
    blocks = sorted(block for script in SCRIPTS for block in script.blocks)
    assert all(first[1] < second[0] for first, second in pairwise(blocks))
    assert LANGUAGE_OF[NUMBERS["hangul"]] == "ko"
    assert LANGUAGE_OF[NUMBERS["latin"]] == ""


@given(st.text())
def test_any_text_has_lawful_letters(text):
    """Codes are letters or spaces, with a space at either end, and are counted."""
    written = writing_of(text)
    assert written.codes.dtype == np.uint32
    assert int((written.codes != SPACE).sum()) == written.letters
    if written.letters:
        assert written.codes[0] == written.codes[-1] == SPACE
        assert 0.0 < written.share <= 1.0
