"""Which pieces of a long text to read closely: those with most of the words and marks that attacks have.

One pass of RE2 over each piece, a fifth of what reading it closely costs. It judges nothing: a piece that was
chosen may well be harmless.
"""

from __future__ import annotations

from .attack_patterns import TRAITS
from .attack_words import ROLES, UNSPACED
from .invisible import INVISIBLE
from .pattern import Patterns, options_of

PIECE, OVERLAP = 3_000, 500
"""Characters of a piece, and those that two neighbours share."""

MEMORY = 32 << 20
"""Bytes that the automaton may grow to."""

WORDS: dict[str, float] = {
    **{"J": 3.3, "U": 2.8, "L": 2.7, "h": 1.9, "X": 1.4, "Z": 1.4, "k": 1.4, "T": 1.3, "E": 1.1, "r": 1.1, "K": 1.0},
    **{"Q": 1.0, "I": 0.8, "H": 0.8, "s": 0.7, "d": 0.7, "V": 0.6, "F": 0.6, "m": 0.6, "M": 0.5, "C": 0.5, "Y": 0.4},
    **{"y": 0.3, "B": 0.3},
}
MARKS: dict[str, float] = {
    "labelled voices": 4.0,
    "placeholder for a request": 1.9,
    "fake system turn": 1.5,
    "turns inside the text": 1.4,
    "chat template marks": 1.0,
    "ends the document": 1.0,
    "network or shell code": 0.9,
}
SPACED = 0.7
"""What a role's words, a trait's marks and spaced letters are worth: the logarithm of how much more often attacks have
them than pieces of exam questions, mails, code and documentation (`python scripts/long_prompts.py --fit`). What is
worth less than 0.3 is left out."""

UNSPACED_WORDS, UNSEEN = 2.0, 1.0
"""The same of a role's words in scripts without spaces, and of invisible characters. Set by hand: those pieces have
none."""

SPACED_LETTERS = r"\b(?:[A-Za-z][ ._\-*|]){4}[A-Za-z]\b"


class Pieces:
    """Finds them. Build one and keep it: its automaton fills as it runs. Safe from several threads."""

    __slots__ = ("_occurring", "_worth")

    def __init__(self) -> None:
        sought = patterns()
        self._worth = tuple([worth for worth, _ in sought])
        self._occurring = Patterns([pattern for _, pattern in sought], options_of(MEMORY, case=False)).found

    def worth(self, piece: str) -> float:
        """How much a piece has of what attacks have; each sort counts once."""
        worth = self._worth
        return sum([worth[place] for place in self._occurring(piece.encode("utf-8", "replace"))])

    def chosen(self, text: str, count: int) -> list[str]:
        """At most `count` pieces of a text, in its order; of equals the first."""
        places = range(0, max(1, len(text) - OVERLAP), PIECE - OVERLAP)
        ranked = sorted(places, key=lambda place: -self.worth(text[place : place + PIECE]))
        return [text[place : place + PIECE] for place in sorted(ranked[:count])]


def patterns() -> list[tuple[float, str]]:
    """What each is worth, and the pattern (RE2) that finds it whatever its case."""
    words = [(worth, worded(ROLES[role].split())) for role, worth in WORDS.items()]
    unspaced = [(UNSPACED_WORDS, "|".join(found.split())) for found in UNSPACED.values()]
    marks = [(MARKS[trait.name], mark) for trait in TRAITS if trait.name in MARKS for mark in trait.markers]
    unseen = f"[{''.join(sorted(INVISIBLE))}]"
    return [*words, *unspaced, *marks, (UNSEEN, unseen), (SPACED, SPACED_LETTERS)]


def worded(words: list[str]) -> str:
    r"""Any of the words, as words: RE2's \b knows ASCII only, so that others are found inside longer words too."""
    plain = "|".join([word for word in words if word.isascii()])
    return "|".join([rf"\b(?:{plain})\b", *[word for word in words if not word.isascii()]])
