"""Words that are nearly other words: within one or two edits. Linear in the text, whatever it holds."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

SHORTEST, LONG = 4, 8
"""Characters of a word from which on it may have one typing error, and two."""

LONGEST = 40
"""Longer words are never nearly anything."""

EDGES = ((7, 3), (5, 2), (SHORTEST, 1))
"""From so many characters on, so many of a word's first or of its last must be right. One edit leaves either whole (two
neighbours swapped, too: the edges do not touch); where two edits spoil both, the word is not found."""

PATIENCE = 4_000
"""Comparisons with declared words that one text may cost (0.5 us each): about as many as 100 KB of prose ask for."""


class Neighbourhood:
    """Declared words by their edges and lengths, so that a word of a text is only compared with those that it could be.
    An edit is a character too many, lost or wrong, or two neighbours swapped."""

    __slots__ = ("_edges", "_heads", "_least", "_tails", "_words")

    def __init__(self, words: Iterable[str], edits: int) -> None:
        """`words` in lower case and without spaces."""
        self._words: list[tuple[str, frozenset[str], int]] = []
        self._heads: dict[str, dict[int, list[int]]] = {}
        self._tails: dict[str, dict[int, list[int]]] = {}
        for index, word in enumerate(words):
            errors = allowed(word, edits)
            self._words.append((word, frozenset(word), errors))
            size = next((size for length, size in EDGES if errors and len(word) >= length), 0)
            if size:
                _enter(self._heads, word[:size], index, len(word), errors)
                _enter(self._tails, word[-size:], index, len(word), errors)
        self._least = min((len(word) - errors for word, _, errors in self._words if errors), default=0)
        self._edges = sorted({len(edge) for edge in self._heads}, reverse=True)

    def word(self, index: int) -> str:
        """The declared word of that index."""
        return self._words[index][0]

    def found(self, words: Iterable[str]) -> dict[int, str]:
        """Index of each declared word that is nearly there -> the first word of the text that it nearly is."""
        found: dict[int, str] = {}
        left = PATIENCE
        for word, index in self._pairs(dict.fromkeys(words)):
            left -= 1
            if left < 0:
                break
            known, letters, errors = self._words[index]
            alike = index not in found and len(letters.symmetric_difference(word)) <= 2 * errors
            if alike and within(word, known, errors):
                found[index] = word
        return found

    def _pairs(self, words: Iterable[str]) -> Iterator[tuple[str, int]]:
        """Every word with the declared ones of about its length that begin or end like it."""
        heads, tails = self._heads, self._tails
        nothing: dict[int, list[int]] = {}
        for size in self._edges:
            like = [
                word for word in words if len(word) >= self._least and (word[:size] in heads or word[-size:] in tails)
            ]
            for word in like:
                length = len(word)
                for index in heads.get(word[:size], nothing).get(length, ()):
                    yield word, index
                for index in tails.get(word[-size:], nothing).get(length, ()):
                    yield word, index


def _enter(edges: dict[str, dict[int, list[int]]], edge: str, index: int, length: int, errors: int) -> None:
    """Under all lengths that the word may have with its errors."""
    by_length = edges.setdefault(edge, {})
    for written in range(length - errors, length + errors + 1):
        by_length.setdefault(written, []).append(index)


def allowed(word: str, edits: int) -> int:
    """How many errors a word of its length may have."""
    if not SHORTEST <= len(word) <= LONGEST:
        return 0
    return min(edits, 1 if len(word) < LONG else 2)


def within(one: str, other: str, limit: int) -> bool:
    """Whether so few edits lead from one to the other (optimal string alignment)."""
    one, other = _core(one, other)
    if abs(len(one) - len(other)) > limit:
        return False
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, left in enumerate(one, 1):
        older, before, row = before, row, [i]
        for j, right in enumerate(other, 1):
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (left != right))
            if i > 1 and j > 1 and left == other[j - 2] and one[i - 2] == right:
                cost = min(cost, older[j - 2] + 1)
            row.append(cost)
        if min(row) > limit:
            return False
    return row[-1] <= limit


def _core(one: str, other: str) -> tuple[str, str]:
    """What is left of both without the beginning and the end that they share."""
    shorter = min(len(one), len(other))
    start = next((i for i in range(shorter) if one[i] != other[i]), shorter)
    rest = shorter - start
    end = next((i for i in range(rest) if one[-1 - i] != other[-1 - i]), rest)
    return one[start : len(one) - end], other[start : len(other) - end]
