"""Entries that learn how near a question has to be: the promise, the curve, memory and state."""

from __future__ import annotations

import math
import random

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wrp_cache.bars.acceptance import Neighbour
from wrp_cache.bars.verified import (
    Curve,
    LearnerState,
    Verified,
    VerifiedState,
    VerifiedTerms,
    explored,
    fitted,
)
from wrp_cache.types import Bar

BAR = Bar(threshold=0.9, floor=0.5)


def near(similarity: float, name: bytes = b"n") -> Neighbour:
    return Neighbour("code", "acme", name, similarity)


def simulated(terms: VerifiedTerms, seed: int, requests: int = 4000) -> tuple[int, int, int]:
    """Requests, served and wrong, for 60 entries with logistic curves of their own."""
    rng, verified = random.Random(seed), Verified(terms)
    entries = [(rng.uniform(20.0, 60.0), rng.uniform(0.7, 0.95)) for _ in range(60)]
    served = wrong = 0
    for _ in range(requests):
        which = int(60 * rng.random() ** 2)
        slope, middle = entries[which]
        one = near(min(1.0, max(0.5, rng.betavariate(8.0, 1.5))), str(which).encode())
        right = rng.random() < 1.0 / (1.0 + math.exp(-slope * (one.similarity - middle)))
        if verified.verdict(one, BAR, 0.0, 0.0, rng) == "serve":
            served, wrong = served + 1, wrong + (not right)
        else:
            verified.learn(one, right, 0.0)
    return requests, served, wrong


@pytest.mark.parametrize("delta", [0.01, 0.02, 0.05])
def test_wrong_answers_stay_below_delta(delta: float):
    """Of all requests, at the upper end of a 95 % interval over three seeds; and something is served."""
    runs = [simulated(VerifiedTerms(delta=delta), seed) for seed in (1, 2, 3)]
    requests, served, wrong = (sum(column) for column in zip(*runs, strict=True))
    rate = wrong / requests
    assert rate + 1.96 * math.sqrt(rate * (1 - rate) / requests) <= delta
    assert served / requests > 2 * delta


def test_each_answer_can_be_held_to_delta():
    """Then it is a share of what is served."""
    runs = [simulated(VerifiedTerms(delta=0.1, each=True), seed) for seed in (1, 2, 3)]
    _, served, wrong = (sum(column) for column in zip(*runs, strict=True))
    assert served > 500
    assert wrong / served <= 0.1


def test_an_entry_is_explored_before_it_answers():
    """Until it has been observed often enough; what is below the floor, or no number, is a miss."""
    verified, rng = Verified(VerifiedTerms(delta=0.2)), random.Random(1)
    for _ in range(5):
        assert verified.verdict(near(0.99), BAR, 0.0, 0.0, rng) == "probe"
        verified.learn(near(0.99), True, 0.0)
    for _ in range(30):
        verified.learn(near(0.99), True, 0.0)
        verified.learn(near(0.6), False, 0.0)
    assert "serve" in {verified.verdict(near(0.99), BAR, 0.0, 0.0, rng) for _ in range(20)}
    assert verified.verdict(near(0.4), BAR, 0.0, 0.0, rng) == "miss"
    assert verified.verdict(near(math.nan), BAR, 0.0, 0.0, rng) == "miss"
    assert verified.floor("code", BAR, 0.0) == 0.5


def test_no_entry_learns_from_another():
    """Nor from what cannot be a similarity."""
    verified = Verified()
    for _ in range(50):
        verified.learn(near(0.99, b"other"), True, 0.0)
    verified.learn(near(math.nan), True, 0.0)
    verified.learn(near(-0.2), True, 0.0)
    assert len(verified) == 1
    assert verified.verdict(near(0.99), BAR, 0.0, 0.0, random.Random(1)) == "probe"


def test_memory_is_bounded():
    """The newest observations of an entry, the newest entries; and an entry that goes is forgotten."""
    verified = Verified(VerifiedTerms(most=6, entries=3))
    for n in range(10):
        for _ in range(20):
            verified.learn(near(0.9, bytes([n])), n % 2 == 0, 0.0)
    state = verified.state(0.0)
    assert [learner.name for learner in state.learners] == [b"\x07", b"\x08", b"\x09"]
    assert {len(learner.rights) for learner in state.learners} == {6}
    verified.forget(b"\x07")
    verified.forget(b"unknown")
    assert len(verified) == 2


def test_state_survives():
    """Through bytes, and decides the same afterwards."""
    verified = Verified(VerifiedTerms(delta=0.05))
    rng = random.Random(4)
    for _ in range(40):
        similarity = rng.uniform(0.6, 1.0)
        verified.learn(near(similarity), similarity > 0.8, 0.0)
    packed = msgspec.msgpack.encode(verified.state(0.0))
    again = Verified(VerifiedTerms(delta=0.05))
    again.restore(msgspec.msgpack.decode(packed, type=VerifiedState), 0.0)
    one, two = random.Random(5), random.Random(5)
    for step in range(40):
        near_by = near(0.8 + step / 200)
        assert verified.verdict(near_by, BAR, 0.0, 0.0, one) == again.verdict(near_by, BAR, 0.0, 0.0, two)


@pytest.mark.parametrize(
    "state",
    [
        VerifiedState([], version=99),
        VerifiedState([LearnerState(b"n", [0.5], [])]),
        VerifiedState([LearnerState(b"n", [math.nan], [True])]),
        VerifiedState([LearnerState(b"n", [7.0], [True])]),
    ],
)
def test_damaged_state_is_refused(state: VerifiedState):
    """And what was known before is kept."""
    verified = Verified()
    verified.learn(near(0.9), True, 0.0)
    with pytest.raises(ValueError, match="state"):
        verified.restore(state, 0.0)
    assert len(verified) == 1


def test_exploring_makes_up_for_doubt():
    """(1 - explored) (1 - certainty) is delta, or less."""
    assert explored(0.995, 0.01) == 0.0
    assert explored(1.0, 0.01) == 0.0
    assert (1.0 - explored(0.9, 0.01)) * 0.1 == pytest.approx(0.01)


def test_a_wrong_answer_counts_at_once():
    """However much was right before: the next to ask finds the curve drawn anew."""
    verified = Verified()
    for step in range(40):
        verified.learn(near(0.9 + step / 500), True, 0.0)
    learner = verified._learners[b"n"]
    before = learner.drawn().certainty(0.95)
    verified.learn(near(0.95), False, 0.0)
    assert learner.drawn().certainty(0.95) < before - 0.03


def test_the_curve_finds_the_midpoint():
    """Of many observations, within its own error; and it is surer the more there are."""
    rng = random.Random(6)
    similarities = [rng.uniform(0.6, 1.0) for _ in range(400)]
    rights = [rng.random() < 1.0 / (1.0 + math.exp(-30.0 * (s - 0.8))) for s in similarities]
    much, little = fitted(similarities, rights), fitted(similarities[:20], rights[:20])
    assert abs(much.middle - 0.8) < 4 * much.error
    assert much.error < little.error
    assert 15.0 < much.slope < 60.0


@given(st.lists(st.tuples(st.floats(0.0, 1.0), st.booleans()), min_size=1, max_size=48), st.floats(0.0, 1.0))
def test_every_curve_is_finite(observed: list[tuple[float, bool]], similarity: float):
    """Also where right and wrong are perfectly apart or the wrong way round; and no certainty is beyond doubt."""
    curve = fitted([s for s, _ in observed], [right for _, right in observed])
    assert all(math.isfinite(value) for value in (curve.slope, curve.middle, curve.error))
    assert 0.0 <= curve.certainty(similarity) < 1.0


def test_certainty_grows_with_similarity_and_with_knowledge():
    """Nearer is likelier right; a vaguer midpoint promises less."""
    sure, vague = Curve(30.0, 0.8, 0.01), Curve(30.0, 0.8, 0.1)
    assert sure.certainty(0.95) > sure.certainty(0.85)
    assert sure.certainty(0.95) > vague.certainty(0.95)
