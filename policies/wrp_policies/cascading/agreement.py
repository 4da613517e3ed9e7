"""What an answer comes to in the end, so that two can be compared: a number, a letter, a text, JSON, calls of tools. It
refuses to guess: of an answer that comes to nothing it says None. Linear in the answer.
"""

from __future__ import annotations

import json
import string
import unicodedata
from collections import Counter
from collections.abc import Callable, Hashable, Mapping
from fractions import Fraction
from typing import Any, Literal

import re2

from .types import Answer, Wanted

Agree = Literal["exact", "number", "choice", "similar"]
"""By what answers agree."""

LOOKED_AT = 4_096
"""Characters at an answer's end in which its result is looked for."""

LONGEST = 32_768
"""Characters of a text or of JSON that is compared as a whole; longer ones agree only where they are the same."""

AROUND = string.punctuation
"""What may stand around a word."""

LIKE = 0.6
"""From which share of common words on (their F1) texts are similar."""

_BOXED = re2.compile(r"\\boxed\{((?:[^{}]|\{[^{}]*\}){1,200})\}")
_FRACTION = re2.compile(r"\\[dt]?frac\{(-?[0-9]{1,20})\}\{([0-9]{1,20})\}")
_NUMBER = re2.compile(
    r"(?:^|[^\w.])(-?(?:[0-9]{1,3}(?:,[0-9]{3}){1,12}|[0-9]{1,40})(?:\.[0-9]{1,40})?(?:[eE][+-]?[0-9]{1,2})?)"
    r"(?:\s?/\s?([0-9]{1,20}))?"
)
_LETTERS = tuple(
    map(
        re2.compile,
        (
            r"(?i:answer|choice|option)(?:\s+is)?\s*[:=-]?\s*[*(\[\"'`]*([A-J])\b",
            r"\(([A-Ja-j])\)",
            r"(?s)^[\s*(\[]*([A-Ja-j])[\s*)\].:]*$",
        ),
    )
)
_LINES = re2.compile(r"(?m)^[\s*(\[]*([A-J])[*)\]]*[.):]")
_NO = frozenset({"not", "no", "never", "none", "neither", "nor", "without", "cannot"})


Final = tuple[str, Any]
"""By what it is, and what it is: both can be compared and hashed."""


def final(answer: Answer, wanted: Wanted, agree: Agree) -> Final | None:
    """What it comes to: two answers for which this is equal agree (of `similar` ones `agreeing` decides). None where it
    comes to nothing, and where it was cut off. Calls of tools are compared by name and arguments, and JSON that was
    asked for as JSON."""
    if answer.finish_reason == "length":
        return None
    if answer.calls:
        return "calls", tuple(sorted([(call.name, _canonical(call.arguments or "{}")) for call in answer.calls]))
    if wanted.json or wanted.schema is not None:
        return "json", _canonical(answer.text)
    found = _FINAL[agree](answer.text)
    return None if found is None else (agree, found)


def agreeing(one: Final | None, other: Final | None) -> bool:
    """Whether two answers that come to these agree. What comes to nothing agrees with nothing."""
    if one is None or other is None:
        return False
    return one == other or (one[0] == other[0] == "similar" and _alike(one[1], other[1]))


def _canonical(text: str) -> str:
    """JSON without what makes no difference; what is none, as a text."""
    if len(text) > LONGEST:
        return text
    try:
        value = json.loads(text, parse_constant=_no_constant)
        return json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    except (ValueError, RecursionError):
        return _plain(text)


def _no_constant(name: str) -> Any:
    raise ValueError(name)


def _plain(text: str) -> str:
    """Without case, spacing, and what stands around it."""
    if len(text) > LONGEST:
        return text
    folded = unicodedata.normalize("NFKC", text).casefold()
    return " ".join(folded.split()).strip(" .!?\"'`*_()[]")


def _exact(text: str) -> Hashable | None:
    stripped = text.strip()
    return _canonical(stripped) if stripped.startswith(("{", "[")) else _plain(stripped) or None


def _end(text: str) -> str:
    """Where the result stands: in the last box of a text that has one, as mathematicians' texts do."""
    end = text[-LOOKED_AT:].replace("\u2212", "-")
    boxes = _BOXED.findall(end)
    return boxes[-1] if boxes else end


def _number(text: str) -> Hashable | None:
    """The last number, as an exact fraction: `1,250.0`, `5/4` and `1.25e3` are numbers."""
    found = _NUMBER.findall(_FRACTION.sub(r" \1/\2", _end(text)))
    if not found:
        return None
    value, below = found[-1]
    divisor = int(below) if below else 1
    return Fraction(value.replace(",", "")) / divisor if divisor else None


def _choice(text: str) -> Hashable | None:
    """The last letter that is called the answer, or stands in parentheses, or alone; or the one that begins lines."""
    end = _end(text)
    for pattern in _LETTERS:
        found = pattern.findall(end)
        if found:
            return str(found[-1]).upper()
    begun = set(_LINES.findall(end))
    return begun.pop() if len(begun) == 1 else None


def _bag(text: str) -> Hashable | None:
    if len(text) > LONGEST:
        return None
    words = Counter([word.strip(AROUND) for word in _plain(text).split()])
    del words[""]
    return frozenset(words.items()) or None


def _alike(one: frozenset[tuple[str, int]], other: frozenset[tuple[str, int]]) -> bool:
    """Most words in common, the same numbers, and both deny or neither does."""
    a, b = Counter(dict(one)), Counter(dict(other))
    if _numbers(a) != _numbers(b):
        return False
    if _denies(a) != _denies(b):
        return False
    return 2.0 * (a & b).total() >= LIKE * (a.total() + b.total())


def _numbers(words: Counter[str]) -> set[str]:
    return {word for word in words if not word.isalpha() and any([letter.isdigit() for letter in word])}


def _denies(words: Counter[str]) -> bool:
    return any([word in _NO or word.endswith("n't") for word in words])


_FINAL: Mapping[Agree, Callable[[str], Hashable | None]] = {
    "exact": _exact,
    "number": _number,
    "choice": _choice,
    "similar": _bag,
}
