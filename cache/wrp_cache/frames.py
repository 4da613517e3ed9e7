"""The frame of a question, for the hit guard: what kind of answer it wants, and which way round its parts stand."""

from __future__ import annotations

from wrp_cache.bearing import meant
from wrp_cache.lexicon import MEASURED, STOPWORDS, UNITS, words_of
from wrp_cache.marks import Marks, Pair
from wrp_cache.matter import same
from wrp_cache.voices import roles

_ASKING = words_of("who whom whose when where why how what which")
_SAME = {"whom": "who", "whose": "who", "which": "what", "much": "many", "few": "many", "little": "many"}
_YES_OR_NO = words_of("is are am was were do does did can could should shall will would has have had may might must")
_LEADING = STOPWORDS - _ASKING | words_of("curious wonder wondering understand hi hello hey ok okay question")
_MEASURES = words_of(
    """many much few little long far old often tall big large heavy fast quickly soon deep wide high hot cold strong
    expensive early late loud small short"""
)
_SPANS = words_of("time seconds minutes hours days weeks months years")
_HINTS = {
    "when": "time date day year month",
    "where": "place places country city location",
    "why": "reason reasons purpose cause causes caused makes made role use uses importance important essential point",
    "who": "name names person people man woman",
    "how": "way ways method methods steps process procedure technique tips how possible can could",
}
_HINTED = {noun: kind for kind, nouns in _HINTS.items() for noun in nouns.split()}
_NO_HINTS: frozenset[str] = frozenset()
_WINDOW = 7
_ALIKE = ({"how", "where"}, {"what", "yes or no"})
_DIRECTED = words_of("to into onto from than before after over under by")
_LONGEST = 24
"""Words that bear the sense, up to which two parts that change places are looked for."""
_EVEN = words_of("and or vs versus between both either")


def same_question(pair: Pair) -> str | None:
    """Two questions that want answers of different kinds: who, when, where, why, how, how much, yes or no; or of one
    kind and differently meant."""
    (kind, hints), (other, others) = _question(pair.a), _question(pair.b)
    if kind == other:
        return meant(pair, kind == "yes or no")
    if not kind or not other or kind in others or other in hints:
        return None
    amount = "what" in (kind, other) and (kind.startswith("how") or other.startswith("how"))  # `what price`, `how much`
    return None if amount or {kind, other} in _ALIKE else f"question: {kind} != {other}"


def kind_of(marks: Marks) -> str:
    """The kind of answer wanted: `who`, `how`, `how many`, `yes or no`, or "" where it is open."""
    return _question(marks)[0]


def _question(marks: Marks) -> tuple[str, frozenset[str]]:
    """The kind of answer wanted (`who`, `how`, `how many`, `yes or no`, or "" where it is open), and the kinds that
    nouns after `what` or `is there` stand for: `what is the reason` hints at `why`."""
    words = marks.words
    for at, word in enumerate(words):
        if word in _ASKING:
            return _asked_for(word, words[at + 1 : at + _WINDOW])
        if word not in _LEADING:
            break
    if not words or words[0] not in _YES_OR_NO:
        return "", _NO_HINTS
    return "yes or no", _hints(words[:_WINDOW])


def _asked_for(word: str, after: list[str]) -> tuple[str, frozenset[str]]:
    follower = after[0] if after else ""
    if word == "how" and follower == "come":
        return "why", _NO_HINTS
    if word != "how":
        return _SAME.get(word, word), _hints(after)
    if follower in ("much", "many") and after[1:2] and after[1] in _SPANS:
        return "how long", _NO_HINTS
    if follower in _MEASURES:
        return f"how {_SAME.get(follower, follower)}", _NO_HINTS
    return ("how" if follower in STOPWORDS else ""), _NO_HINTS  # `how safe is it` is as good as `is it safe`


def _hints(words: list[str]) -> frozenset[str]:
    return frozenset(_HINTED[noun] for noun in words if noun in _HINTED)


def direction(pair: Pair) -> str | None:
    """Words that change places: `from x to y` beside `from y to x`, `x bites y` beside `y bites x`, `f(a, b)`; and who
    does what to whom."""
    a, b, common = pair.a, pair.b, pair.common
    turned = roles(pair)
    if turned is not None:
        return turned
    for word in common & _DIRECTED:
        (left, right), (west, east) = _sides(a, word), _sides(b, word)
        went, came = _alike(right, west), _alike(left, east)
        if went - came and came - went:
            return f"order: {min(came - went)} {word} {min(went - came)} turned round"
    if not _places(a, "to").isdisjoint(_places(b, "from")) or not _places(a, "from").isdisjoint(_places(b, "to")):
        return "order: to != from"
    here, there = _between(a), _between(b)
    if here and there and here[0] & there[1] and here[1] & there[0] and here != there:
        return f"order: from {min(here[0] & there[1])} to {min(here[1] & there[0])} turned round"
    if a.matter == b.matter and a.plain and b.plain:
        return None
    letters, signs = _letters(a), _letters(b)
    if letters != signs and sorted(letters) == sorted(signs):
        return f"order: {' '.join(letters[:8])} != {' '.join(signs[:8])}"
    return None if common & _EVEN else _reversed(pair) or _swapped(pair)


def _places(marks: Marks, word: str) -> set[tuple[str, str]]:
    """The words before and after it, wherever it stands."""
    words = ["", *marks.words, ""]
    return {(words[at - 1], words[at + 1]) for at, each in enumerate(words) if each == word}


def _letters(marks: Marks) -> list[str]:
    """Single letters, and units that no number stands before, in order; the article is no letter."""
    found: list[str] = []
    before = ""
    for word in marks.words:
        letter = len(word) == 1 and not word.isdecimal() and not (word == "a" and marks.plain)
        if letter or (word in MEASURED and not before[:1].isdecimal()):
            found.append(UNITS.get(word, word))
        before = word
    return found


def _sides(marks: Marks, word: str) -> tuple[set[str], set[str]]:
    """The two words of matter before and after the first `word`."""
    at = marks.words.index(word)
    before = [each for each in marks.words[max(0, at - 6) : at] if each not in STOPWORDS]
    after = [each for each in marks.words[at + 1 : at + 7] if each not in STOPWORDS]
    return set(before[-2:]), set(after[:2])


def _alike(words: set[str], others: set[str]) -> set[str]:
    """The words that the others have too, in this form or another."""
    return {word for word in words if word in others or any(same(word, other) for other in others)}


def _between(marks: Marks) -> tuple[set[str], set[str]] | None:
    """What follows `from` and what follows `to`, where there are both."""
    if "from" not in marks.bag or "to" not in marks.bag:
        return None
    begins = marks.words.index("from")
    start = _next(marks, begins)
    goal = _next(marks, marks.words.index("to", begins if "to" in marks.words[begins:] else 0))
    return (start, goal) if start and goal else None


def _next(marks: Marks, at: int) -> set[str]:
    return {each for each in marks.words[at + 1 : at + 3] if each not in STOPWORDS and each not in _DIRECTED}


def _reversed(pair: Pair) -> str | None:
    """Three words of matter in a row that stand in the other text the other way round."""
    here = [word for word in pair.a.matter if word in pair.common]
    there = [word for word in pair.b.matter if word in pair.common]
    if here == there:
        return None
    rows = set(zip(there, there[1:], there[2:], strict=False))
    for x, y, z in zip(here, here[1:], here[2:], strict=False):
        if (z, y, x) in rows and x != z and y not in (x, z):
            return f"order: {x} {y} {z} turned round"
    return None


def _swapped(pair: Pair) -> str | None:
    """Of the words of matter that both have, and those that direct, two parts that stand in each other's place with
    others between them: `x praised y` beside `y praised x`, `from x y to z` beside `from z to x y`."""
    bearing = {word for word in pair.common if word not in STOPWORDS}
    if len(bearing) < 2:
        return None
    here, there = _bearing(pair.a, bearing), _bearing(pair.b, bearing)
    if here == there or len(here) != len(there) or not 2 < len(here) <= _LONGEST or sorted(here) != sorted(there):
        return None
    start, end = 0, len(here)
    while here[start] == there[start]:
        start += 1
    while here[end - 1] == there[end - 1]:
        end -= 1
    here, there = here[start:end], there[start:end]
    for length in range(1, len(here) - 1):
        first = here[:length]
        if there[-length:] == first:
            last = len(here) - _shared_end(here[length:], there[:-length])
            if 0 < last < len(here) and length < last:
                return f"order: {' '.join(first)[:32]} and {' '.join(here[last:])[:32]} change places"
    return None


def _shared_end(rest: list[str], front: list[str]) -> int:
    """Of what follows the first part here (middle, last) and stands before it there (last, middle): how long the last
    part is; 0 if there is no such division."""
    for count in range(1, len(rest)):
        if rest[-count:] == front[:count] and rest[:-count] == front[count:]:
            return count
    return 0


def _bearing(marks: Marks, bearing: set[str]) -> list[str]:
    """From the first of these words on, they and those that direct."""
    words = marks.words
    first = next(at for at, word in enumerate(words) if word in bearing)
    return [word for word in words[first:] if word in bearing or word in _DIRECTED]
