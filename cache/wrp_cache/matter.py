"""What a question is about, for the hit guard: its words of matter, and which of them mean the same."""

from __future__ import annotations

from wrp_cache.contrast import turns
from wrp_cache.lexicon import FRAME, KNOWN_NAMES, UNITS, inflected, words_of
from wrp_cache.marks import Marks, Pair
from wrp_cache.references import abbreviated
from wrp_cache.synonyms import SYNONYMS

_ENDINGS = words_of(
    """s es ed d ing r rs er ers or ors ion ions ive al ly ment ments y ies ied ying ity ic ics ance ence t ce ts ful
    ness able ation ations ating ate ates ated ize izes ized izing ise ised ising"""
) | {"", "e"}
_MANY = 32
_ONE_SIDED, _BOTH_SIDED = 0.3, 0.4
_NO_MEANING: frozenset[int] = frozenset()


def _meanings() -> dict[str, frozenset[int]]:
    """Word, in all its forms, to the lines of `SYNONYMS` in which it stands."""
    table: dict[str, frozenset[int]] = {}
    for number, line in enumerate(SYNONYMS.strip().splitlines()):
        for form in (form for word in line.split() for form in inflected(word)):
            table[form] = table.get(form, _NO_MEANING) | {number}
    return table


_MEANINGS = _meanings()


def substitution(pair: Pair) -> str | None:
    """Texts alike word for word but for one or two words of matter: what stands in another's place is another matter,
    unless it is known to mean the same or is the same word in another form."""
    here, there = pair.a.matter, pair.b.matter
    if len(here) != len(there):
        return _in_place(pair)
    if here == there:
        return None
    pairs = [(x, y) for x, y in zip(here, there, strict=True) if x != y and not same(x, y) and not turns(x, y)]
    if len(pairs) > 2 or any(_moved(x, there) or _moved(y, here) for x, y in pairs):
        return None
    return f"word: {pairs[0][0][:32]} != {pairs[0][1][:32]}" if pairs else None


def _in_place(pair: Pair) -> str | None:
    """Texts in other frames: one word of matter where the other has another, between the same two words."""
    if not pair.mine or not pair.theirs:
        return None
    stands = _between(pair.a, pair.mine)
    for place, other in _between(pair.b, pair.theirs).items() if stands else ():
        word = stands.get(place)
        if word is not None and not same(word, other) and not turns(word, other):
            return f"word: {word[:32]} != {other[:32]}"
    return None


def _between(marks: Marks, alone: set[str]) -> dict[tuple[str, str], str]:
    """The words of matter that one text has alone, by the words before and after them, which the other has too; after
    a word of the frame by what follows them only, if that is of matter or a number."""
    words = ["", *marks.words, ""]
    found: dict[tuple[str, str], str] = {}
    for before, word, after in zip(words, words[1:], words[2:], strict=False):
        if word in alone and word not in FRAME and after not in alone:
            if before not in alone:
                found[before, after] = word
            if before in FRAME and after and after not in FRAME:
                found["", after] = word
    return found


def _moved(word: str, others: list[str]) -> bool:
    """Whether the other text has the word too, in another place."""
    return any(word == other or same(word, other) for other in others[:_MANY])


def overlap(pair: Pair) -> str | None:
    """Vectors of unrelated texts can be made to collide (arXiv 2601.23088): of the words of matter of the longer text,
    enough must be shared; more of them where each has some that the other lacks."""
    if pair.a.matter == pair.b.matter:
        return None
    here, there = set(pair.a.matter), set(pair.b.matter)
    mine, theirs = here - there, there - here
    longer = max(len(here), len(there))
    shared = longer - max(len(mine), len(theirs))
    if shared >= _BOTH_SIDED * longer or mine | theirs <= abbreviated(pair):
        return None
    least = _BOTH_SIDED if mine and theirs else _ONE_SIDED
    akin = {word for word in list(mine)[:_MANY] if any(same(word, other) for other in list(theirs)[:_MANY])}
    shared = len(here & there) + len(akin)
    return None if shared >= least * longer else f"overlap: {shared} of {longer} words of matter"


def same(x: str, y: str) -> bool:
    """Whether two words are forms of one word, synonyms, or spellings of one name."""
    if not _MEANINGS.get(x, _NO_MEANING).isdisjoint(_MEANINGS.get(y, _NO_MEANING)):
        return True
    if x in KNOWN_NAMES or x in UNITS:
        return (KNOWN_NAMES.get(x), UNITS.get(x)) == (KNOWN_NAMES.get(y), UNITS.get(y))
    if len(x) < 3 or x[:3] != y[:3]:  # a root has three letters
        return False
    longest = 3
    while longest < min(len(x), len(y)) and x[longest] == y[longest]:
        longest += 1
    return any(_forms(x, y, root) for root in range(longest, max(longest - 3, 2, len(x) // 2 - 1), -1))


def _forms(x: str, y: str, root: int) -> bool:
    """Whether both are the first `root` letters and an ending."""
    rests = (x[root:], y[root:])
    return set(rests) != {"", "e"} and all(_ends(x[root - 1], rest) for rest in rests)


def _ends(last: str, rest: str) -> bool:
    """Whether what follows the root is an ending; its last consonant may be doubled (`control`, `controlling`)."""
    return rest in _ENDINGS or (rest[:1] == last and rest[1:] in _ENDINGS)
