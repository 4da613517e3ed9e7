"""Numbers, versions, dates, prices and units, for the hit guard. It compares them and converts nothing."""

from __future__ import annotations

import re
from collections import Counter
from itertools import pairwise

from wrp_cache.lexicon import COUNTING, MEASURED, NUMBERS, ORDINALS, PLAIN_UNITS, SCALES, UNITS
from wrp_cache.marks import Marks, Pair

Numbers = list[tuple[str, str]]
"""Numbers with their units (or ""), in the order of the text."""

_GROUPED = re.compile(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?")
_BEFORE_SECOND = frozenset(("a", "per", "each", "every", "one", "split"))
_CURRENCIES = frozenset(("usd", "eur", "gbp", "jpy", "inr", "cny"))
_ONE = frozenset(("one", "single"))
_AN = frozenset(("one", "single", "a", "an", "per"))
_EXACT = 12
_INTO = frozenset(("in", "into"))
_SPANS = frozenset(("ms", "sec", "min", "h", "day", "week", "month", "year", "decade", "century"))


def amounts(pair: Pair) -> str | None:
    """Numbers, versions, dates and prices with their units; and physical units that stand alone."""
    a, b = pair.a, pair.b
    if a.counted or b.counted:
        here, there = _without_currency(numbers(a), numbers(b))
        if _by_unit(here) != _by_unit(there) and not _only_ones(here, there, pair):
            return f"number: {_listed(here)} != {_listed(there)}"
    if MEASURED.isdisjoint(pair.mine) and MEASURED.isdisjoint(pair.theirs):
        return None
    ours, theirs = _plain_units(a), _plain_units(b)
    if ours == theirs:
        return None
    return f"unit: {' '.join(sorted(ours - theirs)) or 'none'} != {' '.join(sorted(theirs - ours)) or 'none'}"


def _plain_units(marks: Marks) -> set[str]:
    """Physical units, with or without a number; and what else is a unit after `in` (`in feet`)."""
    found = {UNITS[word] for word in marks.bag if word in UNITS} & PLAIN_UNITS
    for before, word in pairwise(marks.words):
        if before in _INTO and word in UNITS and len(word) > 1 and UNITS[word] not in _SPANS:
            found.add(UNITS[word])
    return found


def numbers(marks: Marks) -> Numbers:
    """Digits and number words with scales multiplied in (`5 million`) and units by their one spelling."""
    found: Numbers = []
    words = marks.words
    at, end = 0, len(words)
    while at < end:
        word = words[at]
        value, after = _value(words, at) if word[0] <= "9" or word in COUNTING or not word[0].isalpha() else ("", at)
        if not value:
            at += 1
            continue
        unit, at = "", after
        while at < end and (words[at] in SCALES or (not unit and words[at] in UNITS)):
            if words[at] in SCALES:
                value = _scaled(value, SCALES[words[at]])
            else:
                unit = UNITS[words[at]]
            at += 1
        found.append((value, unit))
    return found


def _value(words: list[str], at: int) -> tuple[str, int]:
    """The number that begins at a word, scales left out, and where to go on; or "" if it is none."""
    word = words[at]
    after = words[at + 1] if at + 1 < len(words) else ""
    if word not in COUNTING:
        return _plain(word), at + 1
    if word == "one" and after not in UNITS and after not in SCALES:
        return "", at
    if word in NUMBERS:
        tens, ones = NUMBERS[word], NUMBERS.get(after, 0)
        return (str(tens + ones), at + 2) if tens >= 20 and 0 < ones < 10 else (str(tens), at + 1)
    if word in ORDINALS:
        as_unit = word == "second" and at > 0 and words[at - 1] in _BEFORE_SECOND
        return ("", at) if as_unit else (str(ORDINALS[word]), at + 1)
    return "1", at


def _plain(word: str) -> str:
    """`1,000` and `01000` are 1000, `5.0` is 5; `3.10` stays itself, for it may be a version."""
    if _GROUPED.fullmatch(word):
        word = word.replace(",", "")
    if word.isdecimal() and len(word) < 400:
        return str(int(word))
    whole, dot, fraction = word.partition(".")
    if dot and not fraction.strip("0"):
        return whole
    return word.removesuffix(":00")


def _scaled(value: str, scale: int) -> str:
    try:
        return f"{float(value) * scale:.15g}" if len(value) <= _EXACT else f"{value}x{scale}"
    except ValueError:
        return f"{value}x{scale}"


def _without_currency(here: Numbers, there: Numbers) -> tuple[Numbers, Numbers]:
    """`under 500` is `under $500`, unless both name a currency."""
    if any(unit in _CURRENCIES for _, unit in here) == any(unit in _CURRENCIES for _, unit in there):
        return here, there
    bare, plain = ([(value, "" if unit in _CURRENCIES else unit) for value, unit in side] for side in (here, there))
    return bare, plain


def _by_unit(found: Numbers) -> dict[str, list[str]]:
    """Numbers of one unit in their order; between units the order is free. A bare year counts as a unit."""
    units: dict[str, list[str]] = {}
    for value, unit in found:
        year = not unit and len(value) == 4 and value[:2] in ("19", "20")
        units.setdefault("year" if year else unit, []).append(value)
    return units


def _only_ones(here: Numbers, there: Numbers, pair: Pair) -> bool:
    """Whether all that one has more is a 1 that the other has as a word (`an hour`, `one`)."""
    ours, theirs = Counter(here) - Counter(there), Counter(there) - Counter(here)
    return bool(ours or theirs) and _as_words(ours, pair.b) and _as_words(theirs, pair.a)


def _as_words(more: Counter[tuple[str, str]], other: Marks) -> bool:
    return all(value == "1" and not other.bag.isdisjoint(_AN if unit else _ONE) for value, unit in more)


def _listed(found: Numbers) -> str:
    return " ".join(f"{value[:32]}{unit}" for value, unit in found[:4]) or "none"
