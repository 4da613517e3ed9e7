"""Log-probabilities of tokens, asked for by us and not by the caller: put into the request, taken out of the answer.

What the caller gets is then, byte for byte, what it would have got: `null` stands where engines put it for those who
did not ask.
"""

from __future__ import annotations

import re
from typing import Any

import msgspec

from wrp_policies.cascading.types import Token
from wrp_signals.facts import Operation

from .words import Body

Changes = dict[str, bytes | None]

MOST_TOKENS, MOST_LIKELY = 64, 20
"""Of an answer's tokens so many are told, and of each so many likely ones."""


class _Choice(msgspec.Struct, gc=False):
    logprobs: msgspec.Raw = msgspec.Raw(b"null")


class _Answer(msgspec.Struct, gc=False):
    choices: list[_Choice] = []


_ANSWER = msgspec.json.Decoder(_Answer)
_KEY = re.compile(rb'(?<!\\)"logprobs"[ \t\r\n]*:[ \t\r\n]*')


def wish(body: Body, tops: int) -> Changes | None:
    """What makes the engine say them, with so many likely tokens for each; None where the caller asked already, or its
    dialect has no such thing."""
    if body.tree.get("logprobs") or body.tree.get("top_logprobs"):
        return None
    if body.operation == "chat":
        return {"logprobs": b"true", "top_logprobs": b"%d" % tops}
    return {"logprobs": b"%d" % max(1, tops)} if body.operation == "completion" else None


def without(body: bytes) -> bytes:
    """A whole answer with `null` in their place. Linear; what is no such answer stays as it is."""
    try:
        choices = _ANSWER.decode(body).choices
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return body
    pieces: list[bytes] = []
    done = at = 0
    for choice in choices:
        said = bytes(choice.logprobs)
        while said != b"null":
            key = _KEY.search(body, at)
            if key is None:
                return body
            at = key.end()
            if body.startswith(said, at):
                pieces += (body[done:at], b"null")
                done = at = at + len(said)
                break
    return b"".join([*pieces, body[done:]]) if pieces else body


def without_in_events(data: bytes) -> bytes:
    """The same for whole events of a stream."""
    if b'"logprobs"' not in data:
        return data
    return b"\n".join([_line(line) for line in data.split(b"\n")])


def _line(line: bytes) -> bytes:
    start = line.find(b"{") if line.startswith(b"data:") else -1
    if start < 0 or b'"logprobs"' not in line:
        return line
    end = len(line.rstrip())
    return line[:start] + without(line[start:end]) + line[end:]


def said_in(operation: Operation, logprobs: Any) -> tuple[list[float], list[float]]:
    """Those of an answer's tokens, and by how much each is ahead of the next likely one, where two are named."""
    if type(logprobs) is not dict:
        return [], []
    if operation == "completion":
        return _completion(logprobs)
    sure: list[float] = []
    ahead: list[float] = []
    content = logprobs.get("content")
    for token in content if type(content) is list else ():
        if type(token) is not dict:
            continue
        _add(sure, token.get("logprob"))
        tops = token.get("top_logprobs")
        if type(tops) is list:
            _ahead(ahead, [top.get("logprob") for top in tops if type(top) is dict])
    return sure, ahead


def _completion(logprobs: dict[str, Any]) -> tuple[list[float], list[float]]:
    sure: list[float] = []
    ahead: list[float] = []
    tokens, tops = logprobs.get("token_logprobs"), logprobs.get("top_logprobs")
    for token in tokens if type(tokens) is list else ():
        _add(sure, token)
    for named in tops if type(tops) is list else ():
        if type(named) is dict:
            _ahead(ahead, list(named.values()))
    return sure, ahead


def _add(sure: list[float], value: Any) -> None:
    """Engines write -9999 for what cannot be: it counts as very unlikely, not as more."""
    if type(value) is float or type(value) is int:
        sure.append(max(-100.0, min(0.0, float(max(-1000, value)))))


def _ahead(ahead: list[float], values: list[Any]) -> None:
    known: list[float] = []
    for value in values:
        _add(known, value)
    if len(known) > 1:
        first, second = sorted(known, reverse=True)[:2]
        ahead.append(first - second)


def tokens_in(logprobs: Any) -> tuple[Token, ...]:
    """The first tokens of a chat's answer, each with its likely ones, itself among them. None where one of them cannot
    be read: what comes after it stands elsewhere then."""
    found: list[Token] = []
    content = logprobs.get("content") if type(logprobs) is dict else None
    for token in content[:MOST_TOKENS] if type(content) is list else ():
        if type(token) is not dict or type(text := token.get("token")) is not str:
            return ()
        tops = token.get("top_logprobs")
        likely = [_likely(top) for top in tops[:MOST_LIKELY]] if type(tops) is list else []
        found.append(Token(text, tuple([one for one in likely if one is not None])))
    return tuple(found)


def _likely(top: Any) -> tuple[str, float] | None:
    sure: list[float] = []
    if type(top) is not dict or type(text := top.get("token")) is not str:
        return None
    _add(sure, top.get("logprob"))
    return (text, sure[0]) if sure else None
