"""A window on KV caches. It says what is believed, at one instant, and keeps nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

NOTHING: Mapping[str, int] = {}


class Warmth(Protocol):
    """Which servers of a pool are believed to hold the KV cache of a prompt's beginning."""

    def tokens(self, prefix: Sequence[int]) -> Mapping[str, int]:
        """How many tokens of it, by server; those that hold nothing are left out."""

    def span(self, blocks: int) -> int:
        """How many tokens so many leading blocks are."""


class _Cold:
    """Nothing is known of anybody's cache."""

    def tokens(self, prefix: Sequence[int]) -> Mapping[str, int]:
        return NOTHING

    def span(self, blocks: int) -> int:
        return blocks


COLD: Warmth = _Cold()
