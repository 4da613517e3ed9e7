"""Two questions as numbers, for the learned guard: how alike they are, and in what they differ. It judges nothing."""

from __future__ import annotations

from collections.abc import Sequence
from zlib import crc32

from wrp_cache.frames import kind_of
from wrp_cache.marks import Marks, Pair
from wrp_cache.matter import same

SHAPE = (
    "similarity",
    "fewer_words",
    "more_words",
    "words_ratio",
    "matter_common",
    "matter_fewer_alone",
    "matter_more_alone",
    "matter_alone_akin",
    "matter_shared",
    "words_shared",
    "frame_fewer_alone",
    "frame_more_alone",
    "letters_shared",
    "letters_within",
    "pairs_shared",
    "in_order",
    "in_order_within",
    "same_beginning",
    "same_end",
    "same_first",
    "same_last",
    "last_elsewhere",
    "same_bag",
    "plain",
    "counted",
    "names_alone",
    "names_common",
    "same_kind",
    "alone_long",
)
"""What stands in a row of traits, in this order, before one number for each rule: 1.0 where it has evidence."""

_MOST = 48
"""Words of a text that are looked at where every pair of them may be."""

_CROSSED = 6
"""Words that only one text has which are paired with those of the other."""

_LETTERS = 384
"""Characters of a text whose runs of three are compared."""


def shape(pair: Pair, similarity: float) -> list[float]:
    """The numbers that `SHAPE` names. Symmetric."""
    a, b = pair.a, pair.b
    return [
        similarity,
        *_in_common(pair),
        *_in_sequence(pair),
        _last_elsewhere(a, b),
        not pair.mine and not pair.theirs,
        a.plain and b.plain,
        a.counted or b.counted,
        len(a.names ^ b.names),
        len(a.names & b.names),
        kind_of(a) == kind_of(b),
        max(map(len, set(a.matter) ^ set(b.matter)), default=0),
    ]


def _in_common(pair: Pair) -> list[float]:
    """How many words the two have, share, and have alone."""
    a, b = pair.a, pair.b
    fewer, more = sorted((len(a.words), len(b.words)))
    here, there = set(a.matter), set(b.matter)
    both = here & there
    mine, theirs = here - both, there - both
    alone, others = sorted((len(mine), len(theirs)))
    return [
        fewer,
        more,
        fewer / max(more, 1),
        len(both),
        alone,
        others,
        _akin(mine, theirs),
        len(both) / max(len(here | there), 1),
        len(pair.common) / max(len(a.bag | b.bag), 1),
        *sorted((len(pair.mine) - len(mine), len(pair.theirs) - len(theirs))),
    ]


def _in_sequence(pair: Pair) -> list[float]:
    """How far letters and words follow one another alike."""
    a, b = pair.a, pair.b
    fewer, more = sorted((len(a.words), len(b.words)))
    longest = max(more, 1)
    letters, within = _shared(_runs(a), _runs(b))
    follow = _shared(set(zip(a.words, a.words[1:], strict=False)), set(zip(b.words, b.words[1:], strict=False)))[0]
    start, end = _alike(a.words, b.words), _alike(a.words[::-1], b.words[::-1])
    row = _in_order(a.words[:_MOST], b.words[:_MOST])
    return [
        letters,
        within,
        follow,
        row / longest,
        row / max(fewer, 1),
        start / longest,
        end / longest,
        start > 0,
        end > 0,
    ]


def wording(pair: Pair, buckets: int, topics: bool) -> list[int]:
    """The buckets of what the two differ in: words that one has alone, pairs of such words across the texts, and how
    each begins; with `topics` also of the words in common. `buckets` is a power of two. Symmetric; without repeats."""
    mine, theirs = sorted(pair.mine)[:_MOST], sorted(pair.theirs)[:_MOST]
    said = [f"d{word}" for word in mine + theirs]
    said += [f"x{min(x, y)}|{max(x, y)}" for x in mine[:_CROSSED] for y in theirs[:_CROSSED]]
    first, second = sorted((" ".join(pair.a.words[:2]), " ".join(pair.b.words[:2])))
    said.append(f"q{first}|{second}")
    last = sorted((pair.a.words[-1:], pair.b.words[-1:]))
    said.append(f"e{last[0]}|{last[1]}" if last[0] != last[1] else "e")
    if topics:
        said += [f"c{word}" for word in sorted(pair.common)[:_MOST]]
    mask = buckets - 1
    return list({crc32(each.encode("utf-8", "replace")) & mask for each in said})


def _shared(here: set[object], there: set[object]) -> tuple[float, float]:
    """Of two sets the share in common of all, and of the smaller."""
    both = len(here & there)
    return both / max(len(here) + len(there) - both, 1), both / max(min(len(here), len(there)), 1)


def _runs(marks: Marks) -> set[object]:
    text = f" {' '.join(marks.words)[:_LETTERS]} "
    return set(zip(text, text[1:], text[2:], strict=False))


def _alike(here: Sequence[str], there: Sequence[str]) -> int:
    """How many words two rows have in common from the beginning."""
    count = 0
    for x, y in zip(here, there, strict=False):
        if x != y:
            break
        count += 1
    return count


def _in_order(here: Sequence[str], there: Sequence[str]) -> int:
    """The length of the longest common subsequence, a bit for each word (Hyyrö 2004)."""
    places: dict[str, int] = {}
    for at, word in enumerate(here):
        places[word] = places.get(word, 0) | 1 << at
    row = full = (1 << len(here)) - 1
    for word in there:
        hits = row & places.get(word, 0)
        row = (row + hits) | (row - hits)
    return len(here) - (row & full).bit_count()


def _akin(mine: set[str], theirs: set[str]) -> int:
    """Words that one text has alone, and the other in another form or as a synonym."""
    if not mine or not theirs:
        return 0
    near = sorted(theirs)[:_CROSSED]
    return sum(any(same(word, other) for other in near) for word in sorted(mine)[:_CROSSED])


def _last_elsewhere(a: Marks, b: Marks) -> bool:
    """Whether each text's last word of matter stands in the other, wherever."""
    return a.matter[-1:] == b.matter[-1:] or (
        bool(a.matter and b.matter) and a.matter[-1] in b.bag and b.matter[-1] in a.bag
    )
