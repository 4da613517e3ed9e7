"""Simplified Chinese, of which lingua's statistics know nothing: they counted traditional characters only.

The characters are those of GB 2312's first level (the 3,755 frequent ones), as Python's codec knows them.
"""

from __future__ import annotations

from wrp_signals.training.ngrams import Counts

LEVEL_ONE = tuple(bytes((row, cell)) for row in range(0xB0, 0xD8) for cell in range(0xA1, 0xFF))
RARE = 1e-6
"""The share below which the statistics of traditional text do not know a character."""

CHARACTERS = 0.45
"""The share of characters that are no kana in Japanese text: there they are so much rarer than in Chinese."""

ONLY_CHINESE = 0.15
"""The share of simplified text that Japan does not write. Set by hand."""


def simplified(chinese: Counts, japanese: Counts) -> Counts:
    """Counts of single characters as in simplified text: those that both ways of writing share are as frequent as in
    traditional text; of the others those that Japanese has as frequent as there, the rest all alike."""
    traditional, known = _shares(chinese[0]), _shares(japanese[0])
    level = [code.decode("gb2312", "ignore") for code in LEVEL_ONE]
    shared = {name: traditional[name] for name in level if traditional.get(name, 0.0) > RARE}
    new = [name for name in level if name and name not in shared]
    both = {name: known[name] / CHARACTERS for name in new if known.get(name, 0.0) > RARE}
    rest = [name for name in new if name not in both]
    total = sum(shared.values()) + sum(both.values())
    alike = total * ONLY_CHINESE / (1.0 - ONLY_CHINESE) / max(1, len(rest))
    return [{name: share * 1e7 for name, share in (shared | both | dict.fromkeys(rest, alike)).items()}, {}, {}, {}, {}]


def _shares(counts: dict[str, float]) -> dict[str, float]:
    total = sum(counts.values())
    return {name: count / total for name, count in counts.items()}
