"""Ratings by verdicts."""

from __future__ import annotations

import random

import pytest

from wrp_policies.learning.ratings import APART, FIRST, PLACES, Ratings


def played(games: int, right: tuple[float, float], place: int = 3, seed: int = 1) -> Ratings:
    """Two arms by turns, right so often each."""
    ratings, rng = Ratings(2), random.Random(seed)
    for number in range(games):
        arm = number % 2
        ratings.note(place, arm, float(rng.random() < right[arm]))
    return ratings


def test_newcomers_are_equal() -> None:
    """Before the first verdict."""
    expected, counts, ratings = Ratings(2).of(0, [0, 1])
    assert expected.tolist() == [0.5, 0.5]
    assert counts.tolist() == ratings.tolist() == [0.0, 0.0]


def test_what_is_expected_is_what_comes() -> None:
    """After a thousand verdicts the ratings foretell how often each is right."""
    expected, counts, _ = played(2000, (0.9, 0.6)).of(3, [0, 1])
    assert expected.tolist() == pytest.approx([0.9, 0.6], abs=0.08)
    assert counts.tolist() == [1000.0, 1000.0]


def test_easy_questions_make_nobody_better() -> None:
    """Where both are right always, both are expected to be, and neither is ahead."""
    _, _, ratings = played(600, (1.0, 1.0)).of(3, [0, 1])
    assert abs(ratings[0] - ratings[1]) < 30


def test_a_category_of_its_own_and_what_all_share() -> None:
    """What was learned of one category is a beginning for others: half of it, and no verdicts."""
    ratings = played(400, (0.9, 0.2))
    _, counts, elsewhere = ratings.of(5, [0, 1])
    _, _, here = ratings.of(3, [0, 1])
    assert counts.tolist() == [0.0, 0.0]
    assert 0.0 < elsewhere[0] - elsewhere[1] < here[0] - here[1]


def test_first_verdicts_weigh_most() -> None:
    """By the steps that a newcomer takes, and one of long standing."""
    ratings = Ratings(1)
    ratings.note(0, 0, 1.0)
    assert ratings.of(0, [0])[2][0] == pytest.approx(FIRST * 0.5)
    old = played(4000, (0.5, 0.5))
    before = old.of(3, [0])[2][0]
    old.note(3, 0, 1.0)
    assert 0.0 < old.of(3, [0])[2][0] - before < 8.0


def test_ratings_have_bounds() -> None:
    """Ten thousand right answers do not lead anywhere."""
    ratings = Ratings(1)
    for _ in range(10_000):
        ratings.note(0, 0, 1.0)
    assert ratings.of(0, [0])[2][0] <= 2 * APART


def test_a_restart_is_of_one_category() -> None:
    """And of what all share: there the pools are newcomers again, elsewhere they keep what is their own."""
    ratings = played(400, (0.9, 0.2))
    for number in range(100):
        ratings.note(5, number % 2, float(number % 2 == 0))
    ratings.restart(3)
    expected, counts, _ = ratings.of(3, [0, 1])
    assert (expected.tolist(), counts.tolist()) == ([0.5, 0.5], [0.0, 0.0])
    assert ratings.of(5, [0, 1])[1].tolist() == [50.0, 50.0]


def test_state_round_trip_and_newcomers() -> None:
    """Taken up it is the same; who has no row begins at the start; a table of another shape is refused."""
    one, two = played(100, (0.9, 0.3)), Ratings(2)
    ratings, counts, par = one.state()
    two.restore([ratings[1], []], [counts[1], []], par)
    assert two.of(3, [0])[2].tolist() == one.of(3, [1])[2].tolist()
    assert two.of(3, [1])[1].tolist() == [0.0]
    with pytest.raises(ValueError, match="broadcast"):
        two.restore([[0.0] * PLACES], [[0.0] * PLACES], par)
