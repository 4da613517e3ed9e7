"""Words of matter, and which mean the same."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wrp_cache.marks import Pair, read
from wrp_cache.matter import overlap, same, substitution


def pair(one: str, other: str) -> Pair:
    """Both texts, read."""
    return Pair(read(one), read(other))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("movies", "film"),
        ("control", "controlling"),
        ("procrastinating", "procrastination"),
        ("india", "indian"),
        ("kilometers", "km"),
        ("create", "creating"),
        ("study", "studies"),
        ("develop", "developers"),
        ("electrician", "electricians"),
    ],
)
def test_one_meaning(one: str, other: str) -> None:
    """Synonyms, forms of a word and spellings of a name."""
    assert same(one, other)
    assert same(other, one)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("ethanol", "methanol"),
        ("protein", "protease"),
        ("car", "care"),
        ("plan", "plane"),
        ("nitrate", "nitrite"),
        ("india", "indiana"),
        ("france", "german"),
        ("go", "gone"),
    ],
)
def test_two_meanings(one: str, other: str) -> None:
    """What looks alike need not mean the same."""
    assert not same(one, other)
    assert not same(other, one)


@given(st.text(min_size=1, max_size=12), st.text(min_size=1, max_size=12))
def test_same_is_symmetric(one: str, other: str) -> None:
    """Every word is the same as itself, and the order of asking does not matter."""
    assert same(one, other) == same(other, one)


@pytest.mark.parametrize(
    ("one", "other", "evidence"),
    [
        ("boiling point of ethanol", "boiling point of methanol", "word: ethanol != methanol"),
        ("price of blorp and fnord", "price of glim and wug", "word: blorp != glim"),
        ("price of blorp", "cost of blorp", None),
        ("a viral post", "a post gone viral", None),
        ("post viral", "viral post", None),
        ("one two wug", "wug", None),
        ("aa bb cc", "dd ee ff", None),
        ("a healthy thing", "an unhealthy thing", None),
    ],
)
def test_substitution(one: str, other: str, evidence: str | None) -> None:
    """One or two words in the same place, unless they mean the same, moved or were turned."""
    assert substitution(pair(one, other)) == evidence


@pytest.mark.parametrize(
    ("one", "other", "vetoed"),
    [
        ("love", "love blorp fnord wug", True),
        ("love wug", "love wug blorp", False),
        ("reset password number", "reset username", True),
        ("movies in town", "films in cities", False),
        ("what is ai", "what is artificial intelligence", False),
        ("the same words", "words the same", False),
    ],
)
def test_overlap(one: str, other: str, vetoed: bool) -> None:
    """Enough of the longer text must be shared, synonyms and abbreviations included."""
    assert (overlap(pair(one, other)) is not None) == vetoed


@pytest.mark.parametrize(
    ("one", "other", "evidence"),
    [
        (
            "Why is it that Ada praised Grace?",
            "What is the reason that Ada insulted Grace?",
            "word: praised != insulted",
        ),
        ("Can you explain how I lock a mutex?", "How do I lick a mutex today?", "word: lock != lick"),
        ("Why is it that Ada buys bread?", "What is the reason that Ada purchases bread?", None),
        ("How do I lock a mutex?", "How do I lock a red mutex?", None),
        ("How do I lock?", "Which mutex would be free?", None),
    ],
)
def test_a_word_in_anothers_place(one: str, other: str, evidence: str | None) -> None:
    """In texts whose frames differ: what stands between the same two words is another matter, or means the same."""
    assert substitution(pair(one, other)) == evidence
    assert (substitution(pair(other, one)) is None) is (evidence is None)
