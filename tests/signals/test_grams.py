"""Grams and form: the same everywhere, within their bounds, a window of long texts, whatever the text."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wrp_signals.grams import FIRST, FORM, LAST, form_of, grams_of, window

TEXTS = st.text(st.characters(codec=None, categories=None), max_size=300)
GOLDEN = [31273, 12699, 11296, 27101, 6350]
GOLDEN_RUNS = [28329, 11296, 6613, 18018]
BUCKETS = st.sampled_from([1, 2, 256, 4_096, 1 << 15])


@given(TEXTS, BUCKETS, st.booleans())
def test_every_gram_is_a_bucket_with_a_weight(text, buckets, characters):
    """Indices within the buckets, one weight in (0, 1] for each, the same twice; lone surrogates included."""
    indices, weights = grams_of(text, buckets, characters)
    assert indices.shape == weights.shape
    assert weights.dtype == np.float32
    assert ((indices >= 0) & (indices < buckets)).all()
    assert ((weights > 0) & (weights <= 1)).all()
    again = grams_of(text, buckets, characters)
    assert np.array_equal(indices, again[0])
    assert np.array_equal(weights, again[1])


@given(TEXTS, BUCKETS)
def test_each_kind_of_gram_has_length_one(text, buckets):
    """Words with pairs, and runs: squared weights sum to 1, or there are none."""
    words = grams_of(text, buckets, characters=False)[1]
    both = grams_of(text, buckets)[1]
    assert np.array_equal(both[: len(words)], words)
    for kind in (words, both[len(words) :]):
        assert float(kind @ kind) == pytest.approx(1.0 if len(kind) else 0.0, abs=1e-3)


def test_words_pairs_and_runs_are_counted():
    """Three words are two pairs; nine characters seven runs of three and six of four."""
    assert len(grams_of("one two x", 256, characters=False)[0]) == 3 + 2
    assert len(grams_of("one two x", 256)[0]) == 3 + 2 + 7 + 6
    assert [len(part) for part in grams_of("", 256)] == [0, 0]
    assert len(grams_of("a", 256)[0]) == 1


def test_the_order_of_words_is_seen_in_pairs():
    """The same words in another order share the words only."""
    one, other = (
        set(grams_of(text, 1 << 15, characters=False)[0].tolist()) for text in ("dog bites man", "man bites dog")
    )
    assert len(one & other) == 3
    assert one != other


def test_case_and_digits_fold_in_runs():
    """A formula keeps its shape, not its numbers."""
    words = len(grams_of("x1 = 23", 256, characters=False)[0])
    assert np.array_equal(grams_of("x1 = 23", 256)[0][words:], grams_of("X9 = 87", 256)[0][words:])
    assert not np.array_equal(grams_of("x1 = 23", 256)[0][words:], grams_of("x1 + 23", 256)[0][words:])


def test_hashes_are_the_same_everywhere():
    """Weights outlive the process that trained them: buckets of words, pairs and runs never change."""
    assert grams_of("Caf\u00e9 no. 2", 1 << 15, characters=False)[0].tolist() == GOLDEN
    assert grams_of("x^2", 1 << 15)[0].tolist() == GOLDEN_RUNS


def test_of_a_long_text_beginning_and_end_are_seen():
    """What stands between changes nothing; up to the window a text is seen whole."""
    assert window("a" * (FIRST + LAST)) == "a" * (FIRST + LAST)
    first, last = "b" * FIRST, "e" * LAST
    assert window(f"{first}{'x' * 9_999}{last}") == f"{first}\n{last}"
    one, other = (grams_of(f"{first}{middle * 1_000}{last}", 256) for middle in ("some words ", "other text "))
    assert np.array_equal(one[0], other[0])


@given(TEXTS | st.builds(lambda text, times: text * times, TEXTS, st.integers(0, 2_000)))
def test_form_is_finite_and_small(text):
    """float32[FORM] about 0 to 1, whatever the text."""
    row = form_of(text)
    assert (row.shape, row.dtype) == ((FORM,), np.float32)
    assert np.isfinite(row).all()
    assert ((row >= 0) & (row < 2.5)).all()


@pytest.mark.parametrize(
    ("text", "place"),
    [("AB", 0), ("42", 1), ("\n", 2), ("+=", 3), ("()", 4), ("$\\", 5), (".,", 6), ("é", 7), (" \t", 8)],
)
def test_form_tells_kinds_of_characters_apart(text, place):
    """A text of one kind has the whole share there, and no other."""
    shares = form_of(text)[:9]
    assert shares[place] == pytest.approx(1.0)
    assert shares.sum() == pytest.approx(1.0)


def test_form_knows_length_words_and_digits():
    """The logarithms grow with them; an empty text has none."""
    assert not form_of("")[:10].any()
    assert form_of("ab " * 20)[9] > form_of("ab ")[9]
    assert form_of("abcdefgh")[10] > form_of("a b c d ")[10]
    assert form_of("4 of 17")[11] > form_of("4 of us")[11] > form_of("all of us")[11] == 0.0
