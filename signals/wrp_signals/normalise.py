"""What a reader, or a model, sees in a text: forms folded, invisible characters gone, hidden text decoded.

For detectors only: what is forwarded or cached stays as the client wrote it. Judges nothing.
"""

from __future__ import annotations

from functools import cache, lru_cache
from itertools import islice, pairwise
from typing import NamedTuple
from unicodedata import is_normalized, normalize

import numpy as np
import numpy.typing as npt
import re2

from .confusables import FOLD, LETTERS, SMALL_CAPS
from .invisible import BIDI, DIRECTION, INVISIBLE, KINDS, SELECTOR, SELECTORS, SOFT, TAG, TAGS, kind_of

LIMIT = 65_536
"""Characters of a text that are looked at where it is not ASCII: three quarters from its head, one from its tail."""

EXAMINED = 500
"""Runs of invisible characters, and mixed words, that are looked at one by one (4 µs each). Past that, invisible
characters still go, uncounted, and look-alikes are folded wherever they stand: the verdict stands by then."""

LONGEST = 4_096
"""Characters of one run that are counted and decoded."""

FREQUENT = (*zip("，：；！？（）", ",:;!?()", strict=True), ("\ufdfa", " "), ("\ufdfb", " "))
"""Forms that are replaced before NFKC: the punctuation of Chinese, without which most of its texts need no NFKC (17 ms
for 130 KB), and Arabic ligatures of which it makes 18 and 8 characters; of any other it makes 5 at most."""

BLACK_FLAG, END_OF_TAG, KEYCAP = "\U0001f3f4", "\U000e007f", "\u20e3"
HAN = "\u2e80"
Ranges = tuple[tuple[int, int], ...]
"""First and last code points."""

ACCENTS: Ranges = (
    *((0x0300, 0x036F), (0x0483, 0x0489), (0x1AB0, 0x1AFF), (0x1DC0, 0x1DFF), (0x20D0, 0x20FF)),
    (0xFE20, 0xFE2F),
)
"""The combining marks of Latin, Greek, Cyrillic and of symbols."""

STROKES: Ranges = (
    *((0x0334, 0x0338), (0x0488, 0x0489), (0x20D2, 0x20D3), (0x20D8, 0x20DA), (0x20DD, 0x20E0), (0x20E2, 0x20E2)),
    *((0x20E4, 0x20E6), (0x20EA, 0x20EB)),
)
"""Those that go through a letter, or around it; a keycap (20E3) belongs to digits."""

ACCENTED = "\u00c0-\u024f\u1e00-\u1eff"
"""Letters that have one accent already, mostly."""

PLAINER = 0x2000
"""Letters below are without their own accent, too, where more are stacked on it."""


def _in_pattern(ranges: Ranges) -> str:
    return "".join([f"{chr(first)}-{chr(last)}" for first, last in ranges])


_LETTERS, _SMALL = "".join(sorted(LETTERS)), "".join(sorted(SMALL_CAPS))
RUNS = re2.compile("[" + "".join(sorted(INVISIBLE)) + "]+")
STACKED = re2.compile(
    f"[{_in_pattern(STROKES)}]|[A-Za-z]{KEYCAP}|(?:[{ACCENTED}]|[{_in_pattern(ACCENTS)}])[{_in_pattern(ACCENTS)}]{{2}}"
)
GENUINE = re2.compile(f"[^{_LETTERS}\x00-\u036f\u0530-\U0010ffff]")
MIXED = re2.compile(
    f"[{_SMALL}]{{3,}}|[A-Za-z]+[{_LETTERS}][A-Za-z{_LETTERS}]*|[{_LETTERS}]+[A-Za-z][A-Za-z{_LETTERS}]*"
)


class Finding(NamedTuple):
    """One class of hidden or disguised characters, how many times, and the text they hid where it could be decoded."""

    kind: str
    times: int
    hidden: str = ""


class Normalised(NamedTuple):
    """The text as a detector should read it, decoded hidden text on lines at its end; and what was found."""

    text: str
    findings: tuple[Finding, ...] = ()


def normalise(text: str) -> Normalised:
    """The text, normalised; ASCII as it is, of others what LIMIT leaves.

    NFKC (Unicode UAX #15); zero-width, bidi, tag and other invisible characters removed; tag characters and runs of
    variation selectors decoded; overlays and stacked accents removed; look-alike letters folded to Latin in words that
    mix scripts (after UTS #39), never in words of one script. Findings leave out what writing systems and emoji need:
    joiners in Arabic, Persian and Indic words, selectors after symbols, flags, marks in right-to-left text.
    """
    if text.isascii():
        return Normalised(text)
    if len(text) > LIMIT:
        text = f"{text[: LIMIT * 3 // 4]}\n{text[-LIMIT // 4 :]}"
    text = text.encode("utf-8", "replace").decode()
    found: list[Finding] = []
    if RUNS.search(text.encode()):
        text = _without_invisible(text, found)
    if not is_normalized("NFKC", text):
        for form, plain in FREQUENT:
            text = text.replace(form, plain)
        text = normalize("NFKC", text)
    data = text.encode()
    if STACKED.search(data):
        text = _without_accents(text, found)
        data = text.encode()
    if MIXED.search(data):
        text = _folded(data, found)
    return Normalised(text, tuple([finding for finding in found if finding.times]))


def _without_invisible(text: str, found: list[Finding]) -> str:
    """The text without invisible characters, and on lines after it what they hid; adds the suspicious ones by class."""
    counts = dict.fromkeys(KINDS, 0)
    hidden: dict[str, list[str]] = {}
    data = text.encode()
    for match in islice(RUNS.finditer(data), EXAMINED):
        start, end = match.span()
        run = data[start:end].decode()
        before = data[max(0, start - 4) : start].decode("utf-8", "ignore")[-1:]
        after = data[end : end + 4].decode("utf-8", "ignore")[:1]
        if not needed(before, run, after):
            _count(run, counts, hidden)
    decoded = {kind: " ".join(parts) for kind, parts in hidden.items()}
    found += [Finding(kind, count, decoded.get(kind, "")) for kind, count in counts.items()]
    codes = np.frombuffer(text.encode("utf-32-le"), np.uint32)
    shown = _shown()
    kept = codes[shown[np.minimum(codes, len(shown) - 1)]]
    return "\n".join([kept.tobytes().decode("utf-32-le"), *decoded.values()])


@cache
def _shown() -> npt.NDArray[np.bool_]:
    """Whether something is seen of a character, by its number; the last is for all beyond. 0.9 MB, for who needs it."""
    shown = np.ones(max(map(ord, INVISIBLE)) + 2, np.bool_)
    shown[sorted(map(ord, INVISIBLE))] = False
    return shown


def _count(run: str, counts: dict[str, int], hidden: dict[str, list[str]]) -> None:
    """Adds one suspicious run to the counts, and the text it hides; of a long one its head."""
    run = run[:LONGEST]
    for character in run:
        counts[kind_of(character)] += 1
    for kind, decoded in ((TAG, _tags(run)), (SELECTOR, _selectors(run))):
        if decoded:
            hidden.setdefault(kind, []).append(decoded)


def needed(before: str, run: str, after: str) -> bool:
    """Whether writing systems, emoji or ordinary typesetting explain a run of invisible characters between two."""
    if len(run) == 1:
        return _needed_alone(before, run, after)
    if before == BLACK_FLAG and run[-1] == END_OF_TAG and len(run) <= 7:
        return TAGS.issuperset(run)
    if run in ("\ufe0f\u200d", "\ufe0e\u200d"):
        return not _latin(before) and not _latin(after)
    return DIRECTION.issuperset(run) and len(run) <= 4 and _right_to_left(before + after)


def _needed_alone(before: str, character: str, after: str) -> bool:
    """The same of one character: what stands at a word's edge hides nothing, and comes with text copied from pages."""
    if character in TAGS:
        return False
    if character in SELECTORS:
        return after == KEYCAP or (bool(before) and not (_latin(before) and before < HAN))
    if character in BIDI:
        return character not in "\u202d\u202e" and (_right_to_left(before + after) or character in "\u2068\u2069")
    return character in SOFT or not (_latin(before) and _latin(after))


def _latin(character: str) -> bool:
    """Whether it is a letter or digit of a script that needs no joiners: what stands before Hebrew, or after Khmer and
    Mongolian."""
    return character.isalnum() and (character < "\u0590" or character > "\u18af")


def _right_to_left(around: str) -> bool:
    return any("\u0590" <= character < "\u0900" or "\ufb1d" <= character < "\ufeff" for character in around)


def _tags(run: str) -> str:
    """The ASCII that tag characters spell."""
    return "".join([chr(ord(c) - 0xE0000) for c in run if 0xE0020 <= ord(c) <= 0xE007E])


def _selectors(run: str) -> str:
    """The bytes that a run of variation selectors stands for: VS1 is 0, VS256 is 255."""
    numbers = [ord(c) - (0xFE00 if c < "\uff00" else 0xE0100 - 16) for c in run if c in SELECTORS and c > "\ufdff"]
    return bytes(numbers).decode("utf-8", "replace") if len(numbers) > 1 else ""


def _without_accents(text: str, found: list[Finding]) -> str:
    """The text without combining accents: asked where strokes or stacks of them are in it. Letters under a stack lose
    the accent, too, that NFKC made a part of them."""
    codes = np.frombuffer(text.encode("utf-32-le"), np.uint32).copy()
    kept = ~_marks(ACCENTS)[np.minimum(codes, _BEYOND)]
    strokes = np.append(0, np.cumsum(_marks(STROKES)[np.minimum(codes, _BEYOND)]))
    edges = np.flatnonzero(np.diff(kept, prepend=True, append=True))
    starts, ends = edges[::2], edges[1::2]
    stacked = starts[((ends - starts > 1) | (strokes[ends] > strokes[starts])) & (starts > 0)] - 1
    letters, places = np.unique(codes[stacked], return_inverse=True)
    codes[stacked] = np.array([_plainer(letter) for letter in letters.tolist()], np.uint32)[places]
    found.append(Finding("stacked accents", len(codes) - int(kept.sum())))
    return codes[kept].tobytes().decode("utf-32-le")


def _plainer(letter: int) -> int:
    return ord(normalize("NFD", chr(letter))[0]) if letter < PLAINER else letter


_BEYOND = 0xFFFF


@lru_cache(maxsize=2)
def _marks(ranges: Ranges) -> npt.NDArray[np.bool_]:
    """Whether a character is in one of the ranges, by its number; the last stands for all beyond."""
    table = np.zeros(_BEYOND + 1, np.bool_)
    for first, last in ranges:
        table[first : last + 1] = True
    return table


def _folded(data: bytes, found: list[Finding]) -> str:
    """The text with look-alikes as Latin letters in words that mix them with Latin; adds how many words those were.

    Texts with real Greek or Cyrillic in them have words like iPhone with an ending of their own: there the script must
    change twice within the word.
    """
    changes = 2 if GENUINE.search(data) else 1
    parts: list[str] = []
    position = count = seen = 0
    for match in islice(MIXED.finditer(data), EXAMINED):
        start, end = match.span()
        word = data[start:end].decode()
        seen += 1
        if _disguised(word, changes):
            parts += (data[position:start].decode(), word.translate(FOLD))
            position = end
            count += 1
    rest = data[position:].decode()
    if count and seen == EXAMINED:
        for letter in LETTERS:
            rest = rest.replace(letter, FOLD[ord(letter)])
    parts.append(rest)
    found.append(Finding("look-alike word", count))
    return "".join(parts)


def _disguised(word: str, changes: int) -> bool:
    """Whether look-alikes and Latin letters together make a Latin word, or small capitals, or squared letters do."""
    foreign = [c for c in word if not c.isascii()]
    if SMALL_CAPS.issuperset(foreign):
        return len(foreign) > 2
    return len(word) > 2 and sum(a.isascii() != b.isascii() for a, b in pairwise(word)) >= changes
