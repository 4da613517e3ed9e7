"""How good an answer was, by what was said of it. The one place that turns words into a number."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal, get_args

Verdict = Literal["good", "bad"]
"""What a client may say of an answer in place of a score."""

Reaction = Literal["satisfied", "alternative", "unclear", "reask", "tool_error", "wrong"]
"""What the next turn of a conversation says of the answer before it."""

Form = Literal["formed", "misformed"]
"""What an answer's form says of it, where one was asked for."""

Source = Literal["client", "next_turn", "form"]
"""Who says so: whoever calls `POST /v1/feedback`, the conversation itself, or the answer's own form, if one was asked
for."""

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
        "formed": 1.0,  # both count, so that models are compared by how often they keep to a form
        "misformed": 0.0,
    }
)
"""In [0, 1], by what was said. Silence has none: most people say nothing of good answers and of bad ones."""

REACTIONS: frozenset[str] = frozenset(get_args(Reaction))


def quality_of(word: str) -> float:
    """What a verdict or a reaction is worth. Raises KeyError for any other word."""
    return QUALITY[word]
