"""Where a character of a scalar's text stands in the file, whatever way the scalar is quoted or folded."""

from __future__ import annotations

import re
from collections.abc import Iterator

from .nodes import Scalar
from .problems import Place
from .syntax import BREAK

_ESCAPE = re.compile(r"\\(?:x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|\r\n|[\s\S])")
_HEADER = re.compile(r"[|>][^\r\n\x85\u2028\u2029]*")


def place_inside(scalar: Scalar, offset: int, source: str) -> Place:
    """The place of `scalar.text[offset]` in `source`, the text of the file that holds the scalar.

    Folding and escapes change blanks and quotes only, so the n-th character that is not blank is the n-th that is
    not blank in the file. Text that came out of `${...}` is not in the file: the answer is where the scalar begins.
    """
    if scalar.expanded is not None or not 0 <= offset <= len(scalar.text):
        return scalar.at
    wanted = sum(not c.isspace() for c in scalar.text[:offset])
    at_end = not scalar.text[offset:].strip()
    last = -1
    for count, position in enumerate(_solid(scalar, source)):
        if count == wanted and not at_end:
            return _place(scalar.at.file, source, position)
        last = position
        if count + 1 == wanted and at_end:
            break
    return scalar.at if last < 0 else _place(scalar.at.file, source, last + 1)


def _solid(scalar: Scalar, source: str) -> Iterator[int]:
    """Offsets in the file of the scalar's characters that are not blank, in order."""
    position = scalar.index
    if scalar.style in ("single", "double"):
        position += 1
    elif scalar.style in ("literal", "folded"):
        header = _HEADER.match(source, position)
        position = header.end() if header else position
    while position < len(source):
        length, solid = _step(scalar, source, position)
        if solid:
            yield position
        position += length


def _step(scalar: Scalar, source: str, position: int) -> tuple[int, bool]:
    """How many characters of the file stand for the next one of the text, and whether that is not blank."""
    character = source[position]
    if scalar.style == "double" and character == "\\":
        found = _ESCAPE.match(source, position)
        escape = found[0] if found else character
        return len(escape), escape[1:2] not in ("n", "t", "r", " ", "\n", "\r", "N", "_", "L", "P", "v", "f")
    if scalar.style == "single" and character == "'":
        return 2, True
    return 1, not character.isspace()


def _place(file: str, source: str, position: int) -> Place:
    before = BREAK.split(source[:position])
    return Place(file, len(before), len(before[-1]) + 1)
