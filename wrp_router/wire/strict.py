"""JSON objects read strictly: one meaning or none. It refuses whatever two parsers could read differently.

orjson already refuses invalid UTF-8, lone surrogates, a byte order mark, NaN, Infinity and numbers that overflow a
double; this file adds what it lets pass: deep nesting and repeated keys. (RFC 8259, RFC 7493 "I-JSON".)
"""

from __future__ import annotations

import re
from typing import Any

import msgspec
import orjson

from wrp_router.errors import BadRequest

MAX_DEPTH = 64
"""Containers inside containers, the outermost object included."""
MAX_MEMBERS = 1024
"""Members of the outermost object."""

_MEMBERS = msgspec.json.Decoder(dict[str, msgspec.Raw])
_KEY = re.compile(rb'[ \t\n\r]*"([^"\\]*(?:\\.[^"\\]*)*)"[ \t\n\r]*:[ \t\n\r]*', re.DOTALL)
_AFTER = re.compile(rb"[ \t\n\r]*([,}])")
_SHORT = 2048
_SHORTEST_MEMBER = len(b'"":0,')


def parse(raw: bytes) -> dict[str, Any]:
    """The JSON object that `raw` holds. Raises BadRequest saying what is wrong and where."""
    try:
        tree = orjson.loads(raw)
    except orjson.JSONDecodeError as error:
        raise _invalid(raw, error) from None
    if type(tree) is not dict:
        raise BadRequest("the request body must be a JSON object", code="invalid_json")
    if not _few_containers(raw) and too_deep(tree):
        raise _deep()
    return tree


def members(raw: bytes) -> dict[str, msgspec.Raw]:
    """The object's members in their order, each value as the exact bytes it was sent as.

    Raises BadRequest where a key is repeated (some parsers take the first value, some the last: what was checked here
    would not be what the engine reads) or where there are more than MAX_MEMBERS.
    """
    try:
        found = _MEMBERS.decode(raw)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        raise BadRequest("the request body is not a valid JSON object", code="invalid_json") from None
    if len(found) > MAX_MEMBERS:
        raise BadRequest(f"the request has more than {MAX_MEMBERS} fields", code="too_many_fields")
    spare = len(raw) - len(b",".join(found.values())) - len("".join(found)) - 3 * len(found) - 2
    if spare < _SHORTEST_MEMBER:  # too few bytes left for another member to hide in
        return found
    if spare == 2 * len(found) - 1 and _joined(found) == raw:
        return found
    key = _first_surprise(raw, found)
    if key is not None:
        raise BadRequest("a field is given twice", code="duplicate_field", param=key)
    return found


def too_deep(tree: Any, limit: int = MAX_DEPTH) -> bool:
    """Whether containers are nested more than `limit` deep. Goes down level by level, so it needs no stack."""
    level = [tree]
    for _ in range(limit):
        level = [
            value
            for node in level
            for value in (node.values() if type(node) is dict else node)
            if type(value) is dict or type(value) is list
        ]
        if not level:
            return False
    return True


def _few_containers(raw: bytes) -> bool:
    """Whether the bytes hold too few brackets to be deep. Cheaper than walking, as most bodies hold a handful."""
    if len(raw) < _SHORT:
        return raw.count(b"{") + raw.count(b"[") <= MAX_DEPTH
    find = raw.find
    left = MAX_DEPTH
    for bracket in (b"{", b"["):  # memchr from one to the next: 20 times faster than counting
        at = find(bracket)
        while at >= 0:
            left -= 1
            if left < 0:
                return False
            at = find(bracket, at + 1)
    return True


def _joined(found: dict[str, msgspec.Raw]) -> bytes:
    """The object as Python's json module would have written it: the usual reason for spare bytes."""
    pieces: list[Any] = []
    for key, value in found.items():
        pieces += (b', "', key.encode(), b'": ', value)
    pieces[0] = b'{"'
    pieces.append(b"}")
    return b"".join(pieces)


def _first_surprise(raw: bytes, found: dict[str, msgspec.Raw]) -> str | None:
    """Walks the object's bytes beside its members; the key at which they part, or None if they never do.

    They part only where a key is repeated: without repeats the members are, in order, what the bytes spell.
    """
    at = raw.index(b"{") + 1
    for expected, value in found.items():
        key = _KEY.match(raw, at)
        if key is None or _spelt(key[1]) != expected:
            return expected if key is None else _spelt(key[1])
        sent = bytes(value)
        after = _AFTER.match(raw, key.end() + len(sent))
        if after is None or not raw.startswith(sent, key.end()):
            return expected
        at = after.end()
    further = _KEY.match(raw, at)
    return None if further is None else _spelt(further[1])


def _spelt(key: bytes) -> str:
    """The text of a key from the bytes between its quotes."""
    return str(orjson.loads(b'"' + key + b'"')) if b"\\" in key else key.decode()


def _deep() -> BadRequest:
    return BadRequest(f"the request body is nested more than {MAX_DEPTH} levels deep", code="too_deep")


def _invalid(raw: bytes, error: orjson.JSONDecodeError) -> BadRequest:
    """What orjson said, in words that do not depend on its version where it matters."""
    if not raw.strip(b" \t\n\r"):
        return BadRequest("the request body is empty", code="invalid_json")
    if raw.startswith(b"\xef\xbb\xbf"):
        return BadRequest("the request body starts with a byte order mark; send plain UTF-8", code="invalid_json")
    if "depth limit" in error.msg:
        return _deep()
    if "UTF-8" in error.msg:
        return BadRequest("the request body is not valid UTF-8", code="invalid_json")
    where = f"line {error.lineno}, column {error.colno}"
    return BadRequest(f"the request body is not valid JSON: {error.msg} ({where})", code="invalid_json")
