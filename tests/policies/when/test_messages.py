"""The sentences of the checker; test_check holds the table of all of them."""

from __future__ import annotations

from wrp_policies.when import messages
from wrp_policies.when.parser import parse
from wrp_policies.when.types import DOUBLE, STRING


def test_a_message_quotes_only_what_is_short() -> None:
    """A long expression is called `this`; its place is in the offset."""
    assert messages.not_a_condition(parse("a + b"), DOUBLE).message.endswith("and `a + b` is a double")
    assert messages.not_a_condition(parse("a + " * 20 + "b"), STRING).message.endswith("and this is a string")


def test_errors_of_the_pattern_engine_become_text() -> None:
    """re2 puts bytes into its errors; others put text, or nothing."""
    assert messages.text_of(Exception(b"missing )")) == "missing )"
    assert messages.text_of(Exception("missing )")) == "missing )"
    assert messages.text_of(Exception()) == ""


def test_the_hint_for_a_name_with_a_dash() -> None:
    """It would be read as a difference, so the signal must be renamed."""
    error = messages.unknown_name(parse("my"), "my", {"my-signal": "bool"})
    assert error.hint == "rename the signal `my-signal`: only letters, digits and _ can be used here"
