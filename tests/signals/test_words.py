"""Words of a text: lower case, no punctuation, bounded, whatever the text."""

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wrp_signals.words import TYPOGRAPHIC, coded_words, folded, words_of

TEXTS = st.text(st.characters(codec=None, categories=None), max_size=200)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", []),
        (" \t\n\0 ", []),
        ("Don't use foo_bar(x2)!", ["don", "t", "use", "foo", "bar", "x2"]),
        ("3.14 km/h in 1990s", ["3", "14", "km", "h", "in", "1990s"]),
        ("“It’s – Ünïque…”", ["it", "s", "ünïque"]),
        ("你好，世界。", ["你好", "世界"]),
        ("a\ud800b", ["a", "b"]),
        ("non\u00a0breaking\u3000spaces", ["non", "breaking", "spaces"]),
    ],
)
def test_words(text, words):
    """Marks separate, digits stay, case goes."""
    assert words_of(text, 1000) == words


def test_only_the_window_is_read():
    """Characters beyond the limit are not there."""
    assert words_of("one two three", 7) == ["one", "two"]
    assert words_of("é" * 10 + " two", 5) == ["é" * 5]


@given(TEXTS)
def test_no_word_holds_what_separates(text):
    """No word is empty, or holds white space or a mark."""
    for word in words_of(text, 200):
        assert word
        assert not set(word) & set(string.punctuation + string.whitespace + TYPOGRAPHIC)


@given(st.text(st.characters(max_codepoint=127), max_size=200))
def test_ascii_takes_the_same_words_either_way(text):
    """An accented word beside it changes no other word."""
    assert words_of(f"é {text}", 500) == ["é", *words_of(text, 200)]


@given(TEXTS)
def test_upper_case_changes_nothing_in_ascii_words(text):
    """Case is not seen."""
    plain = "".join(filter(str.isascii, text))
    assert words_of(plain.upper(), 200) == words_of(plain.lower(), 200)


@given(TEXTS | st.text(st.characters(max_codepoint=127), max_size=200))
def test_coded_words_are_the_same_words(text):
    """In UTF-8."""
    assert coded_words(text, 150) == [word.encode() for word in words_of(text, 150)]


@given(TEXTS | st.text("aB \t\n\x1c\u00a0\u3000É", max_size=20))
def test_folded_leaves_single_spaces_and_small_letters(text):
    """As lowering, splitting and joining would."""
    assert folded(text) == " ".join(text.lower().split()).encode("utf-8", "replace")
