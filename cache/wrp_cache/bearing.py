"""How a question is meant, for the hit guard: may it or must it, was it or is it, all or any, mine or yours. Small
words say so, which vectors hardly see and which bear no matter of their own."""

from __future__ import annotations

from itertools import pairwise

from wrp_cache.lexicon import words_of
from wrp_cache.marks import Marks, Pair
from wrp_cache.matter import same

_MODES = {
    **dict.fromkeys(("can", "could", "may"), "can"),
    **dict.fromkeys(("should", "ought"), "should"),
    "must": "must",
}
_DUTIES = frozenset((("have", "to"), ("need", "to"), ("required", "to"), ("obliged", "to")))
_WINDOW = 8
"""Words from the beginning in which a duty is looked for."""

_WAS, _IS = words_of("was were"), words_of("is are am")
_PAST, _FUTURE, _SUPPOSING = words_of("was were did"), words_of("will shall"), words_of("if would imagine suppose")
_ALL = words_of("all every everyone everybody everything")
_ANY = words_of("any anyone anybody anything")
_WHOSE = {"my": "my", "mine": "my", "our": "my", "ours": "my", "your": "your", "yours": "your", "his": "his"}
_WHOSE |= {"her": "her", "hers": "her"}
_ONE = words_of("i we you")


def meant(pair: Pair, yes_or_no: bool) -> str | None:
    """Another mode, time, or range in questions that are otherwise alike. `yes_or_no`: both want such an answer, so
    that the small words decide which it is."""
    return (_decided(pair) if yes_or_no else None) or _time(pair) or (_restricted(pair) if _alike(pair) else None)


def _decided(pair: Pair) -> str | None:
    """`can i` beside `should i`, `is it` beside `was it`, `do all` beside `do any`."""
    here, there = _mode(pair.a), _mode(pair.b)
    if here and there and here != there:
        return f"question: {here} != {there}"
    first, other = pair.a.words[0], pair.b.words[0]
    if (first in _WAS and other in _IS) or (first in _IS and other in _WAS):
        return f"question: {first} != {other}"
    for mine, theirs in ((pair.mine, pair.theirs), (pair.theirs, pair.mine)):
        if mine & _ALL and theirs & _ANY and not pair.common & (_ALL | _ANY):
            return f"question: {min(mine & _ALL)} != {min(theirs & _ANY)}"
    return None


def _mode(marks: Marks) -> str:
    """What a question that wants a yes or a no asks for: `can`, `should`, `must`, or "" where it is open."""
    duty = marks.words[0] in ("do", "does", "did", "am", "is", "are") and not _DUTIES.isdisjoint(
        pairwise(marks.words[:_WINDOW])
    )
    return "must" if duty else _MODES.get(marks.words[0], "")


def _time(pair: Pair) -> str | None:
    """What was beside what will be."""
    for here, there in ((pair.a.bag, pair.b.bag), (pair.b.bag, pair.a.bag)):
        past, future = here & _PAST, there & _FUTURE
        if past and future and here.isdisjoint(_FUTURE | _SUPPOSING) and there.isdisjoint(_PAST | _SUPPOSING):
            return f"question: {min(past)} != {min(future)}"
    return None


def _restricted(pair: Pair) -> str | None:
    """`only` in one, or somebody else's: `my` beside `your`, unless that is anybody (`how do you find your way`)."""
    if "only" in pair.mine | pair.theirs:
        return "question: only in one"
    mine = {_WHOSE[word] for word in pair.mine if word in _WHOSE}
    theirs = {_WHOSE[word] for word in pair.theirs if word in _WHOSE}
    if not mine or not theirs or mine & theirs:
        return None
    anybody = not _ONE.isdisjoint(pair.a.bag | pair.b.bag) or (
        "to" in pair.common and "how" in (pair.a.words[0], pair.b.words[0])  # `how to find your way` is anybody's
    )
    if anybody and mine | theirs <= {"my", "your"}:
        return None
    return f"question: {min(mine)} != {min(theirs)}"


def _alike(pair: Pair) -> bool:
    """Whether both have the same words of matter, in this form or another."""
    here, there = pair.a.matter, pair.b.matter
    return len(here) == len(there) and all(x == y or same(x, y) for x, y in zip(here, there, strict=True))
