"""A text's traits of an attack: patterns over the roles of its words, phrases, markers, disguises, and amounts.

Linear in the text. Weighs nothing: the head does.
"""

from __future__ import annotations

import base64
import codecs
import html
from collections.abc import Iterator
from itertools import islice, repeat
from math import log1p
from typing import NamedTuple, TypeVar

import numpy as np
import re2

from .attack_patterns import DISGUISES, NAMES, TRAITS
from .attack_words import BACKWARDS, LEET, NOTHING, ROTATED, lexicon, unspaced
from .facts import Vector
from .pattern import Patterns, options_of
from .words import words_of

Named = TypeVar("Named")

DECODED = 6
"""Disguised runs of each sort that are decoded in one text."""

MEMORY = 16 << 20
"""Bytes that each automaton may grow to."""

COUNT = len(NAMES)
FIRST_DISGUISE = len(TRAITS)
SPACED, BASE64, ESCAPED, LEET_WORDS, HIDDEN, DISGUISE = range(FIRST_DISGUISE, FIRST_DISGUISE + len(DISGUISES))
FIRST_MEASURE = FIRST_DISGUISE + len(DISGUISES)

DISGUISED = {
    SPACED: r"\b(?:[A-Za-z][ ._\-*|]{1,2}){4,}[A-Za-z]\b",
    BASE64: r"[A-Za-z0-9+/]{24,}={0,2}",
    ESCAPED: r"(?:\\x[0-9a-fA-F]{2}|%[0-9a-fA-F]{2}|\\u00[0-9a-fA-F]{2}|&#x?[0-9a-fA-F]{2,3};){6,}",
    LEET_WORDS: r"(?i)[a-z][0134578]|[0134578][a-z]",
}
"""What may be a disguise."""


class Seen(NamedTuple):
    """Which traits a text has, as indices of NAMES, and the amounts of MEASURES."""

    traits: frozenset[int]
    measures: tuple[float, ...]

    def vector(self) -> Vector:
        """float32[COUNT], each in [0, 1]."""
        row = np.zeros(COUNT, np.float32)
        row[list(self.traits)] = 1.0
        row[FIRST_MEASURE:] = self.measures
        return row


class Traits:
    """Reads traits. Build one and keep it: its automata fill as they run. Safe from several threads."""

    __slots__ = (
        "_disguised",
        "_lexicon",
        "_marker_set",
        "_markers",
        "_phrase_set",
        "_phrases",
        "_role_set",
        "_roles",
        "_unspaced",
        "_unspaced_set",
    )

    def __init__(self) -> None:
        self._lexicon = lexicon()
        self._unspaced, self._unspaced_set = _set([(word, word) for word, _ in unspaced()])
        roles = [(i, pattern) for i, trait in enumerate(TRAITS) for pattern in trait.roles]
        phrases = [(i, words) for i, trait in enumerate(TRAITS) for words in trait.phrases.split("|") if words]
        markers = [(i, pattern) for i, trait in enumerate(TRAITS) for pattern in trait.markers]
        markers += DISGUISED.items()
        self._roles, self._role_set = _set(roles)
        self._phrases, self._phrase_set = _set([(i, f" {p} " if p.isascii() else p) for i, p in phrases])
        self._markers, self._marker_set = _set(markers)
        self._disguised = {trait: re2.compile(pattern) for trait, pattern in DISGUISED.items()}

    def of(self, text: str, hidden: bool = False) -> Seen:
        """The traits of one text. `hidden`: whether normalising it found disguised or invisible characters."""
        found: set[int] = {HIDDEN} if hidden else set()
        data = text.encode("utf-8", "replace")
        marked = {self._markers[index] for index in self._marker_set.found(data)}
        found |= {trait for trait in marked if trait < FIRST_DISGUISE}
        words = self._words(text)
        roles = self._read(words, found)
        plain = len(found)
        for said in self._decoded(text, words, roles, marked):
            found.add(said[0])
            self._read(said[1], found)
        if sum(trait < FIRST_DISGUISE for trait in found) > plain - hidden:
            found.add(DISGUISE)
        return Seen(frozenset(found), _measures(roles, len(found)))

    def _words(self, text: str) -> list[str]:
        """The words of a text; of scripts without spaces those that the lexicon knows."""
        if not text.isascii():
            for number in sorted(self._unspaced_set.found(text.encode("utf-8", "replace"))):
                text = text.replace(self._unspaced[number], f" {self._unspaced[number]} ")
        return words_of(text, len(text))

    def _read(self, words: list[str], found: set[int]) -> str:
        """The roles of the words; adds the traits that they and the phrases show."""
        roles = "".join(map(self._lexicon.get, words, repeat(NOTHING)))
        found.update([self._roles[index] for index in self._role_set.found(roles.encode())])
        joined = f" {' '.join(words)} ".encode("utf-8", "replace")
        found.update([self._phrases[index] for index in self._phrase_set.found(joined)])
        return roles

    def _decoded(self, text: str, words: list[str], roles: str, marked: set[int]) -> Iterator[tuple[int, list[str]]]:
        """Each disguise whose runs hold words of the lexicon, and the words of the text with those runs decoded; and
        the text turned or rotated where words of it are."""
        if LEET_WORDS in marked:
            meant = {word: word.translate(LEET) for word in words if not word.isalpha()}
            if not meant.keys() <= self._lexicon.keys() and any(said in self._lexicon for said in meant.values()):
                yield LEET_WORDS, [meant.get(word, word) for word in words]
        data = text.encode("utf-8", "replace")
        for trait in marked.intersection(DECODERS):
            pattern, decode = self._disguised[trait], DECODERS[trait]
            said = [(match.span(), decode(match.group())) for match in islice(pattern.finditer(data), DECODED)]
            if any(word in self._lexicon for _, run in said for word in words_of(run, len(run))):
                yield trait, self._words(_spliced(data, said))
        if BACKWARDS in roles:
            yield DISGUISE, self._words(text[::-1])
        if ROTATED in roles:
            yield DISGUISE, self._words(codecs.encode(text, "rot13"))


def _spliced(data: bytes, said: list[tuple[tuple[int, int], str]]) -> str:
    """The text with some of its runs replaced by what they say."""
    parts: list[bytes] = []
    position = 0
    for (start, end), run in said:
        parts += (data[position:start], run.encode("utf-8", "replace"))
        position = end
    return b"".join([*parts, data[position:]]).decode("utf-8", "replace")


def _set(patterns: list[tuple[Named, str]]) -> tuple[list[Named], Patterns]:
    """What each pattern stands for, and one automaton of all."""
    return [named for named, _ in patterns], Patterns([pattern for _, pattern in patterns], options_of(MEMORY))


def _spaced(run: bytes) -> str:
    """Single letters joined; a wider gap is a space."""
    for mark in b"._-*|":
        run = run.replace(bytes([mark]), b" ")
    return " ".join([word.replace(" ", "") for word in run.decode().split("  ")])


def _base64(run: bytes) -> str:
    """The text that a base64 run holds, or nothing."""
    decoded = base64.b64decode(run[: len(run.rstrip(b"=")) // 4 * 4])
    return decoded.decode("utf-8", "ignore") if sum(32 <= b < 127 for b in decoded) > 0.9 * len(decoded) else ""


def _escaped(run: bytes) -> str:
    """The bytes that \\x, %, \\u00 or &# escapes stand for."""
    if run.startswith(b"&"):
        return html.unescape(run.decode())
    digits = run.replace(b"\\u00", b"").replace(b"\\x", b"").replace(b"%", b"")
    try:
        return bytes.fromhex(digits.decode()).decode("utf-8", "ignore")
    except ValueError:
        return ""


DECODERS = {SPACED: _spaced, BASE64: _base64, ESCAPED: _escaped}


def _measures(roles: str, found: int) -> tuple[float, ...]:
    """The amounts that MEASURES names."""
    words = len(roles) + 10
    count = roles.count
    return (
        min(1.0, 8 * (count("y") + count("k")) / words),
        min(1.0, 12 * (count("x") + count("N")) / words),
        min(1.0, 12 * (count("L") + count("M") + count("C")) / words),
        min(1.0, log1p(len(roles)) / 7),
        min(1.0, found / 16),
    )
