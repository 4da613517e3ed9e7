"""Verifiers together."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.policies.makers import facts
from wrp_policies.cascading.types import Answer, Wanted
from wrp_policies.cascading.verifiers import AllOf, AnyOf, Logprob, Margin, Schema
from wrp_policies.cascading.verifiers.composed import moved
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
