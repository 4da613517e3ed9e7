"""What is said when a condition cannot be understood: one error with a place and, where we can guess, a hint."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches


class WhenError(Exception):
    """A `when` that is not a condition.

    `offset` is where, in characters from the start of the source; `hint` is what was probably meant, or "".
    """

    def __init__(self, message: str, offset: int, hint: str = "") -> None:
        super().__init__(message, offset, hint)
        self.message = message
        self.offset = offset
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message} - {self.hint}" if self.hint else self.message


def did_you_mean(written: str, known: Iterable[str]) -> str:
    """The hint that names the closest of the known words, or "" if none is close."""
    by_folded = {word.lower(): word for word in known}
    close = get_close_matches(written.lower(), by_folded, n=1, cutoff=0.6)
    return f"did you mean `{by_folded[close[0]]}`?" if close else ""
