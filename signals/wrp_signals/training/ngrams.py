"""Words made after the letter statistics of a language: what a table of n-grams knows, as text to learn from.

The statistics are those of lingua 1.3.5 (Apache-2.0, https://github.com/pemistahl/lingua-py), which counted runs of one
to five letters in a million sentences of each of 75 languages. No sentence is in them, and none is made.
"""

from __future__ import annotations

import json
import random
import zipfile
from bisect import bisect
from collections import defaultdict
from itertools import accumulate
from pathlib import Path

from wrp_signals.errors import SignalError

WHEEL = "lingua_language_detector-1.3.5-py3-none-any.whl"
GET = "pip download --no-deps lingua-language-detector==1.3.5 -d DATA"
FILES = ("unigrams", "bigrams", "trigrams", "quadrigrams", "fivegrams")
END = "\0"
LONGEST = 30
"""Letters of a word."""

Counts = list[dict[str, float]]
Follow = dict[str, tuple[str, list[float]]]


def wheel_in(data: Path) -> Path:
    """The file that holds the statistics. Raises SignalError saying how to get it."""
    found = sorted(data.rglob(WHEEL))
    if not found:
        raise SignalError(f"no {WHEEL} under {data}: {GET}")
    return found[0]


def counts_of(wheel: Path, language: str) -> Counts:
    """Run of letters -> how often it was seen, for runs of one to five letters. The files hold shares of the run
    without its last letter. Raises SignalError where brotli is not installed."""
    try:
        import brotli
    except ImportError:
        raise SignalError("the statistics are packed: pip install brotli") from None
    counts: Counts = []
    with zipfile.ZipFile(wheel) as files:
        names = set(files.namelist())
        for name in FILES:
            path = f"lingua/language-models/{language}/{name}.json.br"
            packed = json.loads(brotli.decompress(files.read(path)))["ngrams"] if path in names else {}
            counts.append(_unpacked(packed, counts[-1] if counts else {}))
    return counts


def _unpacked(packed: dict[str, str], shorter: dict[str, float]) -> dict[str, float]:
    found: dict[str, float] = {}
    for share, runs in packed.items():
        part, whole = map(int, share.split("/"))
        for run in runs.split(" "):
            if len(run) == 1:
                found[run] = part / whole * 1e7
            elif run[:-1] in shorter:
                found[run] = shorter[run[:-1]] * part / whole
    return found


class Words:
    """Draws words: those of up to three letters as often as they were seen; longer ones letter by letter, each after
    the four before it, ending as often as words ended there."""

    def __init__(self, counts: Counts) -> None:
        short = short_words(counts)
        starts = long_starts(counts)
        self._begin = [*short, *starts]
        self._short = len(short)
        self._sums = list(accumulate([*short.values(), *starts.values()]))
        self._follow = followers(counts)

    def draw(self, rng: random.Random) -> str:
        """One word."""
        index = min(bisect(self._sums, rng.random() * self._sums[-1]), len(self._begin) - 1)
        word = self._begin[index]
        while index >= self._short and len(word) < LONGEST:
            letters, sums = self._follow[word[-4:]]
            letter = letters[min(bisect(sums, rng.random() * sums[-1]), len(letters) - 1)]
            if letter == END:
                break
            word += letter
        return word


def short_words(counts: Counts) -> dict[str, float]:
    """Words of one to three letters: runs less often part of a longer run than they were seen, by inclusion and
    exclusion."""
    words: dict[str, float] = {}
    for size in (1, 2, 3):
        left, right = _without(counts[size], slice(1, None)), _without(counts[size], slice(0, -1))
        both = _without(counts[size + 1], slice(1, -1))
        for run, count in counts[size - 1].items():
            alone = count - left.get(run, 0.0) - right.get(run, 0.0) + both.get(run, 0.0)
            if alone > 0.5:
                words[run] = alone
    return words


def long_starts(counts: Counts) -> dict[str, float]:
    """Four letters -> how often a word began with them."""
    left = _without(counts[4], slice(1, None))
    starts = {run: count - left.get(run, 0.0) for run, count in counts[3].items()}
    return {run: count for run, count in starts.items() if count > 0.5}


def followers(counts: Counts) -> Follow:
    """Four letters -> the letters that came next, END among them, and their running sums."""
    after: dict[str, dict[str, float]] = defaultdict(dict)
    for run, count in counts[4].items():
        after[run[:-1]][run[-1]] = count
    follow: Follow = {}
    for run, count in counts[3].items():
        letters = after.get(run, {})
        ended = max(count - sum(letters.values()), 0.0 if letters else 1.0)
        follow[run] = ("".join(letters) + END, list(accumulate([*letters.values(), ended])))
    return follow


def _without(counts: dict[str, float], kept: slice) -> dict[str, float]:
    """The sums of counts by what is kept of their runs."""
    sums: dict[str, float] = defaultdict(float)
    for run, count in counts.items():
        sums[run[kept]] += count
    return sums
