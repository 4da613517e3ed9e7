"""The line of the decision log."""

from __future__ import annotations

import msgspec
import pytest

from wrp_policies.types import Attempt, Ended, Outcome, Plan
from wrp_router.record import Row, from_line, to_line, without_text, without_vectors
from wrp_signals.facts import Facts, Reading

BARE = Row(1.5, Facts("dec_1", "chat", "auto"))
FULL = Row(
    1.5,
    Facts("dec_1", "chat", "auto", readings={"pii": Reading(True, 0.9, ("john@example.org",)), "size": Reading(7.0)}),
    plan=Plan((Attempt("small", "a"),), "static order", "static", 0.5),
    outcomes=(Outcome("small", "a", "m", Ended.DONE, tokens_in=3, cost=0.1),),
    vetoes=("number: 3 != 5", "negation"),
    trace="00-1-2-01",
)


@pytest.mark.parametrize("row", [BARE, FULL])
def test_a_line_is_the_row(row: Row):
    """It reads back as it was; one line each."""
    line = to_line(row)
    assert from_line(line) == row
    assert line.count(b"\n") == 1
    assert line.endswith(b"\n")


def test_what_says_nothing_is_not_written():
    """Defaults are left out."""
    assert to_line(BARE) == b'{"time":1.5,"facts":' + msgspec.json.encode(BARE.facts) + b"}\n"


def test_a_line_that_does_not_fit():
    """Names the field."""
    with pytest.raises(msgspec.ValidationError, match=r"\$.time"):
        from_line(b'{"time": "soon", "facts": {"id": "", "operation": "chat", "asked_model": ""}}')


def test_without_text():
    """What signals saw and what neighbours said is gone; values, scores and kinds stay."""
    bare = without_text(FULL)
    assert bare.facts.readings == {"pii": Reading(True, 0.9), "size": Reading(7.0)}
    assert bare.vetoes == ("number", "negation")
    assert b"john" not in to_line(bare)
    assert msgspec.structs.replace(bare, facts=FULL.facts, vetoes=FULL.vetoes) == FULL


def test_a_row_without_text_is_left_alone():
    """And not copied."""
    assert without_text(BARE) is BARE
    assert without_vectors(FULL) is FULL


def test_without_vectors():
    """They read back as they were, and can be left out."""
    facts = msgspec.structs.replace(FULL.facts, vectors={"static": b"\x00\x3c\x00\x00"})
    row = msgspec.structs.replace(FULL, facts=facts)
    assert from_line(to_line(row)) == row
    assert without_vectors(row) == FULL


def test_a_class_and_why_there_was_no_room_for_it():
    """Stand in the line, where they are not those of everybody; no other words do."""
    row = msgspec.structs.replace(BARE, facts=Facts("dec_1", "chat", "auto", priority="sheddable"), shed="displaced")
    assert from_line(to_line(row)) == row
    assert b'"priority":"sheddable"' in to_line(row)
    with pytest.raises(msgspec.ValidationError, match=r"\$.shed"):
        from_line(to_line(row).replace(b'"displaced"', b'"bored"'))
