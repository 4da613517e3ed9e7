"""Features: one finite number for each name, whatever the answer is."""

from __future__ import annotations

from math import isfinite

from hypothesis import given
from hypothesis import strategies as st

from tests.policies.makers import facts
from wrp_policies.cascading.features import NAMES, features
from wrp_policies.cascading.types import Answer, Call, Wanted

ANSWERS = st.builds(
    Answer,
    text=st.text(max_size=200),
    calls=st.lists(st.builds(Call, st.text(max_size=5), st.text(max_size=5)), max_size=2).map(tuple),
    logprobs=st.lists(st.floats(-100, 0), max_size=5).map(tuple),
    finish_reason=st.sampled_from(["", "stop", "length"]),
)


@given(st.text(max_size=100), ANSWERS)
def test_one_finite_number_for_each_name(asked: str, answer: Answer) -> None:
    """Always the same ones."""
    seen = features(facts(), Wanted(asked), answer)
    assert len(seen) == len(NAMES)
    assert all(map(isfinite, seen))
    assert seen == features(facts(), Wanted(asked), answer)


def test_what_they_see() -> None:
    """Doubt, refusal, repetition, and how sure the model was."""
    text = "I'm sorry, I think I cannot help. Maybe 3? Maybe 3?"
    seen = dict(zip(NAMES, features(facts(), Wanted("2 + 1"), Answer(text, logprobs=(-0.1, -5.0))), strict=True))
    assert (seen["hedges"], seen["refusals"], seen["questions"], seen["unlikely"]) == (3.0, 1.0, 1.0, 0.5)
    assert 0.0 < seen["least_likely"] < 0.01 < seen["mean_likely"] < 1.0
    assert seen["repeated"] > 0.1
