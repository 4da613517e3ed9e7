"""The kind of answer wanted, and which way round."""

from __future__ import annotations

import pytest

from wrp_cache.frames import direction, same_question
from wrp_cache.marks import Pair, read


def pair(one: str, other: str) -> Pair:
    """Both texts, read."""
    return Pair(read(one), read(other))


@pytest.mark.parametrize(
    ("one", "other", "evidence"),
    [
        ("who wrote it", "when was it written", "question: who != when"),
        ("please tell me why it rains", "when does it rain", "question: why != when"),
        ("how many live there", "how do they live there", "question: how many != how"),
        ("how long is it", "how old is it", "question: how long != how old"),
        ("is it blue", "why is it blue", "question: yes or no != why"),
        ("which one is it", "who is it", "question: what != who"),
    ],
)
def test_other_kinds(one: str, other: str, evidence: str) -> None:
    """Kinds of answers that exclude each other."""
    assert same_question(pair(one, other)) == evidence


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("what is the reason it rains", "why does it rain"),
        ("what time is it open", "when is it open"),
        ("what place sells it", "where can i buy it"),
        ("how do i open it", "what opens it"),
        ("how do i find it", "where do i find it"),
        ("can i open it", "how do i open it"),
        ("is there a way to open it", "how do i open it"),
        ("what is the price", "how much is it"),
        ("how much time does it take", "how long does it take"),
        ("how many days does it take", "how long does it take"),
        ("how safe is it", "is it safe"),
        ("explain rain", "how does it rain"),
        ("whose is it", "who has it"),
        ("how", "how do i"),
        ("the rain and how it falls", "why does it rain"),
    ],
)
def test_one_kind(one: str, other: str) -> None:
    """Other words for the same kind, and kinds that answer each other."""
    assert same_question(pair(one, other)) is None


@pytest.mark.parametrize(
    ("one", "other", "turned"),
    [
        ("fly from oslo to rome", "fly from rome to oslo", True),
        ("fly from oslo to rome", "fly to oslo from rome", True),
        ("fly from oslo to rome", "fly to rome from oslo", False),
        ("fly from it to them", "fly from oslo to rome", False),
        ("is gold heavier than lead", "is lead heavier than gold", True),
        ("eat before running", "run before eating", True),
        ("do dogs bite men", "do men bite dogs", True),
        ("dogs bite men and cats", "cats and men bite dogs", False),
        ("who beat brazil", "who did brazil beat", True),
        ("who beat brazil", "who has brazil beat", False),
        ("grams in an ounce", "ounces in a gram", True),
        ("what is f(a, b)", "what is f(b, a)", True),
        ("5 km in 3 hours", "in 3 hours 5 km", False),
        ("cook rice with salt", "with salt cook rice", False),
        ("learn to code to earn", "earn to code to learn", True),
        ("give the shop to my wife", "give the shop from my wife", True),
        ("who manages alice", "who does alice manage", True),
    ],
)
def test_direction(one: str, other: str, turned: bool) -> None:
    """Words that change places across a preposition, a verb or a list of arguments."""
    assert (direction(pair(one, other)) is not None) == turned
    assert (direction(pair(other, one)) is not None) == turned


MANY = [f"x{chr(97 + n // 6)}{chr(97 + n % 6)}y" for n in range(30)]


@pytest.mark.parametrize(
    ("one", "other", "turned"),
    [
        ("Is it true that Ada praised Grace?", "Is it true that Grace praised Ada?", True),
        ("Cobalt is heavier than zinc", "Tell me if zinc is heavier than cobalt", True),
        ("Copy notes.md to plan.md", "I want to copy plan.md to notes.md, how?", True),
        ("How do I move from New Ulm to Fargo?", "What is the way to move from Fargo to New Ulm?", True),
        ("Best laptop for students in Peru", "In Peru, which laptop for students is best?", False),
        ("learn the banjo fast", "fast learn the banjo", False),
        ("gold, silver and tin", "tin, silver and gold", False),
        ("alpha beta gamma", "beta gamma alpha", False),
        ("pear plum fig quince", "plum quince pear fig", False),
        (" ".join(MANY), " ".join(MANY[20:] + MANY[10:20] + MANY[:10]), False),
        (" ".join(MANY[:9]), " ".join(MANY[6:9] + MANY[3:6] + MANY[:3]), True),
    ],
)
def test_parts_that_change_places(one: str, other: str, turned: bool) -> None:
    """Two parts with others between them; parts that stand side by side may change freely."""
    assert (direction(pair(one, other)) is not None) is turned
    assert (direction(pair(other, one)) is not None) is turned


def test_how_come() -> None:
    """Asks why."""
    assert same_question(pair("How come the sky is blue?", "Why is the sky blue?")) is None
    assert same_question(pair("How come the sky is blue?", "When is the sky blue?")) == "question: why != when"
