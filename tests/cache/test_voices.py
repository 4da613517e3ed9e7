"""Who does it and to whom."""

from __future__ import annotations

import pytest

from wrp_cache.marks import Pair, read
from wrp_cache.voices import roles


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Who did Google acquire?", "Who acquired Google?"),
        ("Who does Alice manage?", "Who manages Alice?"),
        ("Which teams beat Spain?", "Which teams did Spain beat?"),
        ("What do lions hunt?", "What hunts lions?"),
        ("Which animals eat grass?", "What grass do animals eat?"),
        ("What follows photosynthesis?", "What does photosynthesis follow?"),
        ("How many teams beat Spain?", "How many teams did Spain beat?"),
        ("Who was sued by Tesla?", "Who sued Tesla?"),
        ("Was Tesla sued by Apple?", "Did Tesla sue Apple?"),
        ("What is caused by stress?", "What causes stress?"),
        ("Is my boss allowed to fire me?", "Am I allowed to fire my boss?"),
        ("How do I get feedback from users?", "How do I give feedback to users?"),
    ],
)
def test_the_other_side(one: str, other: str) -> None:
    """The same words, and doer and done to in each other's place."""
    assert roles(Pair(read(one), read(other)))
    assert roles(Pair(read(other), read(one)))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("What does DNA stand for?", "What DNA stands for?"),
        ("Who was Tesla sued by?", "Who sued Tesla?"),
        ("Who was sued by Tesla?", "Who did Tesla sue?"),
        ("How many bones does a human have?", "How many bones are in a human?"),
        ("What's your preferred colour?", "What colour do you prefer?"),
        ("What is meant by entropy?", "What is the meaning of entropy?"),
        ("Which is the best book by Orwell?", "What are some good books of Orwell's?"),
        ("Is anyone irritated by ads?", "Is anyone irritated on ads?"),
        ("Give me tips for chess", "How do I get tips for chess?"),
        ("Can you tell me how I tune a guitar?", "How do I tune a guitar?"),
        ("What do I need to bake bread?", "What do I need for bread to bake?"),
        ("rain", "snow"),
    ],
)
def test_the_same_side(one: str, other: str) -> None:
    """Other words or another voice for the same, or nothing that tells."""
    assert roles(Pair(read(one), read(other))) is None
    assert roles(Pair(read(other), read(one))) is None
