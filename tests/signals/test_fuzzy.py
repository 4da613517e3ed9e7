"""Nearly equal words are found within one or two edits, and a text costs no more than it may."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from wrp_signals.fuzzy import PATIENCE, Neighbourhood, allowed, within

WORDS = st.text("abc", max_size=7)


def distance(one, other):
    """Optimal string alignment by the book."""
    table = {(i, 0): i for i in range(len(one) + 1)} | {(0, j): j for j in range(len(other) + 1)}
    for i in range(1, len(one) + 1):
        for j in range(1, len(other) + 1):
            wrong = one[i - 1] != other[j - 1]
            table[i, j] = min(table[i - 1, j] + 1, table[i, j - 1] + 1, table[i - 1, j - 1] + wrong)
            if i > 1 and j > 1 and one[i - 1] == other[j - 2] and one[i - 2] == other[j - 1]:
                table[i, j] = min(table[i, j], table[i - 2, j - 2] + 1)
    return table[len(one), len(other)]


@given(WORDS, WORDS, st.integers(0, 3))
@example("ab", "ba", 1)
@example("", "", 0)
def test_distances_are_those_by_the_book(one, other, limit):
    """Within a limit, which is all that is asked."""
    assert within(one, other, limit) == (distance(one, other) <= limit)


@given(st.text("abcdefgh", min_size=4, max_size=12), st.data())
def test_one_edit_is_always_found(word, data):
    """Wherever it is: too many, lost, wrong, swapped."""
    place = data.draw(st.integers(0, len(word) - 1))
    letter = data.draw(st.sampled_from("abcxyz"))
    head, tail = word[:place], word[place:]
    swapped = head + tail[1:2] + tail[:1] + tail[2:]
    for written in (word, head + letter + tail, head + tail[1:], head + letter + tail[1:], swapped):
        assert Neighbourhood([word], 1).found(["other", written]) == {0: written}


@given(
    st.lists(st.text("abc", max_size=9), max_size=8),
    st.lists(st.text("abc", max_size=9), max_size=8),
    st.integers(1, 2),
)
def test_nothing_is_found_that_is_not_near(declared, words, edits):
    """What is found is a word of the text within the edits that the declared word's length allows."""
    neighbourhood = Neighbourhood(declared, edits)
    for index, written in neighbourhood.found(words).items():
        word = neighbourhood.word(index)
        assert written in words
        assert allowed(word, edits) > 0
        assert distance(word, written) <= allowed(word, edits)


@pytest.mark.parametrize(
    ("word", "edits", "errors"),
    [("art", 2, 0), ("arts", 2, 1), ("artists", 2, 1), ("artistry", 2, 2), ("a" * 41, 2, 0)],
)
def test_short_words_allow_less(word, edits, errors):
    """One letter in three makes another word."""
    assert allowed(word, edits) == errors


def test_a_hostile_text_is_compared_only_so_often():
    """A text of words that begin like declared ones ends the search; what stands before its end is found."""
    words = [f"ref{n:06d}" for n in range(PATIENCE)]
    near = Neighbourhood([f"refund{n:03d}" for n in range(300)], 2)
    assert near.found(["refund00", *words])[0] == "refund00"
    assert 299 not in near.found([*words, "refund299"])
