"""Keywords: words stand alone in every script, patterns are linear or refused, and the reading says which matched."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wrp_signals import BadPattern, KeywordSpec, Message
from wrp_signals.keyword import PATIENCE, bare, bounded


def reads(view, **fields):
    return KeywordSpec(**fields).build().read(view)


@pytest.mark.parametrize(
    ("word", "text", "found"),
    [
        ("art", "Art!", True),
        ("art", "start", False),
        ("art", "artefact", False),
        ("art", "snake_art", False),
        ("credit card", "my credit \n card", True),
        ("c++", "use C++ now", True),
        ("caf", "the café", False),
        ("café", "le CAFÉ.", True),
        ("art", "“art”", True),
        ("art", "éart, and then art", True),
        ("привет", "ПРИВЕТ!", True),
        ("вет", "привет", False),
        ("北京", "我在北京市", True),
        ("art", "用art做", True),
        ("art", "\ud800 art", True),
        ("राम", "रामायण", False),
        ("यण", "रामायण", False),
        ("राम", "जय राम!", True),
        ("cafe", "cafe\u0301", False),
        ("credit card", "credit\u00a0card", True),
        ("credit card", "credit\u2009\u3000card", True),
        ("credit card", "credit\u200bcard", False),
        ("refund", "refund\ufe0f", True),
    ],
)
def test_words_stand_alone_in_every_script(ask, word, text, found):
    """Boundaries where a script has them; none are asked where it writes without spaces."""
    reading = reads(ask(text), words=(word,))
    assert (reading.value, reading.evidence) == (found, (word,) if found else ())


def test_case_counts_only_if_asked(ask):
    """`case: true` minds capitals in words and patterns."""
    assert reads(ask("REFUND 12"), words=("refund",)).value
    assert not reads(ask("REFUND 12"), words=("refund",), case=True).value
    assert not reads(ask("ABC"), regex=("a.c",), case=True).value


def test_patterns_and_words_match_in_one_pass_and_are_named(ask):
    """Evidence is what the user wrote, in the order written."""
    reading = reads(ask("SSN 123-45-6789, refund"), words=("refund", "absent"), regex=(r"\d{3}-\d{2}-\d{4}",))
    assert reading.value
    assert reading.evidence == ("refund", r"\d{3}-\d{2}-\d{4}")


def test_all_asks_for_each_of_them(ask):
    """`match: all` is true with every word there; the score says how many are."""
    some = reads(ask("naïve refund"), words=("refund", "invoice"), match="all")
    assert (some.value, some.score) == (False, 0.5)
    assert reads(ask("invoice, refund"), words=("refund", "invoice"), match="all").value


@pytest.mark.parametrize(
    ("where", "found"), [("last", ("five",)), ("user", ("three", "five")), ("system", ("one", "two"))]
)
def test_where_chooses_what_is_read(ask, where, found):
    """Last user message, all of the user's, or the system prompt in either spelling; `all` reads everything."""
    before = (
        Message("system", "one"),
        Message("developer", "two"),
        Message("user", "three"),
        Message("assistant", "four"),
    )
    words = ("one", "two", "three", "four", "five")
    assert reads(ask("five", *before), words=words, where=where).evidence == found
    assert reads(ask("five", *before), words=words, where="all").evidence == words


@pytest.mark.parametrize(
    ("pattern", "complaint"),
    [
        ("a(b", "missing ) at position 3"),
        ("ab[", "missing ] at position 2"),
        ("ok(?=x)", "invalid perl operator at position 2"),
        (r"a\1", "invalid escape sequence at position 1"),
        ("\ud800", "not valid Unicode at position 0"),
    ],
)
def test_bad_patterns_are_named_with_their_position(pattern, complaint):
    """The error says which pattern, what is wrong and where."""
    with pytest.raises(BadPattern) as caught:
        KeywordSpec(regex=("fine", pattern)).build()
    assert str(caught.value) == f"regex 2 {pattern!r}: {complaint}"


@pytest.mark.fault("S10")
def test_patterns_that_would_scan_slowly_are_refused():
    """Counted repeats that compile to thousands of instructions are an error, not a slow router."""
    with pytest.raises(BadPattern, match="instructions"):
        KeywordSpec(regex=("[ab]{900}c", "(x.{90}){9}")).build()


def test_what_does_not_fit_one_automaton_is_refused():
    """Words beyond the memory of one automaton are an error that says so."""
    words = tuple(f"{n:05d}" + "x" * 19_990 for n in range(30))
    with pytest.raises(BadPattern, match="too many"):
        KeywordSpec(words=words).build()


@pytest.mark.parametrize("words", [(), (" ",), ("fine", "\n")])
def test_an_empty_word_is_refused(words):
    """Nothing to look for is a mistake, not a signal that is always true."""
    with pytest.raises(BadPattern, match="at least one"):
        KeywordSpec(words=words).build()


@pytest.mark.fault("S10")
def test_a_hostile_text_cannot_buy_time(ask):
    """After so many occurrences inside longer words the word counts as found."""
    spec = {"words": ("art",)}
    assert not reads(ask("éart " * PATIENCE), **spec).value
    assert reads(ask("éart " * (PATIENCE + 2)), **spec).value


def test_only_as_many_words_are_looked_at_again_as_evidence_holds(ask):
    """In a text that is not ASCII, five words that stand alone are enough."""
    words = tuple(f"w{n}" for n in range(9))
    assert len(reads(ask("é " + " ".join(words)), words=words).evidence) == 5


@given(st.text("abcé _.中", min_size=1, max_size=3).filter(str.strip), st.text("abcé _.中", max_size=12))
def test_a_word_between_blanks_is_always_found(word, around):
    """Whatever surrounds it, a word between blanks matches."""
    import re2

    word = " ".join(word.split())
    text = f"{around} {word} {around}"
    assert re2.search(bounded(word), text) is not None
    assert re2.search(bare(word), text) is not None


@pytest.mark.parametrize(
    ("text", "fuzzy", "evidence"),
    [
        ("I want a refnud!", 1, ("refund (refnud)",)),
        ("I want a refund", 1, ("refund",)),
        ("I want a REFUNDD", 1, ("refund (refundd)",)),
        ("cancelation of subsciption", 1, ("cancellation (cancelation)", "subscription (subsciption)")),
        ("cancllaton", 1, ()),
        ("cancllaton", 2, ("cancellation (cancllaton)",)),
        ("raefnud", 2, ()),
        ("credit crad", 2, ()),
        ("I want a refnud", 0, ()),
        ("\ud800 refnud", 1, ("refund (refnud)",)),
    ],
)
def test_typing_errors_are_forgiven_where_asked(ask, text, fuzzy, evidence):
    """One or two in longer words, none in phrases; the evidence says how it was written."""
    words = ("refund", "cancellation", "subscription", "credit card")
    reading = reads(ask(text), words=words, fuzzy=fuzzy)
    assert (reading.value, reading.evidence) == (bool(evidence), evidence)


@pytest.mark.parametrize("words", [("refund", "refund"), ("Refund", "refund")])
@pytest.mark.parametrize("case", [True, False])
def test_words_that_stand_twice_are_one(ask, words, case):
    """`match: all` is met by whatever meets one of them, with an error or in another case where that is forgiven."""
    for text in ("refund", "refumd"):
        reading = reads(ask(text), words=words, match="all", fuzzy=1, case=case)
        assert (reading.value, reading.score) == (True, 1.0)
    assert reads(ask("refund"), words=words, match="all", case=True).value is (words[0] == words[1])


def test_all_can_be_met_by_words_with_errors(ask):
    """Each word counts once, exactly or nearly."""
    spec = {"words": ("Refund", "invoice"), "fuzzy": 1, "match": "all"}
    both = reads(ask("refund of the invioce, REFUMD"), **spec)
    assert (both.value, both.score, both.evidence) == (True, 1.0, ("Refund", "invoice (invioce)"))
    assert reads(ask("refund of the invice"), **spec).value
    assert reads(ask("refumd"), **spec).score == 0.5
