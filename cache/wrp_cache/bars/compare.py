"""Do two answers say the same? It embeds nothing and asks nobody: vectors are passed in, a judge is the caller's.

It errs towards `different`: an answer taken for wrong costs a hit, one taken for right tells somebody a falsehood.
"""

from __future__ import annotations

import json
import re
import unicodedata
from typing import Literal, Protocol

import msgspec
import numpy as np

from wrp_signals.facts import Vector

Said = Literal["same", "different", "unsure"]

LONGEST = 1 << 16
"""Characters of an answer that are compared; longer ones are the same only if they are equal."""

_NUMBER = re.compile(r"(?<![\w.])[-+]?\d[\d,]*(?:\.\d+)?(?:[eE][-+]?\d{1,3})?")
_LOOSE = re.compile(r"""[\s!"'(),:;?\[\]{}|“”„‘’«»…]+|\.(?!\w)""")
_EMPHASIS = re.compile(r"(?<!\S)(?:#+(?!\S)|[*_`]+(?=\S))|(?<=\S)[*_`]+(?!\S)")
_DENIALS = frozenset(
    (
        "not",
        "no",
        "never",
        "none",
        "cannot",
        "without",
        "isn't",
        "aren't",
        "can't",
        "won't",
        "don't",
        "doesn't",
        "didn't",
    )
)


class Compared(msgspec.Struct, frozen=True, gc=False):
    """What was found, and by which means (`equal`, `json`, `numbers`, `denial`, `cosine`, `judge`, `length`)."""

    said: Said
    by: str


class Judge(Protocol):
    """Whoever is asked where nothing else decides: a model, a person, a rule. It may be slow, so the caller awaits it
    and only then says what it found."""

    async def __call__(self, asked: str, cached: str, fresh: str) -> bool:
        """Whether both answer what was asked, and alike."""
        ...


class Comparison(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """From a cosine of `same` on two answers say the same, below `different` they do not; between them a judge may
    say, and `unsure` is taken for different where there is none."""

    same: float = 0.92
    different: float = 0.75

    def __post_init__(self) -> None:
        if not -1.0 <= self.different <= self.same <= 1.0:
            raise ValueError("-1 <= different <= same <= 1 is wanted")

    def __call__(self, cached: str, fresh: str, vectors: tuple[Vector, Vector] | None = None) -> Compared:
        """Of two answers as texts, and their unit vectors if there are any. Linear in their lengths."""
        if cached == fresh:
            return Compared("same", "equal")
        if max(len(cached), len(fresh)) > LONGEST:
            return Compared("different", "length")
        structured = _structured(cached, fresh)
        if structured is not None:
            return structured
        plain = _plain(cached)
        if plain and plain == _plain(fresh):
            return Compared("same", "equal")
        if _numbers(cached) != _numbers(fresh):
            return Compared("different", "numbers")
        if _denials(cached) != _denials(fresh):
            return Compared("unsure", "denial")
        return self._by_vectors(vectors)

    def _by_vectors(self, vectors: tuple[Vector, Vector] | None) -> Compared:
        if vectors is None:
            return Compared("unsure", "cosine")
        cosine = float(np.dot(vectors[0], vectors[1]))
        if cosine >= self.same:
            return Compared("same", "cosine")
        return Compared("unsure" if cosine >= self.different else "different", "cosine")


def _structured(cached: str, fresh: str) -> Compared | None:
    """Both JSON objects or arrays: equal as values; one of them only: different. None: texts."""
    if cached.lstrip()[:1] not in ("{", "[") and fresh.lstrip()[:1] not in ("{", "["):
        return None
    one, two = _parsed(cached), _parsed(fresh)
    if one is None and two is None:
        return None
    return Compared("same" if one is not None and one == two else "different", "json")


def _parsed(text: str) -> object:
    """The value of a JSON object or array, with true told from 1; None for anything else."""
    try:
        value = json.loads(text, parse_int=float)
    except (ValueError, RecursionError):
        return None
    return _typed(value) if isinstance(value, dict | list) else None


def _typed(value: object) -> object:
    if isinstance(value, dict):
        return {name: _typed(of) for name, of in value.items()}
    if isinstance(value, list):
        return [_typed(of) for of in value]
    return (bool, value) if isinstance(value, bool) else value


def _plain(text: str) -> str:
    """Without case, punctuation, emphasis and layout, but with what changes numbers, names and formulae."""
    words = _LOOSE.sub(" ", unicodedata.normalize("NFKC", text).casefold())
    return " ".join(_EMPHASIS.sub("", words).split())


def _numbers(text: str) -> frozenset[float]:
    """Every number written in digits, by value. Numbers of lists (`1.` at the beginning of a line) are no matter."""
    body = re.sub(r"(?m)^\s*\d{1,3}[.)]\s", " ", unicodedata.normalize("NFKC", text))
    return frozenset(float(found.group().replace(",", "")) for found in _NUMBER.finditer(body))


def _denials(text: str) -> bool:
    return not _DENIALS.isdisjoint(text.casefold().replace("’", "'").split())
