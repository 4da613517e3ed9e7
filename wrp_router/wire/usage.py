"""What an answer used and how it ended, in one vocabulary for all dialects. It never raises: what cannot be read
counts as nothing, and as not complete.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from math import ceil
from typing import Any

import msgspec
import orjson

from wrp_signals.facts import Operation

from .faults import fault_in
from .outline import WHOLE, outline, small
from .words import Tokens, Usage

_NULL = msgspec.Raw(b"null")
_REASONS = {  # Anthropic's and the Responses API's words -> chat's
    "end_turn": "stop",
    "stop_sequence": "stop",
    "max_tokens": "length",
    "max_output_tokens": "length",
    "model_context_window_exceeded": "length",
    "tool_use": "tool_calls",
    "refusal": "content_filter",
}
_AWAITING = frozenset(
    ("function_call", "custom_tool_call", "computer_call", "local_shell_call", "shell_call", "apply_patch_call")
)
_SAID = {"chat": "choices", "completion": "choices", "messages": "content", "responses": "output"}
"""Where an answer has what it says."""

LETTERS = 4
"""In a token, where an engine did not count any of what it said: nobody shall talk for nothing."""

MOST_NAME = 256
"""Characters."""

FAULTS = frozenset(("error", "abort"))
"""Finish reasons with which engines own up to an answer they could not finish."""


def usage_of(operation: Operation, body: bytes) -> Usage:
    """What the answer in `body` (not a stream) used. Never raises."""
    if operation == "embedding":
        return _embedding(body)
    try:
        tree = orjson.loads(body) if len(body) <= WHOLE else outline(body)
    except orjson.JSONDecodeError:
        return Usage()
    plain = _plain(tree) if operation == "chat" else None
    if plain is not None:
        return plain
    if type(tree) is not dict or fault_in(tree) is not None:
        return Usage()
    tokens = tokens_of(tree.get("usage"))
    reason, calls, complete = _READERS[operation](tree)
    response = name_in(tree) if operation == "responses" else ""
    answer, estimated = tokens.answer, False
    if not answer and complete:
        said = tree[_SAID[operation]]
        # an outline has no texts: what is so large counts by its bytes
        answer = ceil((_letters(said) if len(body) <= WHOLE else len(body) * bool(said)) / LETTERS)
        estimated = answer > 0
    return Usage(tokens.prompt, answer, tokens.cached, reason, model_in(tree), calls, complete, response, estimated)


def _letters(tree: Any) -> int:
    """Of all that is said in it, names and kinds of its parts included."""
    total, left = 0, [tree]
    while left:
        node = left.pop()
        if type(node) is str:
            total += len(node)
        elif type(node) is list:
            left += node
        elif type(node) is dict:
            left += node.values()
    return total


def _plain(tree: Any) -> Usage | None:
    """The usual answer, one text that stopped, in a third of the time; None for any other."""
    try:
        (choice,) = tree["choices"]
        reason, message, used = choice["finish_reason"], choice["message"], tree["usage"]
        tokens_in, tokens_out = used["prompt_tokens"], used["completion_tokens"]
        if (
            tree["object"] != "chat.completion"
            or (reason != "stop" and reason != "length")
            or type(message["content"]) is not str
            or type(tokens_in) is not int
            or type(tokens_out) is not int
            or tokens_in < 0
            or (tokens_out < 1 and message["content"])
            or tokens_out < 0
        ):
            return None
    except (KeyError, TypeError, ValueError):
        return None
    if tree.get("error") or message.get("tool_calls") or message.get("function_call"):
        return None
    return Usage(tokens_in, tokens_out, _detail(used.get("prompt_tokens_details")), reason, model_in(tree), False, True)


def tokens_of(usage: Any) -> Tokens:
    """The counts in a `usage` object of any dialect; zeros for anything else."""
    if type(usage) is not dict:
        return Tokens()
    if "prompt_tokens" in usage:
        cached = _detail(usage.get("prompt_tokens_details"))
        return Tokens(_count(usage["prompt_tokens"]), _count(usage.get("completion_tokens")), cached)
    prompt, answer = _count(usage.get("input_tokens")), _count(usage.get("output_tokens"))
    read = _count(usage.get("cache_read_input_tokens"))
    if read or "cache_creation_input_tokens" in usage:  # Anthropic counts cached tokens apart
        return Tokens(prompt + read + _count(usage.get("cache_creation_input_tokens")), answer, read)
    return Tokens(prompt, answer, _detail(usage.get("input_tokens_details")))


def one_reason(reasons: Iterable[str]) -> str:
    """One finish reason for all choices: the first that is not `stop`; `stop` only if all are."""
    seen = ""
    for reason in reasons:
        if reason != "stop":
            return reason
        seen = reason
    return seen


_is_word = re.compile(r"\w{0,64}", re.ASCII).fullmatch


def reason_in(value: Any) -> str:
    """A finish or stop reason in the words of chat completions; "" for none. What is no word is `unknown`: reasons are
    written down, and an engine may have put anything there."""
    if type(value) is str:
        known = _REASONS.get(value)
        return known if known is not None else value if _is_word(value) is not None else "unknown"
    return "unknown" if value else ""


def model_in(tree: dict[str, Any]) -> str:
    """The model that says it answered."""
    model = tree.get("model")
    return model[:256] if type(model) is str else ""


def name_in(tree: dict[str, Any]) -> str:
    """The name of a response; one that is too long to be kept is none."""
    name = tree.get("id")
    return name if type(name) is str and len(name) <= MOST_NAME else ""


def response_end(tree: dict[str, Any]) -> tuple[str, bool, bool]:
    """A Responses object as (finish reason, tool calls, complete). Tools that the engine ran itself are calls too, but
    not the reason it stopped."""
    output = tree.get("output")
    kinds = {_type(item) for item in output} if type(output) is list else set()
    calls = any(kind.endswith("_call") for kind in kinds)
    status = tree.get("status")
    if status == "completed":
        return "stop" if _AWAITING.isdisjoint(kinds) else "tool_calls", calls, type(output) is list
    if status == "incomplete":
        details = tree.get("incomplete_details")
        reason = reason_in(details.get("reason")) if type(details) is dict else ""
        return reason or "length", calls, type(output) is list
    return "error", calls, False


def _choices(tree: dict[str, Any], held: str, kind: type) -> tuple[str, bool, bool]:
    """What all choices come to; each must hold a `held` of type `kind`. One loop: this runs for every answer."""
    choices = tree.get("choices")
    if type(choices) is not list or not choices:
        return "", False, False
    reasons: list[str] = []
    calls, complete = False, True
    for choice in choices:
        if type(choice) is not dict:
            return "", False, False
        reason = reason_in(choice.get("finish_reason"))
        reasons.append(reason)
        if not reason or reason in FAULTS or type(choice.get(held)) is not kind:
            complete = False
        message = choice.get("message")
        if type(message) is dict and (message.get("tool_calls") or message.get("function_call")):
            calls = True
    return one_reason(reasons), calls, complete


def _chat(tree: dict[str, Any]) -> tuple[str, bool, bool]:
    return _choices(tree, "message", dict)


def _completion(tree: dict[str, Any]) -> tuple[str, bool, bool]:
    return _choices(tree, "text", str)


def _messages(tree: dict[str, Any]) -> tuple[str, bool, bool]:
    content = tree.get("content")
    if tree.get("type") != "message" or type(content) is not list:
        return "", False, False
    reason = reason_in(tree.get("stop_reason"))
    return reason, any(_type(block).endswith("tool_use") for block in content), bool(reason) and reason not in FAULTS


class _Embeddings(msgspec.Struct, gc=False):
    data: msgspec.Raw = _NULL
    usage: msgspec.Raw = _NULL
    model: msgspec.Raw = _NULL
    error: msgspec.Raw | msgspec.UnsetType = msgspec.UNSET


def _embedding(body: bytes) -> Usage:
    """Looks only at the edges: the vectors are megabytes that nobody here reads."""
    try:
        answer = _EMBEDDINGS.decode(body)
        usage, model = small(answer.usage), small(answer.model)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return Usage()
    tokens, name = tokens_of(usage), model[:MOST_NAME] if type(model) is str else ""
    data = bytes(memoryview(answer.data)[:64])
    complete = data.startswith(b"[") and data[1:].lstrip()[:1] not in (b"", b"]") and answer.error is msgspec.UNSET
    return Usage(tokens.prompt, tokens.answer, tokens.cached, "stop" if complete else "", name, False, complete)


_EMBEDDINGS = msgspec.json.Decoder(_Embeddings)


def _type(item: Any) -> str:
    kind = item.get("type") if type(item) is dict else ""
    return kind if type(kind) is str else ""


def _count(value: Any) -> int:
    return value if type(value) is int and value > 0 else 0


def _detail(details: Any) -> int:
    return _count(details.get("cached_tokens")) if type(details) is dict else 0


_READERS: dict[str, Callable[[dict[str, Any]], tuple[str, bool, bool]]] = {
    "chat": _chat,
    "completion": _completion,
    "messages": _messages,
    "responses": response_end,
}
