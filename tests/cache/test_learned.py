"""The learned guard: rules first, then the probability."""

from __future__ import annotations

from typing import Any

from tests.cache.weighings import VECTORS, weighing
from wrp_cache.guard import Guard
from wrp_cache.learned import LearnedGuard

ASKED = "How do I restore my password?"
ALIKE = "How can I recover my password?"
NUMBER = "How do I reset 2 passwords?"
HERE, THERE = VECTORS


def there() -> Any:
    return THERE


def test_rules_come_first():
    """Their evidence is the veto, however sure the learned part is."""
    against = LearnedGuard(weighing()).judge(ASKED, HERE)
    assert against(NUMBER, 0.99, there) == Guard().veto(ASKED, NUMBER) == "number: none != 2"


def test_the_learned_veto():
    """What the rules let pass has to reach the bar; the evidence says by how much it does not."""
    against = LearnedGuard(weighing()).judge(ASKED, HERE)
    assert against(ALIKE, 0.95, there) is None
    assert against(ALIKE, 0.85, there) == "learned: 0.12 < 0.50"
    assert LearnedGuard(weighing(), bar=0.9).judge(ASKED, HERE)(ALIKE, 0.95, there) == "learned: 0.88 < 0.90"
    assert LearnedGuard(weighing(bar=0.1)).judge(ASKED, HERE)(ALIKE, 0.85, there) is None


def test_a_pardon():
    """A card may say from which probability on a veto is overruled; below, the rule's evidence stays."""
    guard = LearnedGuard(weighing(pardon=0.8))
    assert guard.judge(ASKED, HERE)(NUMBER, 0.95, there) is None
    assert guard.judge(ASKED, HERE)(NUMBER, 0.85, there) == "number: none != 2"
    assert guard.judge(ASKED, HERE)(ALIKE, 0.95, there) is None
    assert LearnedGuard(weighing(pardon=0.8), pardon=2.0).judge(ASKED, HERE)(NUMBER, 0.95, there) == "number: none != 2"


def test_what_needs_no_weighing():
    """The same text passes, what is too long to be compared does not."""
    guard = LearnedGuard(weighing())
    assert guard.judge(ASKED, HERE)(ASKED, 0.1, there) is None
    assert guard.judge(ASKED, HERE)(ASKED.lower(), 0.1, there) is None
    assert guard.judge("x" * 3000)("y", 0.99) == "length: 3000 characters are not compared"
    assert guard.probability(ASKED, ASKED, 0.1, VECTORS) == 1.0
    assert guard.probability("x" * 3000, "y", 0.99, VECTORS) == 0.0
    assert 0.8 < guard.probability(ASKED, NUMBER, 0.95, VECTORS) < 0.9
    assert guard.id == "guard-by-hand"


def test_without_vectors():
    """A neighbour without one is vetoed, unless nothing had to be weighed; what a rule vetoes needs none."""
    guard, pardons = LearnedGuard(weighing()), LearnedGuard(weighing(pardon=0.8))
    asked: list[str] = []
    for against in (guard.judge(ASKED)(ALIKE, 0.95, there), guard.judge(ASKED, HERE)(ALIKE, 0.95)):
        assert against == "learned: no vector"
    assert guard.judge(ASKED)(ASKED, 0.95) is None
    assert pardons.judge(ASKED)(NUMBER, 0.95, there) == "number: none != 2"
    assert guard.judge(ASKED, HERE)(NUMBER, 0.95, lambda: asked.append("vector")) == "number: none != 2"
    assert guard.judge(ASKED, HERE)("x" * 3000, 0.95, lambda: asked.append("vector")) is not None
    assert asked == []


def test_vectors_that_cannot_be_compared():
    """Are as unlike as can be."""
    guard = LearnedGuard(weighing())
    assert guard.judge(ASKED, HERE * 0)(ALIKE, 0.95, there) == "learned: 0.00 < 0.50"
    assert guard.judge(ASKED, HERE)(ALIKE, 0.95, lambda: THERE[:1]) == "learned: 0.00 < 0.50"
