"""What is said when a condition cannot be understood."""

from __future__ import annotations

from wrp_policies.when.errors import WhenError, did_you_mean


def test_an_error_says_what_where_and_what_instead() -> None:
    """Message, offset and hint; as text, message and hint."""
    error = WhenError("wrong", 3, "did you mean `x`?")
    assert (error.message, error.offset, error.hint) == ("wrong", 3, "did you mean `x`?")
    assert str(error) == "wrong - did you mean `x`?"
    assert str(WhenError("wrong", 3)) == "wrong"


def test_did_you_mean() -> None:
    """The closest word whatever its case; nothing where nothing is close."""
    assert did_you_mean("CATEGRY", ["pii", "category"]) == "did you mean `category`?"
    assert did_you_mean("zzz", ["pii", "category"]) == ""
