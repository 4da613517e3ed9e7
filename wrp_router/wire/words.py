"""What requests and answers come to once they are read. It reads nothing."""

from __future__ import annotations

from typing import Any

import msgspec

from wrp_signals.facts import Operation


class Body(msgspec.Struct, frozen=True, eq=False, gc=False):
    """One request, decoded once. Read-only by agreement: `tree` and `fields` are shared by all who read it.

    `tree` is the whole object, `fields` its members as bytes in the order sent; `choices` is how many answers a
    complete response holds.
    """

    operation: Operation
    raw: bytes
    tree: dict[str, Any]
    fields: dict[str, msgspec.Raw]
    model: str
    stream: bool
    choices: int


class Usage(msgspec.Struct, frozen=True, gc=False):
    """What one whole answer used. `tokens_in` counts cached tokens too; `finish_reason` is in the words of chat
    completions (`stop`, `length`, `tool_calls`, `content_filter`, …) and `stop` only if every choice stopped;
    `complete` says that the body is an answer of the right shape, with nothing missing; `response` is the name under
    which the Responses API keeps it. `estimated`: the engine did not count `tokens_out`."""

    tokens_in: int = 0
    tokens_out: int = 0
    tokens_cached: int = 0
    finish_reason: str = ""
    model: str = ""
    tool_calls: bool = False
    complete: bool = False
    response: str = ""
    estimated: bool = False


class Tokens(msgspec.Struct, frozen=True, gc=False):
    """Token counts as an engine reports them: `prompt` includes `cached`."""

    prompt: int = 0
    answer: int = 0
    cached: int = 0
