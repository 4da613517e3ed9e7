"""Self-consistency: how many agree, and how few have to be asked."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.policies.cascading.asking import Played, always, case, telling, told
from tests.policies.makers import facts
from wrp_policies.cascading.types import Answer
from wrp_policies.cascading.verifiers import SelfConsistency
from wrp_policies.cascading.verifiers.consistent import Poll
from wrp_policies.questions import Again, Question
from wrp_signals.materials import Materials


def vote(*texts: str | None, bar: float = 0.6, **changes: Any) -> Played:
    """The answer that is held is 42; the others say this, one after the other."""
    spec = SelfConsistency(agree="number", **changes).build(Materials.none())
    return Played(spec.examine(case(bar=bar)), telling(*texts))


def test_no_more_are_asked_than_it_takes() -> None:
    """Three of five have to agree: two others at once are enough if they do."""
    played = vote("42", "it is 42")
    assert (played.asked, played.verdict.score) == ([2], 0.6)
    assert played.verdict.evidence == "self-consistency: 3 of 3 agree, of 5"


def test_who_does_not_agree_is_outvoted() -> None:
    """By as many more as are missing."""
    played = vote("41", "42", "42")
    assert (played.asked, played.verdict.score) == ([2, 1], 0.6)


def test_nothing_can_save_it_any_more() -> None:
    """Then nobody else is asked; the score is a bound below the bar."""
    played = vote("41", "41", "42", bar=0.8)
    assert (played.asked, played.verdict.score) == ([3], 0.6)
    assert vote("41", "41", "40", "42").verdict.score == 0.4


def test_each_is_drawn_anew() -> None:
    """From the pool that answered, with seeds of the request's own."""
    (asked,) = vote("42", "42", temperature=0.9, tokens=99, patience=7.0).rounds
    first, second = asked.asked
    assert isinstance(first.what, Again)
    assert isinstance(second.what, Again)
    assert (first.pool, first.tokens, first.what.temperature, asked.seconds) == ("small", 99, 0.9, 7.0)
    assert second.what.seed == first.what.seed + 1
    other = SelfConsistency(agree="number").examine(case(facts=facts(id="another")))
    (again,) = next(other).asked[:1]
    assert again.what != first.what


def test_all_are_asked_for_calibration() -> None:
    """The score is the share then."""
    played = vote("42", "41", "42", "42", early=False)
    assert (played.asked, played.verdict.score) == ([4], 0.8)
    assert played.verdict.evidence == "self-consistency: 4 of 5 agree"


def test_who_is_missing_may_decide_it() -> None:
    """Then nobody can tell; unless it does not hang on them."""
    assert vote("42", None, "41", None).verdict.score is None
    played = vote("42", None, "42")
    assert (played.verdict.score, played.verdict.evidence) == (0.6, "self-consistency: 3 of 3 agree, 1 missing, of 5")
    assert vote("41", "41", None, bar=0.8).verdict.score is not None


def test_where_nobody_comes_no_more_are_asked() -> None:
    """The pool is not there."""
    played = Played(SelfConsistency(agree="number").examine(case()), always(None))
    assert (played.asked, played.verdict.score) == ([2], None)


def test_patience_is_for_all_of_them() -> None:
    """What a round took is gone."""
    slow = lambda question: told("41" if question.what.seed % 2 else "42", 6.0)  # noqa: E731 - a table of two
    played = Played(SelfConsistency(agree="number", samples=8, at=0.5, patience=10.0).examine(case(bar=0.5)), slow)
    assert [one.seconds for one in played.rounds][:2] == [10.0, 4.0][: len(played.rounds)]
    assert len(played.rounds) <= 2


@pytest.mark.parametrize("answer", ["no idea", Answer("42 and", finish_reason="length")])
def test_what_cannot_be_compared(answer: Answer | str) -> None:
    """Nobody is asked."""
    played = Played(SelfConsistency(agree="number").examine(case(answer)), always("42"))
    assert (played.asked, played.verdict.score) == ([], None)
    assert played.verdict.evidence == "self-consistency: no number to compare"


@given(st.lists(st.sampled_from([True, False, None]), min_size=7, max_size=7), st.integers(3, 8), st.floats(0.01, 1.0))
def test_stopping_early_changes_no_verdict(votes: list[bool | None], samples: int, bar: float) -> None:
    """Whoever is asked, and in whatever order: where both can tell, they say the same."""

    def polled(early: bool) -> float | None:
        poll, waiting = Poll(samples, bar), votes[: samples - 1]
        while many := poll.more(early):
            for _ in range(many):
                one = waiting.pop(0)
                poll.count(one is not None, one is True)
        return poll.verdict().score

    soon, late = polled(True), polled(False)
    if late is not None and soon is not None:
        assert (soon >= bar) == (late >= bar)
    if None not in votes:
        agreed = 1 + sum(bool(one) for one in votes[: samples - 1])
        assert late == agreed / samples
        assert soon is not None


def test_how_it_is_declared() -> None:
    """Its bar is a share, it asks no other pool, and wants nothing of tokens."""
    spec = SelfConsistency(at=0.75)
    assert (spec.bar, spec.asks, spec.tops, spec.partial) == (0.75, (), None, False)


def test_the_seed_is_the_requests() -> None:
    """The same request, drawn again, asks the same."""

    def first() -> Question:
        return next(SelfConsistency(agree="number").examine(case())).asked[0]

    assert first() == first()
