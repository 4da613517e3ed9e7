"""What a text looks like: lengths, digits, marks, lines, options, the words that questions are made of.

It counts and understands nothing; how hard a question is for a model shows here as much as in what it is about.
"""

from __future__ import annotations

import math
from collections.abc import Iterable

import numpy as np

from .facts import Vector
from .words import words_of

SURFACE = "surface/1"
"""Names the numbers and their order: whoever learns from them keeps it beside what was learned."""

FIRST, LAST = 4_096, 2_048
"""Characters of a text's beginning and of its end that are looked at; the length is that of the whole."""

LINES = 256
"""Lines that are looked at."""

WORDS = (
    "which", "what", "who", "when", "where", "why", "how", "if", "is", "find", "calculate", "compute", "write",
    "function", "python", "code", "following", "true", "false", "not", "except", "never", "no", "none", "best", "most",
    "least", "because", "would", "should", "could", "total", "many", "much", "each", "per", "percent", "year", "name",
    "statement", "given", "let", "prove", "show", "solve", "suppose", "answer", "option", "passage", "according",
    "someone", "likely", "cause", "list", "explain", "compare", "translate", "summarize", "sentence", "example",
)  # fmt: skip
"""Words that say what kind of question it is, in English; each is there or not."""

MARKS = '\\$:,.;(?!"_=+-*/^{}[]<>%'
"""Marks that are counted, as a share of the characters."""

COUNTED = (
    "characters", "words", "lines", "options", "digits", "numbers", "longest line", "mean line", "mean word",
    "longest word", "long words", "short words", "different words", "capitals", "beyond ASCII", "ends with ?",
    "last line", "mean option", "longest option", "options with digits", "repeated words",
)  # fmt: skip

NAMES = (*COUNTED, *MARKS, *WORDS)
"""What each number is, in their order."""


def surface(text: str) -> Vector:
    """float32[len(NAMES)], all finite: logarithms of counts, shares, and 0 or 1. About 60 µs for a short question, at
    most 0.5 ms."""
    length = len(text)
    if length > FIRST + LAST:
        text = f"{text[:FIRST]}\n{text[-LAST:]}"
    words = words_of(text, FIRST + LAST + 1)
    counts = _counted(text, length, words)
    size = max(1, len(text))
    counts += [text.count(mark) / size for mark in MARKS]
    there = set(words)
    counts += [float(word in there) for word in WORDS]
    return np.array(counts, np.float32)


def _counted(text: str, length: int, words: list[str]) -> list[float]:
    lines = text.split("\n", LINES)[:LINES]
    options = [line for line in lines if _is_option(line)]
    lengths = list(map(len, words))
    digits = sum(map(text.count, "0123456789"))
    size, many = max(1, len(text)), max(1, len(words))
    different = len(set(words))
    return [
        math.log1p(length),
        math.log1p(len(words)),
        math.log1p(len(lines)),
        float(len(options)),
        digits / size,
        sum([word.isdigit() for word in words]) / many,
        math.log1p(max(map(len, lines))),
        math.log1p(_mean(map(len, lines))),
        _mean(lengths),
        math.log1p(max(lengths, default=0)),
        sum([one > 8 for one in lengths]) / many,
        sum([one < 4 for one in lengths]) / many,
        different / many,
        sum(map(str.isupper, text)) / size,
        0.0 if text.isascii() else sum([ord(letter) > 127 for letter in text]) / size,
        float(text.rstrip().endswith("?")),
        math.log1p(len(text.rstrip().rpartition("\n")[2])),
        math.log1p(_mean(map(len, options))),
        math.log1p(max(map(len, options), default=0)),
        float(sum([any(map(str.isdigit, option[3:])) for option in options])),
        math.log1p(len(words) - different),
    ]


def _is_option(line: str) -> bool:
    """Whether it begins like one of several answers: `A.`, `(b)`, `C:`."""
    line = line.lstrip(" (")[:2]
    return len(line) == 2 and line[0] in "ABCDEFGHIJabcdefghij" and line[1] in ").:"


def _mean(values: Iterable[int]) -> float:
    known = list(values)
    return sum(known) / len(known) if known else 0.0
