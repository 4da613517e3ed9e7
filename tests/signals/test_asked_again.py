"""Questions asked again are known by their words."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wrp_signals.asked_again import asked_in, likeness


def alike(one, other):
    """How alike two messages are."""
    return likeness(asked_in(one), asked_in(other))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("How do I reset my router?", "how do i reset my router"),
        ("How do I reset my router?", "Still wrong. How can I reset the router again, please?"),
        ("如何证明勾股定理?", "请问如何证明勾股定理？"),
        ("Resetting routers remotely", "Reset a router remotely"),
    ],
)
def test_the_same_question_is_alike(one, other):
    """Complaints, politeness and endings aside."""
    assert alike(one, other) >= 0.8


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("What is the capital of France?", "Who painted the Mona Lisa?"),
        ("How much is 20 percent of 80?", "How much is 30 percent of 80?"),
        ("thanks", "thanks"),
        ("", ""),
        ("如何证明勾股定理?", "今天天气怎么样？"),
    ],
)
def test_other_questions_are_not(one, other):
    """Other numbers make another question; two empty phrases make none."""
    assert alike(one, other) < 0.5


@given(st.text(max_size=80), st.text(max_size=80))
def test_likeness_is_symmetric_and_bounded(one, other):
    """0 to 1, either way round."""
    assert 0.0 <= alike(one, other) <= 1.0
    assert alike(one, other) == alike(other, one)
