"""Request bodies: bytes to `Body`, checked only where we read them. It refuses to change what it does not understand:
unknown fields, their order and the spelling of every value reach the engine as they were sent.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import msgspec
import orjson

from wrp_router.errors import BadRequest
from wrp_signals.facts import Operation

from .strict import members, parse
from .words import Body

MAX_MODEL = 256
"""Characters in a model's name."""
MAX_CHOICES = 128
"""Answers to one prompt (`n`)."""
LARGEST = 2.0**63
"""From here on nobody counts."""


def decode(operation: Operation, raw: bytes) -> Body:
    """The request that `raw` holds. Raises BadRequest, with `code` and `param`, and nothing else for any bytes."""
    tree = parse(raw)
    fields = members(raw)
    model = _model_of(tree)
    checks = _CHECKS[operation]
    for name, value in tree.items():
        check = checks.get(name)
        if check is not None and value is not None:
            check(name, value)
    return Body(operation, raw, tree, fields, model, tree.get("stream") is True, _CHOICES[operation](tree))


def with_model(body: Body, name: str) -> bytes:
    """The body asking for the model `name`: the original bytes if it already does."""
    return body.raw if name == body.model else with_fields(body, {"model": orjson.dumps(name)})


def with_messages(body: Body, messages: bytes, tree: dict[str, Any]) -> Body:
    """The request with other messages, as JSON, and as `tree` has them; nothing else of it changes."""
    raw = with_fields(body, {"messages": messages})
    fields = {**body.fields, "messages": msgspec.Raw(messages)}
    return Body(body.operation, raw, tree, fields, body.model, body.stream, body.choices)


def with_fields(body: Body, changes: Mapping[str, bytes | None]) -> bytes:
    """The body with some members replaced (in place) or added (at the end) by JSON text, or (None) left out; all others
    byte for byte. One must be left."""
    pieces: list[Any] = []
    for key, value in body.fields.items():
        changed = changes.get(key, value)
        if changed is not None:
            pieces += (b",", orjson.dumps(key), b":", changed)
    for key, added in changes.items():
        if added is not None and key not in body.fields:
            pieces += (b",", orjson.dumps(key), b":", added)
    pieces[0] = b"{"
    pieces.append(b"}")
    return b"".join(pieces)


# --- what is checked ---------------------------------------------------------------------------------------------


def _model_of(tree: dict[str, Any]) -> str:
    model = tree.get("model")
    if type(model) is not str:
        if model is None:
            raise _missing("model")
        raise _wrong_type("model", "a string", model)
    if not model or len(model) > MAX_MODEL or not model.isprintable():
        raise BadRequest(f"`model` must be 1 to {MAX_MODEL} printable characters", code="invalid_value", param="model")
    return model


def _chat_choices(tree: dict[str, Any]) -> int:
    """Checks also that there is something to answer; so do its siblings."""
    if tree.get("messages") is None:
        raise _missing("messages")
    return tree.get("n") or 1


def _completion_choices(tree: dict[str, Any]) -> int:
    prompt = tree.get("prompt")
    prompts = len(prompt) if type(prompt) is list and type(prompt[0]) is not int else 1
    return prompts * (tree.get("n") or 1)


def _message_choices(tree: dict[str, Any]) -> int:
    if tree.get("messages") is None:
        raise _missing("messages")
    return 1


def _response_choices(tree: dict[str, Any]) -> int:
    """Checks that the answer comes at all: what runs in the background is asked for later, at a path that only engines
    have. As a stream it comes all the same."""
    if tree.get("background") and not tree.get("stream"):
        raise BadRequest(
            "`background` needs `stream` here: answers cannot be asked for later",
            code="unsupported_parameter",
            param="background",
        )
    return 1


def _embedding_choices(tree: dict[str, Any]) -> int:
    # vLLM embeds conversations too: there `messages` stands in for `input`
    if tree.get("input") is None and tree.get("messages") is None:
        raise _missing("input")
    return 1


def _boolean(name: str, value: Any) -> None:
    if type(value) is not bool:
        raise _wrong_type(name, "a boolean", value)


def _whole(name: str, value: Any) -> None:
    if type(value) is float and abs(value) >= LARGEST:  # as orjson reads integers of more bits than engines count with
        side = "above_max" if value > 0 else "below_min"
        raise BadRequest(f"`{name}` is beyond 64 bits", code=f"integer_{side}_value", param=name)
    if type(value) is not int:
        raise _wrong_type(name, "an integer", value)


def _count(name: str, value: Any) -> None:
    _whole(name, value)
    if value < 0:
        raise BadRequest(f"`{name}` must not be negative", code="integer_below_min_value", param=name)


def _answers(name: str, value: Any) -> None:
    _whole(name, value)
    if value < 1:
        raise BadRequest(f"`{name}` must be at least 1", code="integer_below_min_value", param=name)
    if value > MAX_CHOICES:
        raise BadRequest(f"`{name}` must be at most {MAX_CHOICES}", code="integer_above_max_value", param=name)


def _number(name: str, value: Any) -> None:
    if type(value) is not float and type(value) is not int:
        raise _wrong_type(name, "a number", value)


def _object(name: str, value: Any) -> None:
    if type(value) is not dict:
        raise _wrong_type(name, "an object", value)


def _text_or_list(name: str, value: Any) -> None:
    if type(value) is not str and type(value) is not list:
        raise _wrong_type(name, "a string or a list", value)


def _objects(name: str, value: Any) -> None:
    if type(value) is not list:
        raise _wrong_type(name, "a list of objects", value)
    for item in value:
        if type(item) is not dict:
            raise _wrong_type(f"{name}[{value.index(item)}]", "an object", item)


def _some_objects(name: str, value: Any) -> None:
    _objects(name, value)
    if not value:
        raise BadRequest(f"`{name}` must not be empty", code="empty_array", param=name)


def _prompt(name: str, value: Any) -> None:
    """A string, strings, one prompt of token ids, or several: str | [str] | [int] | [[int]]."""
    if type(value) is str:
        return
    if type(value) is not list:
        raise _wrong_type(name, "a string or a list", value)
    if not value:
        raise BadRequest(f"`{name}` must not be empty", code="empty_array", param=name)
    kinds = set(map(type, value))
    if len(kinds) != 1 or not kinds <= _PROMPT_ITEMS:
        raise BadRequest(
            f"the items of `{name}` must all be strings, all integers or all lists of integers",
            code="invalid_type",
            param=name,
        )


def _missing(name: str) -> BadRequest:
    return BadRequest(f"`{name}` is required", code="missing_required_parameter", param=name)


def _wrong_type(name: str, expected: str, value: Any) -> BadRequest:
    found = _JSON_NAMES.get(type(value), "something else")
    return BadRequest(f"`{name}` must be {expected}, not {found}", code="invalid_type", param=name)


Check = Callable[[str, Any], None]

_PROMPT_ITEMS = {str, int, list}
_JSON_NAMES: dict[type, str] = {
    str: "a string",
    bool: "a boolean",
    int: "an integer",
    float: "a fractional number",
    list: "a list",
    dict: "an object",
    type(None): "null",
}
_SAMPLING: dict[str, Check] = {"stream": _boolean, "max_tokens": _count, "temperature": _number}
_OPENAI: dict[str, Check] = {**_SAMPLING, "n": _answers, "stream_options": _object}
_CHECKS: dict[Operation, dict[str, Check]] = {
    "chat": {
        **_OPENAI,
        "messages": _some_objects,
        "max_completion_tokens": _count,
        "tools": _objects,
        "functions": _objects,
        "response_format": _object,
    },
    "completion": {**_OPENAI, "prompt": _prompt},
    "embedding": {"stream": _boolean, "input": _prompt, "messages": _some_objects},
    "responses": {
        **_SAMPLING,
        "input": _text_or_list,
        "instructions": _text_or_list,
        "max_output_tokens": _count,
        "tools": _objects,
        "text": _object,
        "background": _boolean,
    },
    "messages": {**_SAMPLING, "messages": _some_objects, "system": _text_or_list, "tools": _objects},
}
_CHOICES: dict[Operation, Callable[[dict[str, Any]], int]] = {
    "chat": _chat_choices,
    "completion": _completion_choices,
    "embedding": _embedding_choices,
    "responses": _response_choices,
    "messages": _message_choices,
}
