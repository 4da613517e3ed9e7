"""Two questions as numbers."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wrp_cache.marks import Pair, read
from wrp_cache.traits import SHAPE, shape, wording

WORDS = ["how", "do", "i", "reset", "my", "5", "password", "not", "in", "France", "km", "Bob's", "x.py", "?"]
PLAIN = st.lists(st.sampled_from(WORDS), max_size=9)


def pair(a: str, b: str) -> Pair:
    return Pair(read(a), read(b))


def named(a: str, b: str) -> dict[str, float]:
    return dict(zip(SHAPE, shape(pair(a, b), 0.8), strict=True))


def test_what_is_counted():
    """Words in common and alone, of matter and of the frame; letters; beginnings and ends."""
    told = named("How do I repair my bicycle quickly?", "How can I fix my bicycle?")
    assert told["similarity"] == 0.8
    assert (told["fewer_words"], told["more_words"]) == (6, 7)
    assert (told["matter_common"], told["matter_fewer_alone"], told["matter_more_alone"]) == (1, 1, 2)
    assert told["matter_alone_akin"] == 1  # `repair` is `fix`
    assert (told["frame_fewer_alone"], told["frame_more_alone"]) == (1, 1)
    assert told["in_order"] == pytest.approx(4 / 7)
    assert told["in_order_within"] == pytest.approx(4 / 6)
    assert told["same_beginning"] == pytest.approx(1 / 7)
    assert (told["same_first"], told["same_last"], told["same_kind"]) == (1, 0, 1)
    assert 0 < told["letters_shared"] < told["letters_within"] < 1


def test_what_is_the_same_in_another_order():
    """The bag of words tells it."""
    assert named("open the door", "the door open")["same_bag"] == 1
    assert named("open the door", "open a door")["same_bag"] == 0
    assert named("buy rice in bulk", "in bulk buy rice")["last_elsewhere"] == 1


@given(PLAIN.map(" ".join), PLAIN.map(" ".join))
def test_traits_are_symmetric(a: str, b: str):
    """Whose question was stored changes nothing."""
    assert shape(pair(a, b), 0.5) == shape(pair(b, a), 0.5)
    assert sorted(wording(pair(a, b), 256, True)) == sorted(wording(pair(b, a), 256, True))


def test_wording():
    """Buckets of what differs, each once, within the table; words in common only where topics are wanted."""
    one = pair("Is \ud800 red?", "Is it blue?")
    bare, topical = wording(one, 128, False), wording(one, 128, True)
    assert set(bare) < set(topical)
    assert len(topical) == len(set(topical))
    assert all(0 <= each < 128 for each in topical)
    assert wording(pair("", ""), 128, True) == wording(pair("", ""), 128, False)


def test_long_texts_are_bounded():
    """However many words there are, few are crossed."""
    a, b = " ".join(f"left{n}" for n in range(900)), " ".join(f"right{n}" for n in range(900))
    assert len(wording(pair(a, b), 1 << 16, True)) < 150


@given(st.lists(st.sampled_from("abc"), max_size=9), st.lists(st.sampled_from("abcd"), max_size=9))
def test_words_in_order(here: list[str], there: list[str]):
    """The longest common subsequence, as the table of the textbooks has it."""
    above = [0] * (len(there) + 1)
    for word in here:
        row = [0]
        for at, other in enumerate(there):
            row.append(above[at] + 1 if word == other else max(above[at + 1], row[at]))
        above = row
    a, b = read(" ".join(f"w{word}" for word in here)), read(" ".join(f"w{word}" for word in there))
    told = dict(zip(SHAPE, shape(Pair(a, b), 0.5), strict=True))
    assert round(told["in_order"] * max(len(here), len(there), 1)) == above[-1]
