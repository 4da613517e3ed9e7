"""The learned guard: rules first, then the probability."""

from __future__ import annotations

from tests.cache.weighings import weighing
from wrp_cache.guard import Guard
from wrp_cache.learned import LearnedGuard

ASKED = "How do I reset my password?"
ALIKE = "How can I restore my password?"
NUMBER = "How do I reset 2 passwords?"


def test_rules_come_first():
    """Their evidence is the veto, however sure the learned part is."""
    against = LearnedGuard(weighing()).judge(ASKED)
    assert against(NUMBER, 0.99) == Guard().veto(ASKED, NUMBER) == "number: none != 2"


def test_the_learned_veto():
    """What the rules let pass has to reach the bar; the evidence says by how much it does not."""
    against = LearnedGuard(weighing()).judge(ASKED)
    assert against(ALIKE, 0.95) is None
    assert against(ALIKE, 0.85) == "learned: 0.12 < 0.50"
    assert LearnedGuard(weighing(), bar=0.9).judge(ASKED)(ALIKE, 0.95) == "learned: 0.88 < 0.90"
    assert LearnedGuard(weighing(bar=0.1)).judge(ASKED)(ALIKE, 0.85) is None


def test_a_pardon():
    """A card may say from which probability on a veto is overruled; below, the rule's evidence stays."""
    guard = LearnedGuard(weighing(pardon=0.8))
    assert guard.judge(ASKED)(NUMBER, 0.95) is None
    assert guard.judge(ASKED)(NUMBER, 0.85) == "number: none != 2"
    assert guard.judge(ASKED)(ALIKE, 0.95) is None
    assert LearnedGuard(weighing(pardon=0.8), pardon=2.0).judge(ASKED)(NUMBER, 0.95) == "number: none != 2"


def test_what_needs_no_weighing():
    """The same text passes, what is too long to be compared does not."""
    guard = LearnedGuard(weighing())
    assert guard.judge(ASKED)(ASKED, 0.1) is None
    assert guard.judge(ASKED)(ASKED.lower(), 0.1) is None
    assert guard.judge("x" * 3000)("y", 0.99) == "length: 3000 characters are not compared"
    assert guard.probability(ASKED, ASKED, 0.1) == 1.0
    assert guard.probability("x" * 3000, "y", 0.99) == 0.0
    assert 0.8 < guard.probability(ASKED, NUMBER, 0.95) < 0.9
    assert guard.id == "guard-by-hand"
