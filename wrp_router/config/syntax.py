"""What the YAML parser's complaints mean, in words a reader of the file can act on."""

from __future__ import annotations

import re

import yaml

from .problems import Place

BREAK = re.compile("\r\n|[\n\r\x85\u2028\u2029]")
"""Where libyaml begins a new line."""

_TAB_INDENT = re.compile(r"[ ]*\t")
_MOST_LINES_NAMED = 5
_HINTS = (
    ("mapping values are not allowed", 'put quotes around a value that holds ": ", or check the indentation'),
    ("did not find expected key", "check the indentation of this line and of the one above"),
    ("could not find expected ':'", "a key is followed by a colon and a space"),
    ("block sequence entries are not allowed", "a list starts on its own line, under its key"),
    ("block mapping", "check the indentation of this line and of the one above"),
    ("did not find expected node content", "a value is missing, or a bracket is not closed"),
    ("did not find expected '-' indicator", "all items of a list have the same indentation"),
    ("did not find expected ',' or ']'", "close the list with ], and separate its items by commas"),
    ("did not find expected ',' or '}'", "close the mapping with }, and separate its fields by commas"),
    ("found unexpected end of stream", "a quote is opened and not closed"),
    ("found unknown escape character", "use single quotes, or double the backslash"),
    ("cannot start any token", "put quotes around the value"),
    ("control characters are not allowed", "remove the control character; save the file as UTF-8 text"),
)


def lines_of(text: str) -> list[str]:
    """The text's lines, counted as the parser counts them."""
    return BREAK.split(text)


def explain(error: yaml.YAMLError, text: str, file: str) -> tuple[Place, str, str, str]:
    """Place, code, message and hint for a parser's error."""
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    if mark is None:
        return _unreadable(error, text, file)
    lines = lines_of(text)
    began = getattr(error, "context_mark", None)
    if began is not None and "end of stream" in str(error):  # where it was left open says more than where it ends
        mark = began
    place = Place(file, mark.line + 1, mark.column + 1)
    line = lines[mark.line] if mark.line < len(lines) else ""
    if line[mark.column : mark.column + 1] == "\t" or _TAB_INDENT.match(line):
        return _tab(lines, line, place)
    said = str(getattr(error, "problem", None) or error)
    context = getattr(error, "context", None)
    message = f"{said} {context}" if context else said
    if context and began is not None and began.line != mark.line:
        message += f" that begins on line {began.line + 1}"
    begin = began.line if began is not None else mark.line
    if "flow" in message and any("${" in part for part in lines[begin : mark.line + 1]):
        return place, "E001", message, 'inside [ ] and { }, put quotes around "${NAME}"'
    return place, "E001", message, next((hint for words, hint in _HINTS if words in message), "")


def _tab(lines: list[str], line: str, place: Place) -> tuple[Place, str, str, str]:
    """All the lines that are indented with tabs are named at once: the parser stops at the first."""
    column = line.find("\t", 0) + 1 or place.col
    others = [str(i) for i, other in enumerate(lines, 1) if _TAB_INDENT.match(other) and i != place.line]
    also = f" (also line {', '.join(others[:_MOST_LINES_NAMED])}{', …' if len(others) > _MOST_LINES_NAMED else ''})"
    hint = "indent with spaces" + (also if others else "")
    return Place(place.file, place.line, column), "E003", "a tab where YAML wants spaces", hint


def _unreadable(error: yaml.YAMLError, text: str, file: str) -> tuple[Place, str, str, str]:
    """Errors of the character reader carry an offset (libyaml: in bytes) and no mark."""
    bad = next((i for i, c in enumerate(text) if _is_control(c)), 0)
    before = BREAK.split(text[:bad])
    place = Place(file, len(before), len(before[-1]) + 1)
    reason = str(getattr(error, "reason", "") or error).splitlines()[0]
    return place, "E001", reason, next((hint for words, hint in _HINTS if words in reason), "")


def _is_control(character: str) -> bool:
    code = ord(character)
    return (code < 32 and character not in "\t\n\r") or code == 127 or (0x80 <= code < 0xA0 and code != 0x85)
