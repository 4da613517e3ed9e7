"""How good an answer was, by what was said of it. The one place that turns words into a number."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal, get_args

Verdict = Literal["good", "bad"]
"""What a client may say of an answer in place of a score."""

Reaction = Literal["satisfied", "alternative", "unclear", "reask", "tool_error", "wrong"]
"""What the next turn of a conversation says of the answer before it."""

Source = Literal["client", "next_turn"]
"""Who says so: whoever calls `POST /v1/feedback`, or the conversation itself."""

QUALITY: Mapping[str, float] = MappingProxyType(
    {
        "good": 1.0,
        "bad": 0.0,
        "satisfied": 1.0,
        "alternative": 0.4,  # nothing was wrong with it, but it was not what was wanted
        "unclear": 0.3,
        "reask": 0.2,  # the question stands as if there had been no answer
        "tool_error": 0.2,  # the call could be read, and did not work
        "wrong": 0.0,
    }
)
"""In [0, 1], by verdict or reaction. Silence has none: most people say nothing of good answers and of bad ones."""

REACTIONS: frozenset[str] = frozenset(get_args(Reaction))


def quality_of(word: str) -> float:
    """What a verdict or a reaction is worth. Raises KeyError for any other word."""
    return QUALITY[word]
