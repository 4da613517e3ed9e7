"""Verifiers together."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.policies.cascading.asking import Played, always, case
from tests.policies.makers import facts
from wrp_policies.cascading.types import Answer, Wanted
from wrp_policies.cascading.verifiers import AllOf, AnyOf, Judge, Logprob, Margin, Schema, SelfConsistency
from wrp_policies.cascading.verifiers.composed import Examined, moved, unmoved
from wrp_signals.materials import Materials

SURE, UNSURE = (-0.1,), (-3.0,)


@pytest.mark.parametrize(
    ("logprobs", "text", "every", "some"),
    [
        (SURE, "{}", True, True),
        (SURE, "no", False, True),
        (UNSURE, "{}", False, True),
        (UNSURE, "no", False, False),
        ((), "{}", None, True),
        ((), "no", False, None),
    ],
)
def test_three_valued(logprobs: tuple[float, ...], text: str, every: bool | None, some: bool | None) -> None:
    """What cannot be told decides only where the others leave it open."""
    for kind, wanted in ((AllOf, every), (AnyOf, some)):
        made = kind((Logprob(-0.4), Schema())).build(Materials.none())
        verdict = made.judge(facts(), Wanted(json=True), Answer(text, logprobs=logprobs))
        assert (None if verdict.score is None else verdict.score >= made.bar) is wanted
        assert ", " in verdict.evidence


def test_nobody_can_tell() -> None:
    """Then nothing is known."""
    made = AllOf((Logprob(), Margin())).build(Materials.none())
    assert made.judge(facts(), Wanted(), Answer("x")).score is None


def test_what_it_wants_of_the_engine() -> None:
    """The most that any of them does."""
    assert AllOf((Logprob(), Margin())).build(Materials.none()).tops == 2
    assert AnyOf((Schema(), Schema())).build(Materials.none()).tops is None
    assert AllOf((Logprob(), Margin())).build(Materials.none()).partial
    assert not AllOf((Logprob(), Schema())).build(Materials.none()).partial


@given(st.floats(0, 1), st.floats(0, 1), st.floats(0.001, 1))
def test_scales_keep_their_order_and_their_bar(one: float, other: float, bar: float) -> None:
    """In [0, 1], with the bar at a half."""
    assert 0.0 <= moved(one, bar) <= 1.0
    assert (moved(one, bar) >= 0.5) == (one >= bar) or one < bar <= one * (1 + 1e-12)
    if one < other:
        assert moved(one, bar) <= moved(other, bar)


@given(st.floats(0, 1), st.floats(0.001, 1))
def test_a_bar_can_be_moved_back(bar: float, own: float) -> None:
    """To the scale of one of the parts."""
    assert 0.0 <= unmoved(bar, own) <= 1.0
    if own < 0.999:
        assert moved(unmoved(bar, own), own) == pytest.approx(bar, abs=1e-9)


def examined(kind: type[AllOf | AnyOf], *parts: object, says: str | None, bar: float = 0.5, **given: object) -> Played:
    """What is made of an answer, where those who are asked say that."""
    made = kind((Schema(), *parts)).build(Materials.none())  # type: ignore[arg-type]  # of Several
    assert isinstance(made, Examined)
    return Played(made.examine(case(bar=bar, **given)), always(says))


@pytest.mark.parametrize(
    ("kind", "text", "says", "asked", "accepted"),
    [
        (AllOf, "{}", '{"grade": 5}', 1, True),
        (AllOf, "{}", '{"grade": 2}', 1, False),
        (AllOf, "{}", None, 1, None),
        (AllOf, "no", '{"grade": 5}', 0, False),
        (AnyOf, "{}", '{"grade": 1}', 0, True),
        (AnyOf, "no", '{"grade": 5}', 1, True),
        (AnyOf, "no", '{"grade": 2}', 1, False),
        (AnyOf, "no", None, 1, None),
    ],
)
def test_only_who_matters_is_asked(
    kind: type[AllOf | AnyOf], text: str, says: str | None, asked: int, accepted: bool | None
) -> None:
    """The cheap ones come first, wherever they stand."""
    played = examined(kind, Judge("grader"), says=says, answer=text, wanted=Wanted(json=True))
    assert sum(played.asked) == asked
    score = played.verdict.score
    assert (None if score is None else score >= 0.5) is accepted
    assert ("judge" in played.verdict.evidence) == bool(asked)


def test_of_two_that_ask_the_second_may_be_spared() -> None:
    """Where the first one decides."""
    both = Judge("one"), Judge("two")
    assert examined(AllOf, *both, says='{"grade": 1}').asked == [1]
    assert examined(AllOf, *both, says='{"grade": 5}').asked == [1, 1]
    assert AllOf(both).asks == AnyOf((*both, Judge("one"))).asks == ("one", "two")
    made = AllOf((Logprob(), *both)).build(Materials.none())
    assert isinstance(made, Examined)
    assert (made.asks, made.tops, made.partial, made.bar) == (("one", "two"), 0, False, 0.5)


def test_a_bar_of_its_own_reaches_its_parts() -> None:
    """As a card's: with 0.9 of all together, three of four votes are not enough any more."""
    vote = SelfConsistency(agree="number", samples=4, at=0.5)
    said = {"answer": "42", "wanted": Wanted()}
    assert examined(AllOf, vote, says="42", bar=0.5, **said).asked == [1]
    assert examined(AllOf, vote, says="42", bar=0.9, **said).asked == [3]
