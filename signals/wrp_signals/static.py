"""The static tier: a table of words whose mean stands for a text, distilled from a sentence-transformers model.

It knows words and frequent pairs of words, not their order: enough for what a text is about, never for telling
paraphrases from near misses. Needs numpy only.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from io import BytesIO
from itertools import compress, islice, pairwise
from operator import not_
from sys import intern
from typing import Any

import msgspec
import numpy as np
import numpy.typing as npt

from .card import Buffer, checked, let_go, mapped, weights
from .errors import BadVector, WeightsDamaged
from .facts import Vector
from .vectors import Rows, unit
from .words import words_of

STATIC_CARD = "static-card.json"

FIRST, LAST = 6_144, 2_048
"""The window: this many characters of a text's beginning and of its end. What stands between is not seen."""

TINY = 1e-6
"""Length below which rows have cancelled out."""

WORDS = 2_048
"""Words of the window that count at most: more than eight thousand characters of prose have."""

SHORT = 256
"""Rows up to which equal ones are added one by one; beyond, they are counted first."""

STRANGE, LETTERS = 64, 32
"""Words outside the table that are taken apart, and the characters of each that are looked at."""

PIECE, PIECES = 12, 6
"""Characters of a piece of a word, and pieces that a word is taken apart into, at most."""

BEGUN = 4
"""Characters by which is known how long a piece that begins with them can be: most of a strange word's begin none."""

CONTINUED = "##"
"""How an entry of the table begins that continues a word."""

AGREEMENT = 0.9995
"""Cosine to the card's probe vector above which a machine computes the same vectors."""

Table = npt.NDArray[np.int8]


class StaticCard(msgspec.Struct, frozen=True):
    """What a word table is and how good: written by `wrp train embedding`.

    `words` names a UTF-8 file of `rows` lines, entry i in line i: the first, empty one stands for texts without any
    known word; then words, pieces of words (`##…`) and pairs (`of the`). `table` names little-endian float32[rows],
    the scales, followed by int8[rows, dim]. `probe_vector` is what `probe` must embed to, on any machine.
    """

    id: str
    dim: int
    rows: int
    words: str
    table: str
    sha256: dict[str, str]
    teacher: str
    sources: tuple[str, ...]
    probe: str
    probe_vector: tuple[float, ...]
    report: dict[str, Any] = {}


class StaticEmbedder:
    """Texts to unit vectors, float32[n, dim]: the sum of the rows of a text's words, at length 1.

    Of a long text the first 6,144 and the last 2,048 characters count. A word outside the table is taken apart into
    the longest pieces that are in it. The vector does not depend on what a text is batched with, and a text without any
    known word has a vector too. 40 µs for 64 tokens, 1 ms for long ones. Safe to call from several threads.
    """

    def __init__(self, id: str, words: Iterable[str], table: Table, scales: Vector) -> None:
        """`table` int8[n, dim] and `scales` float32[n], a row for each of `words`, the empty one first. Raises
        WeightsDamaged where they do not belong together."""
        self._entries = Entries(words)
        if not self._entries.begun or not len(self._entries) == len(table) == len(scales):
            raise WeightsDamaged(f"{id}: {len(self._entries)} different words for {len(table)} rows")
        self._id = id
        self._table = table
        self._scales = scales
        self._nothing = np.asarray(unit(table[:1].astype(np.float32))[0], np.float32)

    @property
    def id(self) -> str:
        return self._id

    @property
    def dim(self) -> int:
        return int(self._table.shape[1])

    def embed(self, texts: Sequence[str]) -> Rows:
        """float32[len(texts), dim], finite unit rows."""
        if len(texts) == 1:
            return self._vector(texts[0])[None]
        rows = np.empty((len(texts), self.dim), np.float32)
        for row, text in zip(rows, texts, strict=True):
            row[:] = self._vector(text)
        return rows

    def weighed(self, word: str) -> Vector:
        """float32[dim], the row of one word, or the sum of those of its pieces: not of length 1, for telling words have
        longer rows; zeros where nothing of it is known."""
        row = self._entries.word(word)
        rows = [row] if row else self._entries.pieces(word[:LETTERS])
        return np.asarray(self._scales.take(rows) @ self._table.take(rows, 0).astype(np.float32), np.float32)

    def _vector(self, text: str) -> Vector:
        found = self._entries.rows(text)
        if not found:
            return self._nothing.copy()
        if len(found) <= SHORT:
            index = np.fromiter(found, np.intp, len(found))
            weight = self._scales.take(index)
        else:
            counted = Counter(found)
            index = np.fromiter(counted, np.intp, len(counted))
            weight = self._scales.take(index) * np.fromiter(counted.values(), np.float32, len(counted))
        total: Vector = weight.dot(self._table.take(index, 0).astype(np.float32))
        length = math.sqrt(total.dot(total))
        if length <= TINY:
            return self._nothing.copy()
        total /= length
        return total


class Entries:
    """Which row stands for what: words, `##` pieces of words, and pairs of words. Row 0 stands for nothing."""

    __slots__ = ("_continued", "_longest", "_longest_continued", "_pairs", "_words")

    def __init__(self, entries: Iterable[str]) -> None:
        """`entries` in the order of their rows; a pair has a space between its words. Each is put where it belongs and
        let go: who keeps tens of thousands for a moment takes memory that the process never gives back."""
        self._pairs: dict[tuple[str, str], int] = {}
        self._continued: dict[str, int] = {}
        self._words: dict[str, int] = {}
        for row, entry in enumerate(entries):
            if " " in entry:
                first, _, second = entry.partition(" ")
                self._pairs[intern(first), intern(second)] = row
            elif entry.startswith(CONTINUED):
                self._continued[entry.removeprefix(CONTINUED)] = row
            elif CONTINUED not in entry:
                self._words[entry] = row
        self._longest = _longest(self._words)
        self._longest_continued = _longest(self._continued)

    def __len__(self) -> int:
        return len(self._words) + len(self._continued) + len(self._pairs)

    @property
    def begun(self) -> bool:
        """Whether the first entry is the empty one."""
        return self._words.get("") == 0

    def word(self, word: str) -> int:
        """The row of one word, 0 where it has none."""
        return self._words.get(word, 0)

    def rows(self, text: str) -> list[int]:
        """The rows whose sum is a text's vector, repeated ones repeated: of its words, of the pieces of those that are
        not there, of its pairs."""
        if len(text) > FIRST + LAST:
            text = f"{text[:FIRST]} {text[-LAST:]}"
        words = words_of(text, FIRST + LAST + 1)[:WORDS]
        rows = list(map(self._words.get, words))
        found = list(filter(None, rows))
        if len(found) < len(words):
            for word in islice(compress(words, map(not_, rows)), STRANGE):
                found += self.pieces(word[:LETTERS])
        found += filter(None, map(self._pairs.get, pairwise(words)))
        return found

    def pieces(self, word: str) -> list[int]:
        """The rows of a word's longest pieces, left to right (WordPiece, Wu et al. 2016); characters that no piece
        begins with are skipped, and so is what comes after PIECES pieces."""
        get, longest, length = self._words.get, self._longest.get, len(word)
        found: list[int] = []
        start = 0
        while start < length and len(found) < PIECES:
            most = longest(word[start : start + BEGUN], BEGUN - 1)
            for end in range(min(length, start + most), start, -1):
                row = get(word[start:end])
                if row:
                    found.append(row)
                    start = end
                    break
            else:
                start += 1
            get, longest = self._continued.get, self._longest_continued.get
        return found


def _longest(entries: Iterable[str]) -> dict[str, int]:
    """The beginnings of entries of BEGUN characters and more, and how long the longest with each is, PIECE at most."""
    found: dict[str, int] = {}
    for entry in entries:
        if len(entry) >= BEGUN:
            found[entry[:BEGUN]] = max(found.get(entry[:BEGUN], 0), min(len(entry), PIECE))
    return found


def _lines(data: bytes) -> Iterator[str]:
    """The entries of a file, one at a time."""
    return (line.removesuffix(b"\n").decode() for line in BytesIO(data))


def static_card(data: bytes) -> StaticCard:
    """Raises msgspec.ValidationError naming the field that does not fit."""
    return msgspec.json.decode(data, type=StaticCard)


def static_embedder(read: Callable[[str], bytes] = weights, card: str = STATIC_CARD) -> StaticEmbedder:
    """The embedder that `card` describes: the one that ships, or one that `wrp train embedding` wrote, where `read`
    gives that folder's files by name. The table that ships is mapped, not read: texts name a few of its rows. Raises
    WeightsDamaged for files that are not what the card says, OSError, and BadVector where this machine computes other
    vectors."""
    facts = static_card(read(card))
    words = _lines(checked(read(facts.words), facts.sha256[facts.words], facts.words))
    table_of: Callable[[str], Buffer] = mapped if read is weights else read
    data = checked(table_of(facts.table), facts.sha256[facts.table], facts.table)
    if len(data) != facts.rows * (4 + facts.dim):
        raise WeightsDamaged(f"{facts.table}: {len(data)} bytes for {facts.rows} rows of {facts.dim}")
    scales = np.frombuffer(data, "<f4", facts.rows)
    table = np.frombuffer(data, np.int8, offset=4 * facts.rows).reshape(facts.rows, facts.dim)
    embedder = StaticEmbedder(facts.id, words, table, scales)
    if embedder.embed([facts.probe])[0] @ np.asarray(facts.probe_vector, np.float32) < AGREEMENT:
        raise BadVector(f"{facts.id}: this machine computes other vectors than the card says")
    let_go(data)
    return embedder
