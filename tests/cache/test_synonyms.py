"""The table of synonyms."""

from __future__ import annotations

from wrp_cache.contrast import opposites
from wrp_cache.marks import Pair, read
from wrp_cache.synonyms import SYNONYMS


def test_every_line_has_two_words() -> None:
    """A word alone has no synonym, and no word stands twice in a line."""
    for line in SYNONYMS.strip().splitlines():
        words = line.split()
        assert len(words) > 1, line
        assert len(words) == len(set(words)), line


def test_no_synonyms_are_opposites() -> None:
    """What one table calls the same no other table calls the contrary."""
    for line in SYNONYMS.strip().splitlines():
        first, *others = line.split()
        for other in others:
            assert opposites(Pair(read(first), read(other))) is None, (first, other)
