"""Which prompts ask the same."""

from __future__ import annotations

import random

from hypothesis import given
from hypothesis import strategies as st

from wrp_policies.training.questions import alike, groups_of, overlap

SHOTS = (
    "Answer with the letter of the right answer.\n\nWho wrote Faust, the tragedy?\nA) Goethe\nB) Kant\nAnswer: A\n\n"
)


def test_the_same_question_with_other_options():
    """Is one group, however it is spelt and numbered."""
    one, two, inline, other = groups_of(
        [
            "Which planet is the largest of all?\nA. Mars\nB. Jupiter",
            "which PLANET is the largest, of all\n(A) Saturn\n(B) Jupiter",
            "Which planet is the largest of all? A. Jupiter B. Venus",
            "Which planet is the smallest of all?\nA. Mars\nB. Jupiter",
        ]
    )
    assert one == two == inline != other


def test_worked_examples_are_no_question():
    """Where many prompts begin with the same lines, what is asked comes after them."""
    asked = [f"{SHOTS}What is the capital of country {n // 2}?\nA) {n}\nB) {n + 1}\nAnswer:" for n in range(40)]
    groups = groups_of(asked)
    assert len(set(groups)) == 20
    assert all(groups[n] == groups[n + 1] for n in range(0, 40, 2))


def test_repeats_stay_together():
    """However many there are."""
    assert len(set(groups_of([SHOTS] * 50 + ["Something else entirely, said once"]))) == 2


def test_a_beginning_that_says_nothing():
    """Is read together with the line after it; what has no letters is itself."""
    assert len(set(groups_of(["Question:\nWho was Ada Lovelace?", "Question:\nWho was Alan Turing?"]))) == 2
    assert len(set(groups_of(["?!", "...", "?!"]))) == 2


@given(st.lists(st.text(alphabet="ab \n?.A)", max_size=30), max_size=60), st.integers(0, 10))
def test_groups_do_not_depend_on_the_order(prompts: list[str], seed: int):
    """The same prompts, shuffled, get the same groups; equal prompts equal ones."""
    order = list(range(len(prompts)))
    random.Random(seed).shuffle(order)
    groups = groups_of(prompts)
    assert groups_of([prompts[at] for at in order]) == tuple(groups[at] for at in order)
    assert all(groups[i] == groups[prompts.index(one)] for i, one in enumerate(prompts))


def test_what_both_sides_have():
    """Counted as often as it is asked, whatever its case and punctuation."""
    assert overlap(["What is it?", "?"], ["what is IT", "What is that?", "?", "!"]) == 2
    assert alike(["a", "b"], ["b", "b", "c"]) == 2
