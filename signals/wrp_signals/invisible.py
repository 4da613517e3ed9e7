"""Characters that show nothing, by class. A table; what they do in a text is judged elsewhere."""

from __future__ import annotations

ZERO_WIDTH = frozenset("\u200b\u200c\u200d\u2060\ufeff\u180e")
"""Zero-width space, non-joiner, joiner, word joiner, byte order mark, Mongolian vowel separator."""

MARKS = frozenset("\u200e\u200f\u061c")
"""Left-to-right, right-to-left and Arabic letter marks."""

BIDI = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
"""Embeddings, overrides and isolates of the bidirectional algorithm (UAX #9)."""

SEPARATORS = frozenset(
    "\u00ad\u034f\u115f\u1160\u17b4\u17b5\u2061\u2062\u2063\u2064\u206a\u206b\u206c\u206d\u206e\u206f\u3164\uffa0"
    "\ufff9\ufffa\ufffb\u2800"
)
"""Soft hyphen, grapheme joiner, fillers, invisible operators, deprecated format controls, interlinear annotation, the
empty Braille pattern."""

TAGS = frozenset(map(chr, range(0xE0000, 0xE0080)))
"""A shadow of ASCII that nothing shows; flags of regions are spelled with it."""

SELECTORS = frozenset(map(chr, [*range(0xFE00, 0xFE10), *range(0x180B, 0x180E), 0x180F, *range(0xE0100, 0xE01F0)]))
"""Variation selectors, 1 to 256, and the Mongolian ones."""

DIRECTION = MARKS | BIDI
INVISIBLE = ZERO_WIDTH | DIRECTION | SEPARATORS | TAGS | SELECTORS

SOFT = MARKS | frozenset("\u00ad\u2800")
"""Ordinary typesetting where they stand alone; runs of them are suspicious."""

ZERO, CONTROL, TAG, SELECTOR, SEPARATOR = KINDS = (
    "zero-width",
    "bidi control",
    "tag character",
    "variation selector",
    "invisible separator",
)


def kind_of(character: str) -> str:
    """The class of an invisible character, as findings name it."""
    if character in ZERO_WIDTH:
        return ZERO
    if character in TAGS:
        return TAG
    if character in SELECTORS:
        return SELECTOR
    return CONTROL if character in DIRECTION else SEPARATOR
