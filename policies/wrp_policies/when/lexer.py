"""Source text to tokens, by the lexis of CEL. Knows no grammar."""

from __future__ import annotations

import re
from typing import NamedTuple

from .ast import Constant
from .errors import WhenError

MAX_SOURCE = 4096
"""The longest condition, in characters."""


class Token(NamedTuple):
    """`kind` is name, int, double, string, bool, null, end, or the operator itself; `value` is what a literal means."""

    kind: str
    value: Constant
    start: int
    end: int


_TOKEN = re.compile(
    r"""
    (?P<space>  (?: [ \t\n\f\r] | //[^\n]* )+ )
  | (?P<string> (?: \"{3} (?:(?!\"{3})(?:\\[\s\S]|[^\\]))* \"{3} | '{3} (?:(?!'{3})(?:\\[\s\S]|[^\\]))* '{3}
                  | \" (?:[^\"\\\r\n]|\\[^\r\n])* \" | ' (?:[^'\\\r\n]|\\[^\r\n])* ' ) )
  | (?P<double> (?:[0-9]*\.[0-9]+(?:[eE][+-]?[0-9]+)?) | [0-9]+[eE][+-]?[0-9]+ )
  | (?P<int>    0x[0-9a-fA-F]+ | [0-9]+ )
  | (?P<name>   [_a-zA-Z][_a-zA-Z0-9]* )
  | (?P<op>     && | \|\| | [=!<>]= | [-!<>+*/%?:.,()\[\]] )
    """,
    re.VERBOSE,
)
_RAW = re.compile(
    r"""[rR] (?: \"{3} [\s\S]*? \"{3} | '{3} [\s\S]*? '{3} | \" [^\"\r\n]* \" | ' [^'\r\n]* ' )""",
    re.VERBOSE,
)
_ESCAPE = re.compile(
    r"""\\(?: (?P<plain>[abfnrtv\\?"'`]) | [xX](?P<x>[0-9a-fA-F]{2}) | u(?P<u>[0-9a-fA-F]{4})
            | U(?P<U>[0-9a-fA-F]{8}) | (?P<octal>[0-3][0-7]{2}) | (?P<wrong>[\s\S]) )""",
    re.VERBOSE,
)
_PLAIN = {"a": "\a", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"}
_WORDS: dict[str, Token] = {
    "true": Token("bool", True, 0, 0),
    "false": Token("bool", False, 0, 0),
    "null": Token("null", None, 0, 0),
    "in": Token("in", None, 0, 0),
}
_MEANT = {"=": "==", "&": "&&", "|": "||", "{": "[ ]", "“": '"', "”": '"', "‘": "'", "’": "'"}


def tokens(source: str) -> list[Token]:
    """All tokens, closed by one of kind "end". Raises WhenError at the first character that starts none."""
    if len(source) > MAX_SOURCE:
        raise WhenError(f"a condition may have {MAX_SOURCE} characters, this one has {len(source)}", MAX_SOURCE)
    found: list[Token] = []
    at = 0
    while at < len(source):
        match = _RAW.match(source, at) or _TOKEN.match(source, at)
        if match is None:
            raise _unreadable(source, at)
        if match.lastgroup != "space":
            found.append(_token(match, source))
        at = match.end()
    found.append(Token("end", None, at, at))
    return found


def _token(match: re.Match[str], source: str) -> Token:
    text, start, end = match.group(), match.start(), match.end()
    match match.lastgroup:
        case None:
            return Token("string", _quoted(text[1:], start + 1, raw=True), start, end)
        case "string":
            return Token("string", _quoted(text, start, raw=False), start, end)
        case "double" | "int" as kind:
            return Token(kind, _number(kind, text, source, start, end), start, end)
        case "name":
            word = _WORDS.get(text)
            return Token(word.kind, word.value, start, end) if word else _name(text, source, start, end)
    return Token(text, None, start, end)


def _name(text: str, source: str, start: int, end: int) -> Token:
    if source[end : end + 1] in ('"', "'") and text.lower() in ("b", "br", "rb"):
        raise WhenError("byte strings are not supported", start, "write a plain string")
    return Token("name", text, start, end)


def _number(kind: str, text: str, source: str, start: int, end: int) -> int | float:
    following = source[end : end + 1]
    if following in ("u", "U"):
        raise WhenError("unsigned ints are not supported", start, f"write {text}")
    if following == "_" or (following.isascii() and following.isalpha()):
        raise WhenError("a number runs into a name", end)
    if kind == "int":
        value = int(text, 16) if text[:2] == "0x" else int(text)
        if value > 2**63:  # 2**63 itself may yet get a minus
            raise WhenError("an int has 64 bits", start)
        return value
    double = float(text)
    if double == float("inf"):
        raise WhenError("too large for a double", start)
    return double


def _quoted(text: str, start: int, *, raw: bool) -> str:
    width = 3 if len(text) >= 6 and text[:3] in ('"""', "'''") else 1
    body = text[width:-width]
    if not body.isascii():
        _refuse_surrogates(body, start + width)
    if raw or "\\" not in body:
        return body
    return _ESCAPE.sub(lambda match: _unescape(match, start + width), body)


def _refuse_surrogates(body: str, start: int) -> None:
    try:
        body.encode()
    except UnicodeEncodeError as error:
        raise WhenError("half a surrogate pair is not text", start + error.start) from None


def _unescape(match: re.Match[str], start: int) -> str:
    kind = match.lastgroup
    digits = match.group(kind) if kind else ""
    if kind == "plain":
        return _PLAIN.get(digits, digits)
    if kind == "wrong":
        raise WhenError(f"\\{digits} is no escape", start + match.start(), r'for a pattern write r"..."')
    code = int(digits, 8 if kind == "octal" else 16)
    if code > 0x10FFFF or 0xD800 <= code < 0xE000:
        raise WhenError(f"{match.group()} is no character", start + match.start())
    return chr(code)


def _unreadable(source: str, at: int) -> WhenError:
    char = source[at]
    if char in "\"'":
        return WhenError("this string is not closed", at)
    meant = _MEANT.get(char, "")
    return WhenError(f"{char!a} means nothing here", at, f"did you mean `{meant}`?" if meant else "")
