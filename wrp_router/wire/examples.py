"""Past questions and answers put before a conversation. Nothing else of the request changes: every byte of it that was
there stays as it was sent."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec
import orjson

from wrp_cache.examples import Example
from wrp_signals.facts import Message, Operation, RequestView

from .body import with_messages
from .words import Body

INSTRUCTING = frozenset({"system", "developer"})
"""Roles of messages that stand before everything else."""

TAKING: frozenset[Operation] = frozenset({"chat", "messages"})
"""Whose conversations are lists of messages by turns. A completion is one text, an embedding answers nothing, and a
response may go on from what the engine keeps."""

SPACE = b" \t\n\r"

_ITEMS = msgspec.json.Decoder(list[msgspec.Raw])


def with_examples(body: Body, examples: Sequence[Example]) -> Body:
    """The request with these before the first message that is no instruction; itself, where there are none."""
    if not examples:
        return body
    told = orjson.dumps(_turns(examples))[1:-1]
    messages = body.fields["messages"]
    at = _place(bytes(messages), _instructions(body.tree))
    changed = bytes(messages)[:at] + told + b"," + bytes(messages)[at:]
    return with_messages(body, changed, tree_with(body.tree, examples))


def tree_with(tree: dict[str, Any], examples: Sequence[Example]) -> dict[str, Any]:
    """The same of a request that is decoded."""
    messages, at = tree["messages"], _instructions(tree)
    return {**tree, "messages": [*messages[:at], *_turns(examples), *messages[at:]]}


def view_with(view: RequestView, examples: Sequence[Example]) -> RequestView:
    """The same of what signals look at."""
    messages, at = view.messages, 0
    while at < len(messages) and messages[at].role in INSTRUCTING:
        at += 1
    told = [Message(turn["role"], turn["content"]) for turn in _turns(examples)]
    size = view.size + sum([len(message.text) for message in told])
    return msgspec.structs.replace(view, messages=(*messages[:at], *told, *messages[at:]), size=size)


def _turns(examples: Sequence[Example]) -> list[dict[str, str]]:
    return [
        {"role": role, "content": text}
        for example in examples
        for role, text in (("user", example.question), ("assistant", example.answer))
    ]


def _instructions(tree: dict[str, Any]) -> int:
    """How many messages stand before the conversation."""
    found = 0
    for item in tree["messages"]:
        if item.get("role") not in INSTRUCTING:
            break
        found += 1
    return found


def _place(messages: bytes, items: int) -> int:
    """Where in the JSON of a list the item number `items` begins, or the space before it."""
    at = 1
    for item in _ITEMS.decode(messages)[:items]:
        at = _past(messages, at) + len(bytes(item))
        at = _past(messages, at) + 1  # the comma
    return at


def _past(text: bytes, at: int) -> int:
    while text[at] in SPACE:
        at += 1
    return at
