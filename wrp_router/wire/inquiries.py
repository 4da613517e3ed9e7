"""Questions of the router's own as bodies of requests, and the answers to them. It sends nothing, and puts into a body
of ours nothing of the caller's that is not part of the question.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import msgspec
import orjson

from wrp_policies.cascading.types import Answer
from wrp_policies.questions import Again, Prompt
from wrp_signals.facts import Message, Operation

from .chunks import json_of
from .held import answer_in
from .logprobs import tokens_in

Tree = dict[str, Any]
Changes = dict[str, bytes | None]
Messages = tuple[Message, ...]
Schema = Mapping[str, Any]

PROMPTED: tuple[Operation, ...] = ("chat", "messages", "responses")
"""Dialects in which a conversation of ours can be put, the best first."""

PATHS: Mapping[Operation, str] = {
    "chat": "/v1/chat/completions",
    "completion": "/v1/completions",
    "messages": "/v1/messages",
    "responses": "/v1/responses",
}

HEADERS: Mapping[Operation, tuple[tuple[str, str], ...]] = {
    "chat": (("content-type", "application/json"),),
    "responses": (("content-type", "application/json"),),
    "messages": (("content-type", "application/json"), ("anthropic-version", "2023-06-01")),
}
"""What the head of a question says that is not the caller's."""

_ALONE: Changes = {
    "stream_options": None,
    "best_of": None,
    "logprobs": None,
    "top_logprobs": None,
    "background": None,
}
"""What does not go with one whole answer, or is not needed of it."""

_SEEDED = frozenset({"chat", "completion"})
LENGTHS: Mapping[Operation, tuple[str, ...]] = {
    "chat": ("max_completion_tokens", "max_tokens"),
    "completion": ("max_tokens",),
    "messages": ("max_tokens",),
    "responses": ("max_output_tokens",),
}
"""The names under which a request says how long its answer may be."""


class Speaks(msgspec.Struct, frozen=True, gc=False):
    """What an engine takes: it sees to the form of answers, names likely tokens, is OpenAI's or Anthropic's own."""

    forms: bool = False
    likely: bool = False
    vendor: bool = False


def repeated(operation: Operation, tree: Tree, again: Again, tokens: int, vendor: bool) -> Changes:
    """What makes of a request one for a single whole answer that is drawn anew, of at most so many tokens. `vendor`:
    the engine is OpenAI's or Anthropic's own."""
    changes: Changes = {"stream": b"false", **_ALONE, **_length(operation, tree, tokens, vendor)}
    if "n" in tree:
        changes["n"] = b"1"
    if operation in _SEEDED:
        changes["seed"] = orjson.dumps(again.seed)
    if operation == "responses" or tree.get("store"):
        changes["store"] = b"false"
    most = 1.0 if operation == "messages" else 2.0
    changes["temperature"] = orjson.dumps(min(again.temperature, most))
    thinking = tree.get("thinking")
    if operation == "messages" and type(thinking) is dict and thinking.get("type") != "disabled":
        changes["temperature"] = None  # Anthropic draws thoughts at its own
    return changes


def _length(operation: Operation, tree: Tree, tokens: int, vendor: bool) -> Changes:
    """Never more than the caller allows; a completion that says nothing is short anyway."""
    names = LENGTHS[operation]
    said = {name: tree[name] for name in names if type(tree.get(name)) is int}
    if said:
        return {name: b"%d" % min(tokens, value) for name, value in said.items()}
    return {} if operation == "completion" else {names[0 if vendor else -1]: b"%d" % tokens}


def changed(tree: Tree, changes: Changes) -> Tree:
    """The same as a tree."""
    kept = {name: value for name, value in tree.items() if name not in changes}
    return kept | {name: orjson.loads(value) for name, value in changes.items() if value is not None}


def prompted(operation: Operation, model: str, prompt: Prompt, tokens: int, speaks: Speaks) -> bytes:
    """The body of a conversation of ours, for a whole answer. It asks for no more than the engine takes."""
    schema = prompt.schema if speaks.forms else None
    tree: Tree = {"model": model, "temperature": prompt.temperature, **_SAID[operation](prompt.messages, schema)}
    tree[LENGTHS[operation][0 if speaks.vendor else -1]] = tokens
    if operation == "chat" and speaks.likely and prompt.likely:
        tree |= {"logprobs": True, "top_logprobs": prompt.likely}
    return orjson.dumps(tree, default=dict)


def _said(messages: Iterable[Message]) -> list[Tree]:
    return [{"role": one.role, "content": one.text} for one in messages]


def _chat(messages: Messages, schema: Schema | None) -> Tree:
    tree: Tree = {"messages": _said(messages)}
    if schema is not None:
        wanted = {"name": "answer", "strict": True, "schema": schema}
        tree["response_format"] = {"type": "json_schema", "json_schema": wanted}
    return tree


def _anthropic(messages: Messages, schema: Schema | None) -> Tree:
    system = "\n\n".join([one.text for one in messages if one.role == "system"])
    tree: Tree = {"messages": _said([one for one in messages if one.role != "system"])}
    if system:
        tree["system"] = system
    if schema is not None:
        tree["output_config"] = {"format": {"type": "json_schema", "schema": schema}}
    return tree


def _responses(messages: Messages, schema: Schema | None) -> Tree:
    tree: Tree = {"input": _said(messages), "store": False}
    if schema is not None:
        tree["text"] = {"format": {"type": "json_schema", "name": "answer", "strict": True, "schema": schema}}
    return tree


_SAID: Mapping[Operation, Callable[[Messages, Schema | None], Tree]] = {
    "chat": _chat,
    "messages": _anthropic,
    "responses": _responses,
}


def answer_to(operation: Operation, body: bytes, *, likely: bool = False) -> Answer | None:
    """What was answered, with its tokens where likely ones were asked for; None where it is not one answer."""
    answer = answer_in(operation, body, stream=False)
    if answer is None or not likely or operation != "chat":
        return answer
    return msgspec.structs.replace(answer, tokens=tokens_in(json_of(body)["choices"][0].get("logprobs")))
