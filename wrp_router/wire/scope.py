"""Who may share a cached answer: the identity of a request, and of everything about it but its last question.

It fails closed: what it does not know is part of the identity, and what could make an answer stale or private forbids
caching. Keys are keyed hashes, so that nobody who sees them can test what was asked. (CacheAttack, arXiv 2601.23088.)
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from hashlib import blake2b
from typing import Any

import msgspec
import orjson

from wrp_router.errors import BadRequest

from .strict import members
from .words import Body

KEY_SIZE = 16
"""Bytes of a key or partition."""

_NEUTRAL = frozenset(
    (
        "metadata",
        "prompt_cache_key",
        "prompt_cache_options",
        "prompt_cache_retention",
        "safety_identifier",
        "service_tier",
        "store",
        "user",
    )
)
"""Fields that say who asks, or how it is billed or kept, and never what is answered; but a Responses object repeats
them, so that there they are part of the answer."""

_NO_NAMES: frozenset[str] = frozenset()

_SEARCHING = ("web_search_options", "search_parameters", "search_settings", "enable_search", "data_sources")
"""OpenAI's, xAI's, Groq's, DashScope's and Azure's words for looking things up."""

_LIVE = ("tools", "functions", "plugins", "kv_transfer_params", "session_params", *_SEARCHING)
_FORBIDDING: dict[str, frozenset[str]] = {
    "chat": frozenset((*_LIVE, "audio", "store")),
    "completion": frozenset((*_LIVE, "store")),
    "embedding": frozenset(),
    "messages": frozenset((*_LIVE, "container", "mcp_servers", "context_management")),
    "responses": frozenset(
        (*_LIVE, "previous_response_id", "conversation", "background", "prompt", "context_management", "image")
    ),
}
"""Fields that, where given, make an answer depend on more than the request: tools, the engine's memory, the web."""

_CONVERSATION = {"chat": "messages", "messages": "messages", "responses": "input"}
_ITEMS = msgspec.json.Decoder(list[msgspec.Raw])
_TEXT_PART_FIELDS = frozenset(("type", "text", "cache_control"))
_INLINE = frozenset(
    (
        *("text", "input_text", "output_text", "refusal", "input_audio"),
        *("thinking", "redacted_thinking", "reasoning", "tool_use", "function_call", "function_call_output", "message"),
    )
)
_URL_PARTS = frozenset(("image_url", "input_image"))
_SOURCE_PARTS = frozenset(("image", "document"))


def exact_key(body: Body, tenant: str, secret: bytes, *, variant: str = "") -> bytes:
    """The identity of the whole request within its tenant: KEY_SIZE bytes.

    `variant` is whatever else shapes the answer's bytes and is not in the body, such as `anthropic-version`.
    """
    fields = body.fields
    names = tuple(fields)
    order = _known_order if len("".join(names)) <= _FAMILIAR else _order
    neutral = _NO_NAMES if body.operation == "responses" else _NEUTRAL
    pieces: list[Any] = [orjson.dumps([body.operation, tenant, variant]), b"\n{"]
    for name, mark in order(names, neutral):
        pieces += (mark, fields[name], b",")
    pieces.append(b"}")
    return _digest(b"exact", secret, pieces)


def partition(
    body: Body, tenant: str, route: str, embedder_id: str, secret: bytes, *, variant: str = ""
) -> bytes | None:
    """The identity of everything but the text of the last user message, KEY_SIZE bytes: two requests of one partition
    may be compared by meaning. None where the last message is not a user's plain text, or nothing may be cached."""
    if not cacheable(body):
        return None
    name = _CONVERSATION.get(body.operation)
    turns = _last_turn(body, name) if name is not None else None
    if turns is None:
        return None
    tree = body.tree
    shape, rest, prior = turns
    neutral = _NO_NAMES if body.operation == "responses" else _NEUTRAL
    scope = orjson.dumps([body.operation, tenant, route, embedder_id, variant, _heat(tree), body.stream, shape])
    fields = _spelt(
        (key, value)
        for key, value in body.fields.items()
        if key != name and key not in neutral and key not in ("temperature", "stream") and tree[key] is not None
    )
    return _digest(b"partition", secret, [b"\n".join([scope, fields, rest, prior])])


def cacheable(body: Body) -> bool:
    """Whether the same request may be answered by an earlier answer: nothing it depends on lives outside it."""
    tree = body.tree
    forbidding = _FORBIDDING[body.operation]
    if not forbidding.isdisjoint(tree) and any([tree.get(name) for name in forbidding]):
        return False
    if body.operation == "responses" and tree.get("store") is not False:
        return False  # kept by default, and then its id is a promise
    held = tree.get(_CONVERSATION.get(body.operation, "messages"))
    for item in held if type(held) is list else ():
        plain = type(item) is dict and len(item) == 2 and "role" in item and type(item.get("content")) is str
        if not plain and not _self_contained(item):
            return False
    return True


def _last_turn(body: Body, name: str) -> tuple[int, bytes, bytes] | None:
    """The last message as (shape, its fields but role and content, all messages before it); None if it is no plain
    question. Shape is 0 for a string, else the number of its text parts."""
    if type(body.tree.get(name)) is str:
        return (0, b"", b"") if body.tree[name] else None
    items = _ITEMS.decode(body.fields[name]) if body.tree.get(name) else []
    last = body.tree[name][-1] if items else None
    if type(last) is not dict or last.get("role") != "user" or last.get("type", "message") != "message":
        return None
    content = last.get("content")
    shape = 0 if type(content) is str else _text_parts(content)
    if shape is None or not content:
        return None
    try:  # repeated keys: what we would embed may not be what the engine answers
        fields = members(bytes(items[-1]))
        for part in _ITEMS.decode(fields["content"]) if type(content) is list else ():
            members(bytes(part))
    except BadRequest:
        return None
    rest = _spelt((key, value) for key, value in fields.items() if key not in ("role", "content"))
    return shape, rest, b"[" + b",".join(items[:-1]) + b"]"


def _text_parts(content: Any) -> int | None:
    """How many parts, if all are plain text."""
    for part in content if type(content) is list else [None]:
        if type(part) is not dict or not _TEXT_PART_FIELDS.issuperset(part) or type(part.get("text")) is not str:
            return None
        if part.get("type") != "text" and part.get("type") != "input_text":
            return None
    return len(content)


def _self_contained(item: Any) -> bool:
    """Whether a message, part or block says all there is: nothing behind a URL or an id, nothing of unknown kind."""
    if type(item) is not dict:
        return type(item) is str
    kind = item.get("type", "message")
    if type(kind) is not str:
        return False
    if kind in _URL_PARTS:
        return _is_data_url(item.get("image_url"))
    if kind in _SOURCE_PARTS:
        source = item.get("source")
        return type(source) is dict and source.get("type") in ("base64", "text")
    if (kind != "tool_result" and kind not in _INLINE) or item.get("audio"):  # an earlier answer's, by its id
        return False
    return _parts_contained(item.get("content")) and _parts_contained(item.get("output"))


def _parts_contained(content: Any) -> bool:
    """The same of a list of parts. One without a type is of unknown kind: vLLM takes it for what its fields say."""
    for part in content if type(content) is list else ():
        if not _self_contained(part) or (type(part) is dict and "type" not in part):
            return False
    return True


def _is_data_url(value: Any) -> bool:
    url = value.get("url") if type(value) is dict else value
    return type(url) is str and url.startswith("data:")


def _heat(tree: dict[str, Any]) -> float:
    """The temperature, however it is spelt; the default where none is given."""
    temperature = tree.get("temperature")
    return 1.0 if temperature is None else float(temperature)


def _spelt(fields: Iterable[tuple[str, msgspec.Raw]]) -> bytes:
    """The fields as the text of one JSON object with sorted keys: only equal fields spell the same."""
    pieces: list[Any] = [b"{"]
    for name, value in sorted(fields, key=_name):
        pieces += (orjson.dumps(name), b":", value, b",")
    pieces.append(b"}")
    return b"".join(pieces)


def _name(field: tuple[str, msgspec.Raw]) -> str:
    return field[0]


def _order(names: tuple[str, ...], neutral: frozenset[str]) -> tuple[tuple[str, bytes], ...]:
    """The fields that shape an answer, sorted, each with its name as JSON."""
    return tuple([(name, orjson.dumps(name) + b":") for name in sorted(names) if name not in neutral])


_known_order = lru_cache(1024)(_order)
"""Few kinds of request have most of the traffic."""

_FAMILIAR = 512
"""Characters in all names together, beyond which an order is not remembered: clients choose the names."""


def _digest(purpose: bytes, secret: bytes, pieces: list[Any]) -> bytes:
    """Of JSON texts, one to a line: newlines stand nowhere inside them but as space between tokens."""
    key = secret if len(secret) <= 64 else blake2b(secret).digest()
    return blake2b(b"".join(pieces), digest_size=KEY_SIZE, key=key, person=purpose).digest()
