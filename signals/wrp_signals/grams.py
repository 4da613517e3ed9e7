"""What a head sees of a text beside its vector: hashed words, word pairs and character runs, and the text's form.

Hashes are the same in every process and on every machine. It knows no meaning and keeps nothing.
"""

from __future__ import annotations

from math import log1p, sqrt
from string import ascii_lowercase, ascii_uppercase, digits, punctuation
from zlib import crc32

import numpy as np
import numpy.typing as npt

from .facts import RequestView, Vector
from .once import lately
from .words import coded_words

FIRST, LAST = 3_072, 1_024
"""The window: this many characters of a text's beginning and of its end. What stands between is not seen."""

FORM = 12
"""Numbers that `form_of` gives."""

Codes = npt.NDArray[np.uint32]
Buckets = npt.NDArray[np.intp]

PAIR, WORD, RUN3, RUN4 = (np.uint32(odd) for odd in (0x9E3779B1, 0x85EBCA77, 0xC2B2AE3D, 0x27D4EB2F))
WHITE = bytes([*range(32), 127])
FOLDED = bytes.maketrans(
    ascii_uppercase.encode() + digits.encode() + WHITE, ascii_lowercase.encode() + b"0" * 10 + b" " * len(WHITE)
)
"""Case, digits and white space folded: a formula keeps its shape, not its numbers."""


def _kinds() -> bytes:
    """Byte -> kind: 0 lower case, 1 upper case, 2 digit, 3 space, 4 line end, 5 sign of mathematics, 6 bracket,
    7 backslash or dollar, 8 other punctuation, 9 beyond ASCII."""
    table = bytearray([9] * 256)
    groups = (ascii_lowercase.encode(), ascii_uppercase.encode(), digits.encode(), WHITE + b" ", b"\n", b"+-*/=<>^%|~")
    for code in punctuation.encode():
        table[code] = 8
    for kind, codes in enumerate((*groups, b"()[]{}", b"\\$")):
        for code in codes:
            table[code] = kind
    return bytes(table)


KINDS = _kinds()
COUNTED = (1, 2, 4, 5, 6, 7, 8, 9, 3)
"""The kinds whose share counts, in order; lower case follows from them."""


def window(text: str) -> str:
    """The part of a text that is seen: its first and last characters."""
    return text if len(text) <= FIRST + LAST else f"{text[:FIRST]}\n{text[-LAST:]}"


class Wording:
    """What heads see of a text, each part worked out when one of them first wants it: several heads read one request.
    Safe from several threads; at worst a part is worked out twice."""

    __slots__ = ("_coded", "_form", "text")

    def __init__(self, text: str) -> None:
        self.text = text
        self._coded: dict[bool, tuple[Codes, Vector]] = {}
        self._form: Vector | None = None

    def grams(self, buckets: int, characters: bool = True) -> tuple[Buckets, Vector]:
        """Buckets of the words, the pairs of neighbours and, where wanted, the runs of 3 and 4 bytes of a text's
        window; and the weight of each, 1/sqrt(n), n counting words with pairs, and runs, apart. `buckets` is a power of
        two. 20 us for 300 characters, 0.4 ms for a whole window; after that 2 to 10."""
        coded = self._coded.get(characters)
        if coded is None:
            coded = self._coded[characters] = _coded(self.text, characters)
        codes, weights = coded
        return (codes >> np.uint32(33 - buckets.bit_length())).astype(np.intp), weights

    def form(self) -> Vector:
        """As `form_of` has it."""
        if self._form is None:
            self._form = form_of(self.text)
        return self._form


@lately
def wording_of(view: RequestView) -> Wording:
    """Of what the request asks."""
    return Wording(view.asked())


def grams_of(text: str, buckets: int, characters: bool = True) -> tuple[Buckets, Vector]:
    """Buckets and weights of one text, as `Wording` has them."""
    return Wording(text).grams(buckets, characters)


def _coded(text: str, characters: bool) -> tuple[Codes, Vector]:
    """Codes of 32 bits and their weights."""
    seen = window(text)
    coded = coded_words(seen, len(seen))
    folded = seen.encode("utf-8", "replace").translate(FOLDED) if characters else b""
    count = max(2 * len(coded) - 1, 0)
    codes = np.empty(count + max(len(folded) - 2, 0) + max(len(folded) - 3, 0), np.uint32)
    if coded:
        _words(codes[:count], coded)
    if len(folded) > 2:
        _runs(codes[count:], folded)
    weights = np.empty(len(codes), np.float32)
    weights[:count] = max(count, 1) ** -0.5
    weights[count:] = max(len(codes) - count, 1) ** -0.5
    return codes, weights


def _words(codes: Codes, coded: list[bytes]) -> None:
    """Fills in the codes of n words and of their n - 1 pairs."""
    single = np.fromiter(map(crc32, coded), np.uint32, len(coded))
    np.multiply(single, WORD, out=codes[: len(coded)])
    pairs = codes[len(coded) :]
    np.multiply(single[:-1], PAIR, out=pairs)
    pairs ^= single[1:]
    pairs *= WORD


def _runs(codes: Codes, folded: bytes) -> None:
    """Fills in the codes of all runs of 3 and then of 4 bytes: the text read as a big-endian number at every byte."""
    count = len(folded) - 2
    every = np.ndarray((count,), ">u4", folded + b"\0", strides=(1,)).astype(np.uint32)
    np.multiply(every[:-1], RUN4, out=codes[count:])
    every >>= np.uint32(8)
    every += np.uint32(1)
    np.multiply(every, RUN3, out=codes[:count])


def form_of(text: str) -> Vector:
    """float32[FORM], each about 0 to 1: the square roots of the shares of the kinds of bytes in the text's window, and
    the logarithms of the length of the text, of its words and of the digits in it."""
    coded = window(text).encode("utf-8", "replace").translate(KINDS)
    size = max(len(coded), 1)
    counts = [coded.count(kind) for kind in COUNTED]
    shares = [sqrt(count / size) for count in counts]
    spaces, numerals = counts[-1], counts[1]
    return np.array([*shares, log1p(len(text)) / 10, log1p(size / (spaces + 1)) / 5, log1p(numerals) / 5], np.float32)
