"""Declared categories: fitted to their examples alone, bounded in work, at home only near them."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wrp_signals import BadVector, HashingEmbedder
from wrp_signals.declared import (
    ALL,
    BUCKETS,
    HOME,
    MANY,
    NARROWEST,
    WIDTH,
    DeclaredHead,
    declared,
    home_of,
    largest,
    regression,
    shares_of,
    some,
    telling,
    turn_of,
)
from wrp_signals.grams import Wording, grams_of

HASHING = HashingEmbedder(128)
OWN = {
    "billing": ("refund my invoice", "pay the invoice", "the invoice is wrong"),
    "travel": ("book a flight to Rome", "my flight is late", "change the flight"),
    "food": ("a recipe for soup", "how long to boil soup", "soup without salt"),
}
HEAD = declared(OWN, HASHING)
WORDS = st.sampled_from(["refund", "pay", "invoice", "book", "flight", "late", "recipe", "soup", "salt", "x", "y"])
EXAMPLES = st.lists(st.lists(WORDS, min_size=1, max_size=5).map(" ".join), min_size=1, max_size=4)


def answer(text, head=HEAD):
    return head.answer(HASHING.embed([text])[0], Wording(text))


def lawful(ranking, count):
    """Numbers of classes and shares."""
    assert {ranking.best, ranking.second} <= set(range(count))
    assert (ranking.best == ranking.second) is (count == 1)
    assert 0.0 <= ranking.chance <= 0.5 + 1e-6
    assert 0.0 <= ranking.score <= 1.0


def best(text, head=HEAD):
    return head.classes[answer(text, head).best]


def test_examples_and_their_like_are_recognised():
    """Every example is its own category, and so is another text of its words."""
    assert all(best(text) == name for name, texts in OWN.items() for text in texts)
    assert [best(text) for text in ("where is my invoice", "the late flight", "hot soup")] == list(OWN)


def test_it_is_at_home_near_the_examples_only():
    """Examples score more than a text that shares no word with any."""
    strange = answer("quantum chromodynamics lectures").score
    assert all(answer(text).score > strange for texts in OWN.values() for text in texts)


@given(st.text(st.characters(codec=None, categories=None), max_size=200))
def test_any_text_gets_a_lawful_answer(text):
    """Two classes, the second no likelier than one half; how much at home lies within [0, 1]; the same twice."""
    ranking = answer(text)
    lawful(ranking, 3)
    assert answer(text) == ranking


@settings(max_examples=40)
@given(
    st.dictionaries(st.text(min_size=1, max_size=5), EXAMPLES, min_size=1, max_size=6), st.lists(WORDS).map(" ".join)
)
def test_any_declaration_is_fitted_or_refused(categories, text):
    """Equal examples, one example, the same text in two categories: lawful answers, or BadVector."""
    try:
        head = declared({name: tuple(texts) for name, texts in categories.items()}, HASHING)
    except BadVector:
        return
    assert head.classes == tuple(categories)
    lawful(answer(text, head), len(categories))


def test_names_that_say_what_they_are_are_examples():
    """Where most lie nearest to their own examples; names that mean nothing change nothing."""
    spoken = {"refund_invoice": OWN["billing"], "Flight-Booking": OWN["travel"], "soup": OWN["food"]}
    assert best("soup", declared(spoken, HASHING)) == "soup"
    plain = declared({f"c{n}": texts for n, texts in enumerate(OWN.values())}, HASHING)
    assert np.array_equal(plain._rows, HEAD._rows)
    named = declared(spoken, HASHING)
    assert not np.array_equal(named._rows, HEAD._rows)
    assert answer("booking", named).best == 1
    rows = np.eye(2, dtype=np.float32)
    assert telling(np.concatenate([rows, rows]), np.array([0, 1]))
    assert not telling(np.concatenate([rows, rows[::-1]]), np.array([0, 1]))
    assert not telling(rows[[0, 0]], np.array([0]))


def test_examples_beyond_all_are_not_looked_at():
    """Evenly over the categories."""

    class Counting(HashingEmbedder):
        seen = 0

        def embed(self, texts):
            self.seen += len(texts)
            return super().embed(texts)

    counting = Counting(8)
    declared({name: tuple(f"{name} {n}" for n in range(ALL)) for name in "ab"}, counting)
    assert counting.seen == ALL + 2


def test_examples_that_stand_twice_count_once():
    """Pasted twice, they would make strangers of all but themselves."""
    twice = declared({name: texts * 2 for name, texts in OWN.items()}, HASHING)
    assert np.array_equal(twice._rows, HEAD._rows)
    assert answer("refund the invoice", twice) == answer("refund the invoice")


def test_one_category_is_certain_which():
    """How much at home still tells what belongs."""
    only = declared({"billing": OWN["billing"]}, HASHING)
    ranking = answer("pay my invoice", only)
    assert (ranking.best, ranking.second) == (0, 0)
    assert ranking.score > answer("a recipe for soup", only).score


def test_what_points_away_from_everything_is_nowhere_at_home():
    """So is NaN, and a vector of zeros."""
    away = -HASHING.embed(OWN["billing"]).sum(0)
    only = declared({"billing": OWN["billing"]}, HASHING)
    for vector in (away, np.full(128, np.nan), np.zeros(128)):
        assert only.answer(vector.astype(np.float32), Wording("x")).score == 0.0


def test_long_texts_are_counted_first_and_read_the_same():
    """On both sides of MANY grams the wording weighs what its grams do, one by one."""
    for times, many in ((2, False), (90, True)):
        text = "refund the invoice " * times
        indices, weight = grams_of(text, BUCKETS)
        assert (len(indices) > MANY) is many
        assert HEAD.classes[answer(text).best] == "billing"
        longhand = HEAD._grams[indices] * weight[:, None]
        assert np.allclose(HEAD._worded(Wording(text)), longhand.sum(0), atol=1e-4)


def test_examples_that_cancel_out_are_refused():
    """Their category has no middle."""
    row = HASHING.embed(["x"])
    with pytest.raises(BadVector):
        DeclaredHead(("a",), np.concatenate([row, -row]), np.zeros((2, BUCKETS), np.float32), np.zeros(2, np.intp))


def test_vectors_that_are_not_finite_are_refused():
    """When the head is built, never later."""
    labels = np.array([0, 0])
    with pytest.raises(BadVector, match="not finite"):
        home_of(np.full((2, 3), np.nan, np.float32), labels, np.eye(1, 3, dtype=np.float32))


def test_single_examples_take_the_constants():
    """There is nothing to hold one example against."""
    rows = np.eye(3, dtype=np.float32)
    assert home_of(rows, np.arange(3), rows) == (HOME, WIDTH / 3)
    twins = np.repeat(rows, 2, 0)
    bar, width = home_of(twins, np.repeat(np.arange(3), 2), rows)
    assert (bar, width) == (pytest.approx(1.0), NARROWEST / 3)


def test_with_too_many_categories_the_middles_decide():
    """Regression over 2,000 categories of two examples is not afforded; the answer is still the category."""
    count, dim = 2_000, 32
    rows = np.random.default_rng(0).normal(size=(count, dim)).astype(np.float32)
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    labels = np.repeat(np.arange(count), 2)
    assert regression(np.repeat(rows, 2, 0), labels) is None
    grams = np.zeros((2 * count, BUCKETS), np.float32)
    head = DeclaredHead(tuple(map(str, range(count))), np.repeat(rows, 2, 0), grams, labels)
    assert [head.answer(rows[n], Wording("")).best for n in (0, 7, 1_999)] == [0, 7, 1_999]


def test_regression_takes_examples_evenly():
    """Where a category has more than it may."""
    assert some(np.arange(10), 4).tolist() == [0, 3, 6, 9]
    assert some(np.arange(3), 4).tolist() == [0, 1, 2]
    rows = np.random.default_rng(1).normal(size=(4_000, 4)).astype(np.float32)
    table = regression(rows, np.repeat([0, 1], 2_000))
    assert table.shape == (2, 4)
    assert np.isfinite(table).all()


def test_within_category_directions_count_less():
    """What examples of one category differ in is shrunk; what tells categories apart is not."""
    draw = np.random.default_rng(2)
    rows = np.zeros((200, 2), np.float32)
    rows[:, 0], rows[:, 1] = draw.normal(size=200), np.repeat([-1.0, 1.0], 100)
    turn = turn_of(rows, np.repeat([0, 1], 100))
    noise, meaning = (float(np.linalg.norm(axis @ turn)) for axis in np.eye(2, dtype=np.float32))
    assert noise < meaning


def test_shares_and_the_largest_eigenvalue():
    """Means by category; about the largest, from below, and zero of nothing."""
    assert shares_of(np.array([0, 0, 1])).tolist() == [[0.5, 0.5, 0.0], [0.0, 0.0, 1.0]]
    assert largest(np.diag([1.0, 9.0]).astype(np.float32)) == pytest.approx(9.0, rel=1e-2)
    assert largest(np.zeros((2, 2), np.float32)) == 0.0
