"""Words, phrases and regular expressions, all in one pass of google-re2: linear in the text whatever the patterns.

Python's `re` is never used: it backtracks, and would block the event loop for 10-70 ms on a prompt of 100 KB.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from itertools import islice
from typing import Annotated, Any, ClassVar, Literal
from unicodedata import category

import msgspec
import re2

from .errors import BadPattern
from .facts import Reading, RequestView
from .fuzzy import Neighbourhood
from .materials import Materials
from .pattern import Patterns, options_of
from .signal import Tier, ValueType
from .spec import EVIDENCE, Spec, Text, short
from .words import words_of

Where = Literal["last", "user", "all", "system"]
ROLES: dict[Where, tuple[str, ...]] = {"user": ("user",), "system": ("system", "developer"), "all": ()}
"""Whose messages are meant; none: everybody's."""

INSTRUCTIONS = 4_000
"""re2 instructions that the regular expressions of one signal may compile to: counted repeats multiply, and the time
per byte grows with them. Words are not counted, they share one automaton."""

MEMORY = 32 << 20
"""Bytes that one signal's automaton may grow to: room for 10,000 words."""

PATIENCE = 200
"""Occurrences inside longer words after which a word counts as found, so that a hostile text cannot buy time."""

WINDOW = 65_536
"""Characters in which typing errors are looked for. Words as they are, and patterns, are looked for in all."""

BLANK = r"[\s\x{A0}\x{1680}\x{2000}-\x{200A}\x{2028}\x{2029}\x{202F}\x{205F}\x{3000}\x{85}]+"
"""What may stand between the parts of a phrase: RE2's own white space is that of ASCII only."""

UNSPACED = "\u0e00"
"""From Thai on, scripts put no spaces between words, or glue particles to them: no word boundary is asked there."""


NOTHING = Reading(False, 0.0)


class KeywordSpec(Spec, frozen=True, tag="keyword"):
    """True where any (`match: all`: each) of `words` (or phrases) and `regex` (RE2 syntax) occurs.

    A word stands alone: "art" is not in "start". `case: true` minds upper and lower case. `where`: the last user
    message, all user messages, the whole conversation, or the system prompt. `fuzzy` also finds single words with
    so many typing errors, whatever their case: one from four letters on, two from eight.
    """

    value_type: ClassVar[ValueType] = "bool"
    wants_vector: ClassVar[bool] = False
    words: Annotated[tuple[Text, ...], msgspec.Meta(max_length=10_000)] = ()
    regex: Annotated[tuple[Text, ...], msgspec.Meta(max_length=1_000)] = ()
    match: Literal["any", "all"] = "any"
    case: bool = False
    where: Where = "last"
    fuzzy: Literal[0, 1, 2] = 0

    def build(self, materials: Materials | None = None) -> Keyword:
        """Raises BadPattern naming the pattern and the position."""
        return Keyword(self)


class Keyword:
    """Value: whether it matches; score: the share of patterns found where all are asked; evidence: which ones."""

    value_type: ValueType = KeywordSpec.value_type
    tier: Tier = "none"
    expected_cost = 5e-6

    def __init__(self, spec: KeywordSpec) -> None:
        words = different([" ".join(word.split()) for word in spec.words], spec.case and not spec.fuzzy)
        if not (words or spec.regex) or not all(words):
            raise BadPattern("a keyword signal needs at least one word or regex, and no empty one")
        self._names = (*words, *spec.regex)
        self._all = spec.match == "all"
        self._where = spec.where
        self._fuzzy = neighbourhood(words, spec.fuzzy) if spec.fuzzy else None
        options = options_of(MEMORY, spec.case)
        self._bare = [re2.compile(bare(word), options) for word in words]
        _check(spec.regex, options)
        self._set = automaton([*map(bounded, words), *spec.regex], spec.case)

    def read(self, view: RequestView, vector: object = None) -> Reading:
        text = chosen(view, self._where)
        found = self._set.found(text.encode("utf-8", "replace"))
        if not found and self._fuzzy is None:
            return NOTHING
        found.sort()
        if found and not text.isascii():
            alone = (index for index in found if self._alone(index, text))
            found = list(alone) if self._all else list(islice(alone, EVIDENCE))
        evidence = tuple([short(self._names[index]) for index in found[:EVIDENCE]])
        count = len(found)
        if self._fuzzy is not None and (self._all or not count):
            nearly = self._nearly(text, found)
            evidence += tuple(nearly[: EVIDENCE - len(evidence)])
            count += len(nearly)
        if self._all:
            return Reading(count == len(self._names), count / len(self._names), evidence)
        return Reading(count > 0, float(count > 0), evidence)

    def _nearly(self, text: str, found: list[int]) -> list[str]:
        """Words that are there with typing errors only, and how they are written."""
        assert self._fuzzy is not None
        near = self._fuzzy.found(words_of(text, WINDOW))
        exact = {self._names[index].lower() for index in found}
        words = ((self._fuzzy.word(index), written) for index, written in sorted(near.items()))
        return [short(f"{word} ({written})") for word, written in words if word not in exact]

    def _alone(self, index: int, text: str) -> bool:
        return index >= len(self._bare) or stands_alone(self._bare[index], text)


def different(words: Iterable[str], case: bool) -> list[str]:
    """Each once, as first written: two that are found together would have to be nearly found together, too."""
    kept: dict[str, str] = {}
    for word in words:
        kept.setdefault(word if case else word.lower(), word)
    return list(kept.values())


def neighbourhood(words: Iterable[str], edits: int) -> Neighbourhood:
    """Of the declared words that are single ones as texts are split; other words and phrases are found exactly only."""
    lower = [word.lower() for word in words]
    return Neighbourhood([word for word in dict.fromkeys(lower) if words_of(word, len(word)) == [word]], edits)


def chosen(view: RequestView, where: Where) -> str:
    """The text of the view that `where` names."""
    if where == "last":
        return view.asked()
    roles = ROLES[where]
    texts = [message.text for message in view.messages if not roles or message.role in roles]
    return texts[0] if len(texts) == 1 else "\n".join(texts)


def bare(word: str) -> str:
    """The word as a pattern; any white space may stand between the parts of a phrase."""
    return BLANK.join([re2.escape(part) for part in word.split(" ")])


def bounded(word: str) -> str:
    r"""The word as a pattern between word boundaries. RE2's \b knows ASCII only: it is asked where the word's edge is
    ASCII, and `stands_alone` looks again in texts that are not."""
    first, last = (r"\b" if edge.isascii() and (edge.isalnum() or edge == "_") else "" for edge in (word[0], word[-1]))
    return first + bare(word) + last


def stands_alone(pattern: Any, text: str) -> bool:
    """Whether some occurrence of a word's pattern is not part of a longer word."""
    text = text.encode("utf-8", "replace").decode()
    for seen, match in enumerate(pattern.finditer(text)):
        start, end = match.span()
        joined = _joined(text[start - 1 : start], text[start]) or _joined(text[end - 1], text[end : end + 1])
        if not joined or seen == PATIENCE:
            return True
    return False


def _joined(left: str, right: str) -> bool:
    """Whether two neighbouring characters belong to one word. Vowel signs and accents are parts of theirs."""
    return _in_word(left) and _in_word(right) and max(left, right) < UNSPACED


def _in_word(character: str) -> bool:
    return character.isalnum() or (character > "\u02ff" and category(character)[0] == "M")


def automaton(patterns: Collection[str], case: bool) -> Patterns:
    """All of them, each of which is known to compile. Raises BadPattern where they are too many."""
    try:
        return Patterns(patterns, options_of(MEMORY, case))
    except re2.error:
        raise BadPattern(f"{len(patterns)} words and patterns are too many for {MEMORY >> 20} MB") from None


def _check(patterns: Iterable[str], options: Any) -> None:
    """Raises BadPattern for the first pattern that does not compile, or with which all became too large."""
    size = 0
    for number, pattern in enumerate(patterns, 1):
        try:
            size += re2.compile(pattern, options).programsize
        except (re2.error, UnicodeEncodeError) as error:
            raise BadPattern(f"regex {number} {short(pattern)!r}: {_complaint(error, pattern)}") from None
        if size > INSTRUCTIONS:
            raise BadPattern(f"regex {number} {short(pattern)!r}: {size} instructions so far, {INSTRUCTIONS} allowed")


def _complaint(error: Exception, pattern: str) -> str:
    """What re2 said, and where: it names the offending part, or the whole pattern where something was left open."""
    if isinstance(error, UnicodeEncodeError):
        return f"not valid Unicode at position {error.start}"
    what, _, part = error.args[0].decode("utf-8", "replace").partition(": ")
    position = len(pattern) if part == pattern else max(0, pattern.find(part))
    return f"{what} at position {position}"
