"""What a router model decides: whom to ask what, or who is to answer. Anything that is not exactly that is nothing."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import msgspec

from .framing import spoken

LONGEST = 4096
"""Characters of a question of a router model's."""

MOST = 8 * LONGEST
"""Characters of a decision: a question may be written in escapes."""

FENCES = ("```json", "```")


class Put(msgspec.Struct, frozen=True):
    """Put this question to a pool."""

    pool: str
    question: str


class Write(msgspec.Struct, frozen=True):
    """Enough is known: this pool is to answer; "" leaves that to whoever asked."""

    pool: str = ""


Decision = Put | Write


class _Said(msgspec.Struct, forbid_unknown_fields=True):
    ask: str | None = None
    question: str | None = None
    answer: str | None = None
    done: bool | None = None


_SAID = msgspec.json.Decoder(_Said)


def decided(text: str, pools: Collection[str]) -> Decision | None:
    """The decision in an answer, which names one of these pools; None for anything else, whatever it is."""
    bare = _unfenced(spoken(text))
    if len(bare) > MOST:
        return None
    try:
        said = _SAID.decode(bare)
    except (msgspec.MsgspecError, UnicodeError, RecursionError):
        return None
    question = (said.question or "").strip()
    if said.ask:
        alone = not said.answer and not said.done
        return Put(said.ask, question) if alone and said.ask in pools and 0 < len(question) <= LONGEST else None
    if question or (said.answer and said.answer not in pools):
        return None
    return Write(said.answer or "") if said.answer or said.done else None


def _unfenced(text: str) -> str:
    """Without the fence that some models cannot do without."""
    for fence in FENCES:
        if text.startswith(fence) and text.endswith("```") and len(text) >= len(fence) + 3:
            return text[len(fence) : -3].strip()
    return text


def schema_of(pools: Collection[str]) -> dict[str, Any]:
    """What a decision looks like: all fields are there, and what does not apply is empty."""
    named = {"type": "string", "enum": [*pools, ""]}
    fields = {"ask": named, "question": {"type": "string"}, "answer": named}
    return {"type": "object", "properties": fields, "required": list(fields), "additionalProperties": False}
