"""How a question is meant."""

from __future__ import annotations

import pytest

from wrp_cache.bearing import meant
from wrp_cache.frames import same_question
from wrp_cache.marks import Pair, read


@pytest.mark.parametrize(
    ("one", "other", "evidence"),
    [
        ("Should I water my cactus daily?", "Can I water my cactus daily?", "should != can"),
        ("Do I have to pay taxes on tips?", "Can I pay taxes on tips?", "must != can"),
        ("Must I pay taxes on tips?", "Should I pay taxes on tips?", "must != should"),
        ("Is the store open on Sunday?", "Was the store open on Sunday?", "is != was"),
        ("Do all mammals lay eggs?", "Do any mammals lay eggs?", "all != any"),
        ("Can everyone see my profile?", "Can anyone see my profile?", "everyone != anyone"),
        ("What was the GDP of India?", "What will the GDP of India be?", "was != will"),
        ("How do I allow only admins to post?", "How do I allow admins to post?", "only in one"),
        ("What's my balance?", "What's your balance?", "my != your"),
        ("How old is his father?", "How old is her father?", "his != her"),
        ("How do I reset his password?", "How do I reset her password?", "his != her"),
    ],
)
def test_meant_otherwise(one: str, other: str, evidence: str) -> None:
    """Questions of one kind that differ in a small word."""
    assert same_question(Pair(read(one), read(other))) == f"question: {evidence}"
    assert same_question(Pair(read(other), read(one)))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Can I open it?", "Could I open it?"),
        ("Do I have to pay taxes?", "Must I pay taxes?"),
        ("How should I learn chess?", "How can I learn chess?"),
        ("What is the first king of Spain?", "What was the first king of Spain?"),
        ("What would happen if the moon were gone?", "What will happen if the moon is gone?"),
        ("Is there any way to delete all photos?", "Is it possible to delete all photos?"),
        ("What is the only good bank in Oslo?", "What is the best bank of all for students in Oslo?"),
        ("How do you improve your English?", "How do I improve my English?"),
        ("How to find my phone", "How to find your phone"),
    ],
)
def test_meant_alike(one: str, other: str) -> None:
    """What differs says nothing, or nothing of this."""
    assert same_question(Pair(read(one), read(other))) is None
    assert same_question(Pair(read(other), read(one))) is None


def test_what_decides_only_yes_or_no() -> None:
    """Elsewhere `can` and `should` ask for the same."""
    asked = Pair(read("should we go"), read("can we go"))
    assert meant(asked, True)
    assert meant(asked, False) is None
