"""Whether a question is one that was asked before, in other words or the same ones. Looks at words, not at meaning."""

from __future__ import annotations

from itertools import pairwise

from .words import words_of

LIMIT = 400
"""Characters of a message's beginning that are compared."""

FEWEST = 2
"""Words with meaning that a question must have to be known again."""

STEM = 5
"""Letters by which words are compared, so that endings do not matter."""

UNSPACED = "\u0e00"
"""From Thai on, scripts put no spaces between words: there pairs of letters are compared."""

_EMPTY = """
a about again an and answer any are as at be but by can could correct did do does explain fix for from get give had has
have help hi hello how i if in into is it its just know let me more my need no not now of ok okay on or our please pls
previous question really redo repeat response right s said same so sorry still t tell than thanks that the their them
then there these they thing this those to try until up us want was we well were what when where which who why will with
would wrong yes you your
"""
EMPTY = frozenset(_EMPTY.split())
"""Words that say nothing of what is asked, or complain."""


def likeness(first: frozenset[str], second: frozenset[str]) -> float:
    """0 to 1: how much of what two messages ask is the same (Dice's coefficient of `asked_in`); 0 where one names a
    number that the other does not, or asks too little to tell."""
    if min(len(first), len(second)) < FEWEST:
        return 0.0
    same = 2.0 * len(first & second) / (len(first) + len(second))
    return 0.0 if any(word[0].isdigit() for word in first ^ second) else same


def asked_in(text: str) -> frozenset[str]:
    """The stems of words with meaning; of scripts without spaces the pairs of neighbouring letters."""
    words = set(words_of(text[:LIMIT], LIMIT)) - EMPTY
    if text.isascii():
        return frozenset([word[:STEM] for word in words])
    found: set[str] = set()
    for word in words:
        found.update(map("".join, pairwise(word)) if word[-1] >= UNSPACED else (word[:STEM],))
    return frozenset(found)
