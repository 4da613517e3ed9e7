"""Who does it and to whom, for the hit guard: questions that have the same words and ask for the other side."""

from __future__ import annotations

from typing import NamedTuple

from wrp_cache.lexicon import FRAME, words_of
from wrp_cache.marks import Marks, Pair
from wrp_cache.matter import same

_ASKED = words_of("who whom whose what which many much")
"""Words that may stand for who does it, and for to whom it is done."""

_DOING = words_of("do does did")
_BEING = words_of("is are am was were be been being gets got")
_ASSISTING = _DOING | _BEING | words_of("has have had can could will would shall should may might must")
_NEAR, _BEFORE = 4, 2
"""Words after the one that asks in which its verb's auxiliary stands, and before a participle in which its own does."""

_BETWEEN = words_of("a an the this that these those my your his her its our their")
"""What may stand between a verb and its object."""

_LONGEST = 12
_GIVING, _GETTING = (
    words_of("give gives gave giving"),
    words_of("get gets got gotten getting receive receives receiving"),
)
_APOSTROPHES = frozenset("'’")
_TO_ME = words_of("me us")


class _Clause(NamedTuple):
    """What follows the word that asks: whether its subject stands after `do`, and the words of matter in order."""

    doing: bool
    matter: list[str]


def roles(pair: Pair) -> str | None:
    """Doer and done to in each other's place: `who beat x` beside `who did x beat`, `who was sued by x` beside `who
    sued x`, `x may fire me` beside `may i fire x`, `get x` beside `give x`."""
    return _asked_round(pair) or _passive(pair.a, pair.b) or _passive(pair.b, pair.a) or _to_me(pair) or _given(pair)


def _asked_round(pair: Pair) -> str | None:
    """One asks for who does it, the other (with `do`) to whom, and the same words follow in another order."""
    if _DOING.isdisjoint(pair.mine | pair.theirs):
        return None
    here, there = _clause(pair.a), _clause(pair.b)
    if here is None or there is None or here.doing == there.doing or len(here.matter) != len(there.matter):
        return None
    order = _places(here.matter, there.matter)
    if order is None or order == sorted(order):
        return None
    return f"order: {' '.join(here.matter[:4])[:48]} != {' '.join(there.matter[:4])[:48]}"


def _clause(marks: Marks) -> _Clause | None:
    """None where nothing asks so, or another auxiliary than `do` says how, if only by an apostrophe."""
    words = marks.words
    at = next((at for at, word in enumerate(words) if word in _ASKED), None)
    if at is None:
        return None
    assisting = [word for word in words[at + 1 : at + 1 + _NEAR] if word in _ASSISTING]
    if assisting[0] not in _DOING if assisting else not _APOSTROPHES.isdisjoint(marks.text):
        return None
    matter = [word for word in words[at + 1 :] if word not in FRAME and word[0] > "9"]
    return _Clause(bool(assisting), matter) if 1 < len(matter) <= _LONGEST else None


def _places(words: list[str], others: list[str]) -> list[int] | None:
    """Where each of the words stands among the others, in this form or another; None where one does not."""
    free = dict(enumerate(others))
    found: list[int] = []
    for word in words:
        place = next((at for at, other in free.items() if other == word or same(word, other)), None)
        if place is None:
            return None
        del free[place]
        found.append(place)
    return found


def _passive(a: Marks, b: Marks) -> str | None:
    """`was sued by x` in one where the other has `sued x`."""
    if "by" not in a.bag or "by" in b.bag or _BEING.isdisjoint(a.bag):
        return None
    at = a.words.index("by")
    done = a.words[at - 1] if at else ""
    doer = _object(a.words[at + 1 :])
    if not done or done in FRAME or not doer or _BEING.isdisjoint(a.words[max(0, at - 1 - _BEFORE) : at - 1]):
        return None
    for place, word in enumerate(b.words):
        if (word == done or same(word, done)) and _object(b.words[place + 1 :]) == doer:
            return f"order: {done[:24]} by {doer[:24]} != {word[:24]} {doer[:24]}"
    return None


def _object(words: list[str]) -> str:
    """What a text goes on with, articles and the like aside."""
    return next((word for word in words[:_NEAR] if word not in _BETWEEN), "")


def _to_me(pair: Pair) -> str | None:
    """To me in one, and by me in the other, whose words follow in another order."""
    for mine, others, words in ((pair.mine, pair.b, pair.a.matter), (pair.theirs, pair.a, pair.b.matter)):
        if "me" in mine and "i" in others.bag and 1 < len(words) == len(others.matter) <= _LONGEST:
            order = _places(words, others.matter)
            if order is not None and order != sorted(order):
                return f"order: {' '.join(words[:4])[:48]} me != i {' '.join(others.matter[:4])[:48]}"
    return None


def _given(pair: Pair) -> str | None:
    """`get x` in one, `give x` in the other, unless it is for who asks: `give me x` and `get me x` are alike."""
    if not _TO_ME.isdisjoint(pair.a.bag | pair.b.bag):
        return None
    for mine, theirs in ((pair.mine, pair.theirs), (pair.theirs, pair.mine)):
        if mine & _GIVING and theirs & _GETTING:
            return f"opposite: {min(mine & _GIVING)} != {min(theirs & _GETTING)}"
    return None
