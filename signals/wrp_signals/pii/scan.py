"""Finds the spots where something could be in one pass, and looks closely only there.

All matching is google-re2's: linear in the text, whatever the text.
"""

from __future__ import annotations

import bisect
import sys
from collections.abc import Iterator, Sequence
from itertools import pairwise
from operator import attrgetter

from wrp_signals.pattern import NOWHERE, Pattern, options_of

from .context import WORDS
from .detector import Detector
from .sieve import MEMORY, Sieve
from .spots import SPOTS
from .types import Span

BEFORE = 80
AFTER = 160
"""Bytes around a spot that belong to it: the words before a value, and a value that continues."""

TAIL = 64
"""Spots that begin in the last so many bytes of a region lengthen it; those before lie well within."""

LONGEST = 4096
"""Bytes to the next white space that a value may go on for."""

REGION = 1024
"""Bytes after which a region of overlapping spots is cut; the next begins BEFORE bytes earlier."""

PATTERNS, CONTEXTS = 75, 25
"""Patterns, and lists of words, in one automaton: see `Sieve`."""

CLOSENESS = 0.001
"""What each byte between the words and the value takes from its score: of two readings the nearer words win."""

FULL = b"\xef\xbc"
"""How the UTF-8 of full-width digits and marks begins."""

BOUNDS = attrgetter("start", "end")

WIDE = {
    chr(code): chr(code - 0xFEE0)
    for code in (*range(0xFF10, 0xFF1A), 0xFF0B, 0xFF0D, 0xFF08, 0xFF09, 0xFF20, 0xFF0E, 0xFF1A, 0xFF1D)
}
ODD = {
    **dict.fromkeys("\u00a0\u2007\u2009\u202f\u3000", " "),
    **dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2212", "-"),
}
"""Full-width digits and marks, odd spaces and hyphens, and the ASCII character each stands for, one for one."""

RARE = {
    **{chr(code): chr(code - 0xFEE0) for code in (*range(0xFF21, 0xFF3B), *range(0xFF41, 0xFF5B), 0xFF0F, 0xFF3F)},
    **{chr(zero + digit): str(digit) for zero in (0x660, 0x6F0, 0x966, 0x9E6, 0xE50) for digit in range(10)},
    **dict.fromkeys("\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2008\u200a\u205f", " "),
    **dict.fromkeys("\ufe58\ufe63", "-"),
}
"""The same of full-width letters, of the digits of Arabic, Persian, Hindi, Bengali and Thai, and of rarer spaces: one
search says whether any is there."""


class Scanner:
    """Detectors compiled together. Stateless after construction, safe on several threads."""

    def __init__(self, detectors: Sequence[Detector]) -> None:
        self._detectors = tuple(detectors)
        whole, parted = options_of(MEMORY, groups=False), options_of(MEMORY)
        self._patterns = [Pattern(detector.pattern, parted if detector.group else whole) for detector in detectors]
        spots = dict.fromkeys(name for detector in detectors for name in detector.spots.split())
        self._spots = Pattern("|".join([f"(?:{SPOTS[name]})" for name in spots]), whole)
        words = sorted({word for detector in detectors for word in (detector.words, detector.unlike) if word})
        self._words = {word: Pattern(f"(?i){WORDS[word]}", whole) for word in words}
        self._last = {word: Pattern(rf"(?i)\C*(?:{WORDS[word]})", whole) for word in words}
        self._beside = [words.index(detector.words) if detector.words else -1 for detector in detectors]
        self._wordless = frozenset([place for place, word in enumerate(self._beside) if word < 0])
        self._best = [max(detector.alone, detector.near) for detector in detectors]
        self._sieve = Sieve([detector.pattern for detector in detectors], PATTERNS)
        self._context = Sieve([f"(?i){WORDS[word]}" for word in words], CONTEXTS)

    def scan(self, text: str, effort: int = sys.maxsize, enough: int = sys.maxsize) -> tuple[list[Span], bool]:
        """All that the detectors see, overlapping, in no order; and whether it looked at everything: it stops soon
        after `effort` candidates, proven or refuted, and after `enough` spans."""
        if not self._detectors:
            return [], True
        data = flat(text)
        found: list[Span] = []
        for start, end in self._regions(data):
            effort -= self._look(data, start, end, effort, found)
            if effort <= 0 or len(found) >= enough:
                return placed(text, data, found), False
        return placed(text, data, found), True

    def _regions(self, data: bytes) -> Iterator[tuple[int, int]]:
        """Where spots are, those that overlap joined."""
        start = end = -1
        spot, last = self._spots.first(data, 0, len(data))
        while spot >= 0:
            if end >= 0 and (spot - BEFORE > end or spot - start > REGION):
                yield start, end
                start = -1
            start = max(0, spot - BEFORE) if start < 0 else start
            end = max(end, _whole(data, last + AFTER))
            spot, last = self._spots.first(data, max(last, end - TAIL), len(data))
        if end >= 0:
            yield start, end

    def _look(self, data: bytes, start: int, end: int, effort: int, found: list[Span]) -> int:
        """Adds what is found in a region; returns the number of candidates."""
        region = data[start:end]
        passed = self._sieve.passed(region)
        words = () if self._wordless.issuperset(passed) else self._context.passed(region)
        candidates, first = 0, len(found)
        for place in passed:
            near = self._beside[place] in words
            if near or self._detectors[place].alone:
                candidates += self._search(place, data, (start, end), near, first, found)
                if candidates >= effort:
                    break
        return candidates

    def _search(
        self, place: int, data: bytes, region: tuple[int, int], near: bool, first: int, found: list[Span]
    ) -> int:
        """Adds what a detector finds. Within spans of its type (of those from `first` on) that it cannot outdo, it has
        no news. Returns the number of candidates."""
        detector, best, candidates = self._detectors[place], self._best[place], 0
        surer = [span for span in found[first:] if span.score >= best and span.type == detector.type]
        for start, end in self._patterns[place].all(data, *region, detector.group):
            candidates += 1
            if surer and any([span.start <= start and end <= span.end for span in surer]):
                continue
            end = detector.trim(data, start, end)
            if not joined(data, start, end, detector):
                score = self._score(detector, data, start, end, near)
                if score > 0:
                    found.append(Span(detector.type, start, end, score, detector.detail))
        return candidates

    def _score(self, detector: Detector, data: bytes, start: int, end: int, near: bool) -> float:
        score = detector.alone
        if near:
            distance = self._distance(detector, data, start, end)
            if distance >= 0:
                score = max(score, detector.near - CLOSENESS * distance)
        if score == 0 or (detector.unlike and self._unlike(detector.unlike, data, start)):
            return 0.0
        return score * detector.check(data[start:end].decode("utf-8", "replace"))

    def _distance(self, detector: Detector, data: bytes, start: int, end: int) -> int:
        """Bytes between the value and the nearest of the words; -1 where there is none in reach."""
        before = data[max(0, start - detector.before) : start]
        last = self._last[detector.words].prefix(before)
        if last >= 0:
            return len(before) - last
        if detector.after:
            following = data[end : end + detector.after]
            first, _ = self._words[detector.words].first(following, 0, len(following))
            if first >= 0:
                return first + detector.before
        return -1

    def _unlike(self, word: str, data: bytes, start: int) -> bool:
        before = data[max(0, start - 16) : start]
        return self._words[word].first(before, 0, len(before)) != NOWHERE


def flat(text: str) -> bytes:
    """UTF-8 of the same text, character for character, with ASCII digits, spaces and hyphens where others stood for
    them. A lone surrogate becomes one question mark."""
    data = text.encode("utf-8", "replace")
    if len(data) == len(text):
        return data
    flattened = text
    rare = RARE.items() if _RARE.first(data, 0, len(data)) != NOWHERE else ()
    for mark, plain in (*ODD.items(), *(WIDE.items() if FULL in data else ()), *rare):
        if mark in flattened:
            flattened = flattened.replace(mark, plain)
    return data if flattened is text else flattened.encode("utf-8", "replace")


_RARE = Pattern("[" + "".join(sorted(RARE)) + "]", options_of(MEMORY, groups=False))


def joined(data: bytes, start: int, end: int, detector: Detector) -> bool:
    """Whether the value is a part of something longer: a mark that joins, and a letter or digit behind the mark."""
    if start and data[start - 1] in detector.left:
        mark = data[start - 1 : start]
        if mark.isalnum() or mark in b"$#=_@/:." or data[max(0, start - 2) : start - 1].isalnum():
            return True
    if end < len(data) and data[end] in detector.right:
        return data[end] in b"(=[" or data[end + 1 : end + 2].isalnum()
    return False


def placed(text: str, data: bytes, spans: list[Span]) -> list[Span]:
    """Spans with character offsets; `data` is the text's UTF-8."""
    return spans if len(data) == len(text) else in_characters(spans, data)


def in_characters(spans: list[Span], data: bytes) -> list[Span]:
    """Byte offsets as character offsets, in one walk over the text."""
    offsets: dict[int, int] = {}
    count = last = 0
    for place in sorted({place for span in spans for place in (span.start, span.end)}):
        count += len(data[last:place].decode("utf-8", "ignore"))
        offsets[place] = count
        last = place
    return [Span(span.type, offsets[span.start], offsets[span.end], span.score, span.detail) for span in spans]


def resolved(spans: list[Span]) -> tuple[Span, ...]:
    """The surest of those that overlap, then the longest; in the order of the text."""
    ordered = sorted(spans, key=BOUNDS)
    if all([one.end <= other.start for one, other in pairwise(ordered)]):
        return tuple(ordered)
    starts: list[int] = []
    kept: list[Span] = []
    for span in sorted(_longest(spans), key=lambda span: (-span.score, span.start - span.end, span.start)):
        place = bisect.bisect_right(starts, span.start)
        if place and kept[place - 1].end > span.start:
            continue
        if place < len(starts) and starts[place] < span.end:
            continue
        starts.insert(place, span.start)
        kept.insert(place, span)
    return tuple(kept)


def _longest(spans: list[Span]) -> Iterator[Span]:
    """Without those that lie within one of their own type, which is then at least as sure."""
    last: dict[str, Span] = {}
    for span in sorted(spans, key=lambda span: (span.start, -span.end)):
        outer = last.get(span.type)
        if outer is None or span.end > outer.end:
            if outer is not None:
                yield outer
            last[span.type] = span
        elif span.score > outer.score:
            last[span.type] = Span(span.type, outer.start, outer.end, span.score, outer.detail or span.detail)
    yield from last.values()


def _whole(data: bytes, end: int) -> int:
    """The next white space from there on, so that no value is cut."""
    places = [place for mark in b" \n\t" if (place := data.find(mark, end, end + LONGEST)) >= 0]
    return min(places) if places else min(len(data), end + LONGEST)
