"""What a question refers to by name, for the hit guard: names, identifiers, quotations."""

from __future__ import annotations

import re

from wrp_cache.lexicon import KNOWN_NAMES, MEASURED, NAMED, STOPWORDS
from wrp_cache.marks import Pair

_NO_NAMES = STOPWORDS | MEASURED | NAMED
_QUOTED = re.compile(r"[\"“`]([^\"“”`]+)[\"”`]|(?<!\w)'([^']+)'(?!\w)")
_OPERATOR = re.compile(
    r"[-+*/%&^~:!]?[<>=|]{1,3}|&&|(?<=[\w)] )[-+*/%](?= [\w(])|(?<=\d)[-+*/](?=[\d(])"
    r"|(?<!\w)[!~*&@#$]{1,2}(?=[^\W\d])|(?<= )[@#~!$](?= )|(?<=[^\W\d])\$(?!\w)|\^"  # `!x`, `*p`, `$x`, `a$`
    r"|\\[A-Za-z](?![A-Za-z])|(?<=[.)\]])[*+]|(?<=\w)\*(?!\w)|\[[\w:,.^-]{0,12}\]|[{}]"  # `\d`, `.*`, `x[i]`
    r"|[:;]-?[()]|[\u2190-\u2bff\U0001f000-\U0001faff]"  # a face may be all that is asked about
)
_SIGN = re.compile(r"[<>=|!&+*/^%\-\\\[{}$@#~\u2190-\u2bff\U0001f000-\U0001faff]|[:;][()]")
_QUOTES = re.compile("[\"'“`]")


def known_names(pair: Pair) -> str | None:
    """A country, language, product and the like (`NAMES`) that only one of them speaks of."""
    for odd, other in ((pair.mine, pair.b), (pair.theirs, pair.a)):
        for word in () if NAMED.isdisjoint(odd) else odd & NAMED:
            if not any(KNOWN_NAMES[word] == KNOWN_NAMES.get(near) for near in other.bag):
                return f"name: {word} in one only"
    return None


def capitals(pair: Pair) -> str | None:
    """A word that a capital marks as a name, and that the other text does not have in any writing."""
    if not pair.a.names and not pair.b.names:
        return None
    for one, odd, other in ((pair.a, pair.mine, pair.b), (pair.b, pair.theirs, pair.a)):
        for name in one.names & odd - _NO_NAMES:
            spelt = other.bag & {name + "s", name + "es", name.removesuffix("s")}
            if not spelt and name not in abbreviated(pair):
                return f"name: {name[:32]} in one only"
    return None


def abbreviated(pair: Pair) -> set[str]:
    """Short words that stand for words of matter in a row that the other text has (`AI`), and the words they stand
    for."""
    found: set[str] = set()
    for odd, full in ((pair.mine, pair.b), (pair.theirs, pair.a)):
        initials = "".join(word[0] for word in full.matter)
        for short in odd:
            at = initials.find(short) if 1 < len(short) < 6 else -1
            if at >= 0:
                found.update((short, *full.matter[at : at + len(short)]))
    return found


def identifiers(pair: Pair) -> str | None:
    """Identifiers, file names, flags, paths and addresses: the same ones in both."""
    if not pair.a.codes and not pair.b.codes:
        return None
    here, there = {_folded(code) for code in pair.a.codes}, {_folded(code) for code in pair.b.codes}
    odd = here - there - pair.b.bag | there - here - pair.a.bag
    return f"identifier: {min(odd)[:64]} in one only" if odd else None


def _folded(code: str) -> str:
    """Flags differ by case, the rest does not."""
    return code if code[0] == "-" else code.removesuffix("()").rstrip("/").lower()


def operators(pair: Pair) -> str | None:
    """Comparisons, arithmetic and what else is written in signs, in order: `x > 5` is not `x < 5`, nor `.*` the same
    as `.+`. Signs may be all that two questions about code differ in."""
    if pair.a.plain and pair.b.plain:
        return None
    here, there = _operators(pair.a.text), _operators(pair.b.text)
    return None if here == there else f"operator: {' '.join(here[:8]) or 'none'} != {' '.join(there[:8]) or 'none'}"


def _operators(text: str) -> list[str]:
    return _OPERATOR.findall(text) if _SIGN.search(text) else []


def quotations(pair: Pair) -> str | None:
    """What one text puts in quotes, the other must have too, in quotes or not."""
    for one, other in ((pair.a, pair.b), (pair.b, pair.a)):
        if not one.plain and _QUOTES.search(one.text):
            said = other.text.lower()
            for double, single in _QUOTED.findall(one.text):
                quoted = (double or single).strip()
                if quoted.lower() not in said:
                    return f"quotation: {quoted[:64]} in one only"
    return None
