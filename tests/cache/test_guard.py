"""The hit guard as a whole: what it stops, and what it lets through."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.cache.near_misses import paraphrases, traps
from wrp_cache.guard import RULES, Guard

GUARD = Guard()


@pytest.mark.fault("C5")
@pytest.mark.parametrize(("kind", "asked", "stored"), traps())
def test_near_misses_are_vetoed(kind: str, asked: str, stored: str) -> None:
    """Questions that lie close and ask something else: vetoed both ways, on the evidence that a reader would name."""
    evidence = GUARD.veto(asked, stored)
    assert evidence is not None
    assert evidence.split(":")[0] == kind
    assert GUARD.veto(stored, asked) is not None


@pytest.mark.parametrize(("asked", "stored"), paraphrases())
def test_paraphrases_pass(asked: str, stored: str) -> None:
    """The same question in other words is let through, both ways."""
    assert GUARD.veto(asked, stored) is None
    assert GUARD.veto(stored, asked) is None


@pytest.mark.fault("C5")
def test_the_set_is_large_enough() -> None:
    """Both lists hold at least a hundred pairs, and every rule has its trap."""
    assert len(traps()) >= 100
    assert len(paraphrases()) >= 100
    kinds = {kind for kind, _, _ in traps()}
    assert kinds >= {"number", "negation", "opposite", "name", "identifier", "operator", "quotation", "question"}
    assert kinds >= {"order", "word", "overlap", "language", "length", "unit"}


def test_equal_texts_pass_at_any_length() -> None:
    """What is equal needs no comparison."""
    text = "wörter und 5 Zahlen " * 5000
    assert GUARD.veto(text, text) is None


def test_long_texts_are_not_compared() -> None:
    """Beyond the limit no vector has read the whole, so nothing but equality will do."""
    text = "word " * 400
    assert GUARD.veto(text + "tail", text + "tale") is None or len(text) < 2048
    assert GUARD.veto("word " * 410, "word " * 411) == "length: 2055 characters are not compared"
    assert Guard(max_chars=10).veto("Hello there", "hello there!") == "length: 12 characters are not compared"


def test_a_text_without_words() -> None:
    """Nothing to compare is nothing to approve."""
    assert GUARD.veto("???", "!!!") == "length: 0 words != 0 words"
    assert GUARD.veto("", "hello") == "length: 0 words != 1 words"


def test_the_ratio_spares_short_texts() -> None:
    """A handful of words more is no sign; three times as many beyond that is."""
    short, longer = "Explain recursion", "Can you explain to me what recursion is"
    assert GUARD.veto(short, longer) is None
    assert GUARD.veto(short, longer + " and what it is for and how it is used in the end") is not None


def test_one_reading_for_several_neighbours() -> None:
    """`judge` says of each what `veto` says."""
    against = GUARD.judge("How do I reset my password?")
    for stored in ("How do I reset my password?", "How do I reset 2 passwords?", "How can I reset my password?"):
        assert against(stored) == GUARD.veto("How do I reset my password?", stored)


def test_rules_are_an_argument() -> None:
    """A guard has the rules that it is given."""
    assert Guard(rules=()).veto("Delete it", "Do not delete it") is None
    assert len(RULES) == 13


FRAGMENTS = ["not", "from", "to", "5", "km", "one", "second", "A", "B", "the", "who", "how", "many", "don't", "U.S."]
TEXTS = st.one_of(
    st.text(max_size=60),
    st.text("abIA 19.,-'’/_%$#:()\"<>=+!?中の²½İ①\u200b", max_size=60),
    st.lists(
        st.sampled_from(
            [
                "not",
                "from",
                "to",
                "5",
                "km",
                "one",
                "second",
                "A",
                "B",
                "the",
                "who",
                "how",
                "many",
                "don't",
                "U.S.",
                "is",
            ]
        ),
        max_size=12,
    ).map(" ".join),
)


@settings(max_examples=400)
@given(TEXTS, TEXTS)
def test_any_text_can_be_read(asked: str, stored: str) -> None:
    """No text raises; what is equal passes; a veto one way is a veto the other way."""
    there, back = GUARD.veto(asked, stored), GUARD.veto(stored, asked)
    assert (there is None) == (back is None)
    assert GUARD.veto(asked, asked) is None
    assert there is None or len(there) < 300


@settings(max_examples=100)
@given(
    st.lists(st.sampled_from(["how", "do", "i", "open", "the", "old", "door", "in", "my", "house"]), min_size=1).map(
        " ".join
    )
)
def test_a_load_bearing_word_more(text: str) -> None:
    """A denial, a number, a price or an identifier that only one text has is never overlooked."""
    for more in ("not", "7", "never", "without", "$9", "x.yz", "--force", "Oslo"):
        assert GUARD.veto(text, f"{text} {more}") is not None


@pytest.mark.fault("S10")
@pytest.mark.parametrize(
    "piece",
    [
        "a",
        "a.",
        "a_",
        "-",
        "1,",
        "$",
        "A b ",
        "/",
        "a//",
        "'",
        "n't ",
        "one ",
        "hundred ",
        "1",
        "中",
        "é ",
        '"q ',
        "=<",
    ],
)
def test_a_hostile_text_is_read_in_one_pass(piece: str) -> None:
    """A hundred thousand characters made to backtrack are read, not hung on (the timeout would tell)."""
    text = piece * (100_000 // len(piece))
    Guard(max_chars=10**6).veto(text, text + "z")
