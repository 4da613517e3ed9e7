"""What a detector is: a pattern, what proves the value, and the words beside which it means more. Searches nothing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

Check = Callable[[str], float]
"""The value as it stands -> the share of the score that is left: 1 proves it, 0 refutes it."""

Trim = Callable[[bytes, int, int], int]
"""The whole text and a match's start and end -> where the value really ends."""


def plausible(value: str) -> float:
    """For patterns that say enough themselves."""
    return 1.0


def to_end(text: bytes, start: int, end: int) -> int:
    """For patterns that end where the value does."""
    return end


@dataclass(frozen=True, slots=True)
class Detector:
    """One way to find one type. Patterns are RE2's, over UTF-8.

    `alone` is the score of a checked value by itself, `near` its score where one of the words `words` (a key of
    `words.WORDS`) stands within `before` bytes before or `after` bytes after it. `alone` 0 asks for the words.
    `left` and `right` are characters that may not join the value to a longer one. With `group`, the value is the
    pattern's first group. `spots` are keys of
    `spots.SPOTS`, one of which occurs at the value, or within 80 bytes. Beside one of the words
    `unlike`, it is something else.
    """

    type: str
    pattern: str
    alone: float
    near: float = 0.0
    words: str = ""
    check: Check = plausible
    trim: Trim = to_end
    detail: str = ""
    left: bytes = b""
    right: bytes = b""
    group: int = 0
    spots: str = "digits"
    unlike: str = ""
    before: int = 60
    after: int = 0
