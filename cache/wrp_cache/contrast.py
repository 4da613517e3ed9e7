"""Words that turn a question round, for the hit guard: denials, prefixes, opposites."""

from __future__ import annotations

from itertools import pairwise

from wrp_cache.lexicon import NEGATORS, RIVALS, STOPWORDS, TURNS, words_of
from wrp_cache.marks import Marks, Pair

_NONE: frozenset[str] = frozenset()
_WHOLES = words_of("all any every everything everyone everybody everywhere anything anyone")


def polarity(pair: Pair) -> str | None:
    """A denial in one only, or of another word; and words that a prefix turns round. Two turns of one word are none."""
    turned = _turned(pair.mine, pair.theirs) or _turned(pair.theirs, pair.mine) if pair.mine and pair.theirs else ()
    denies, denied = _denials(pair.a), _denials(pair.b)
    if bool(denies) != bool(denied):
        if turned and not _targets(pair.a if denies else pair.b).isdisjoint(turned):
            return None
        return f"negation: {' '.join(sorted(denies | denied)[:4])} in one only"
    if turned:
        return f"opposite: {' != '.join(turned)}"
    if denies:
        here, there = _targets(pair.a), _targets(pair.b)
        if here.isdisjoint(there) and here & pair.b.bag and there & pair.a.bag:
            return f"negation: of {min(here & pair.b.bag)} != of {min(there & pair.a.bag)}"
    return None


def _turned(mine: set[str], theirs: set[str]) -> tuple[str, ...]:
    """A word of one and what a prefix makes of it in the other, or neither."""
    for word in mine:
        for prefix, other in TURNS.get(word[:2], ()):
            if word.startswith(prefix) and len(word) > len(prefix) + 2 and other + word[len(prefix) :] in theirs:
                return word, other + word[len(prefix) :]
        if word.endswith("less") and word[:-4] + "ful" in theirs:
            return word, word[:-4] + "ful"
    return ()


def turns(x: str, y: str) -> bool:
    """Whether one of two words is the other with a prefix that turns it round."""
    return bool(_turned({x}, {y}) or _turned({y}, {x}))


def _denials(marks: Marks) -> frozenset[str] | set[str]:
    """The words that deny, as does `everything but`; `or not` at the end, `or why not` and `whether or not` do not."""
    found = marks.bag & NEGATORS
    if "but" in marks.bag and any([word == "but" and before in _WHOLES for before, word in pairwise(marks.words)]):
        found.add("but")
    if not found:
        return _NONE
    if found != {"not"} or "or" not in marks.bag or marks.words.count("not") > 1:
        return found
    at = marks.words.index("not")
    before = marks.words[max(0, at - 2) : at]
    at_end = at == len(marks.words) - 1
    idle = before[-1:] == ["or"] and (at_end or before[0] == "whether")
    return _NONE if idle or before == ["or", "why"] else found


def _targets(marks: Marks) -> set[str]:
    """The first two words of matter after each denial."""
    found: set[str] = set()
    left = 0
    for word in marks.words:
        if word in NEGATORS:
            left = 2
        elif left and word not in STOPWORDS:
            found.add(word)
            left -= 1
    return found


def opposites(pair: Pair) -> str | None:
    """Each text has a member of one class (`OPPOSITES`) that the other lacks."""
    mine = {place: word for word in pair.mine for place in RIVALS.get(word, ())}
    if not mine:
        return None
    theirs = {place: word for word in pair.theirs for place in RIVALS.get(word, ())}
    if not theirs:
        return None
    shared = {place for word in pair.common for place in RIVALS.get(word, ())}
    denied = bool(_denials(pair.a)) != bool(_denials(pair.b))  # then `polarity` has seen to prefixes
    for place in mine.keys() - theirs.keys() - shared:
        for other in theirs.keys() - mine.keys() - shared:
            x, y = mine[place], theirs[other]
            if place[0] == other[0] and not (denied and turns(x, y)):
                return f"opposite: {x} != {y}"
    return None
