"""Who has the last word on a neighbour, and what is asked of one. The rules are in guard.py, with tables of words."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from wrp_signals.facts import Vector

Recall = Callable[[], Vector | None]
"""What gives the vector of a neighbour, if there is one. Only who wants it calls it."""


def unknown() -> None:
    """No vector."""


class Against(Protocol):
    """What is asked of one neighbour."""

    def __call__(self, stored: str, similarity: float = 1.0, recall: Recall = unknown, /) -> str | None:
        """A stored text, its cosine to what was asked, and how to get its vector -> the evidence against it, or None
        to let it pass."""
        ...


class Judge(Protocol):
    """Who has the last word on a neighbour: this guard, a learned one, a cross-encoder."""

    def judge(self, asked: str, vector: Vector | None = None) -> Against:
        """What is asked of each neighbour, the nearest first. `vector` is that of what was asked. Must not raise for
        any text or vector."""
        ...


class Unguarded:
    """Lets everything pass: for who was asked after the rules."""

    __slots__ = ()

    def judge(self, asked: str, vector: Vector | None = None) -> Against:
        return _nothing


def _nothing(stored: str, similarity: float = 1.0, recall: Recall = unknown) -> str | None:
    return None


class Closed:
    """Lets nothing pass: for where nobody is to look."""

    __slots__ = ()

    def judge(self, asked: str, vector: Vector | None = None) -> Against:
        return _closed


def _closed(stored: str, similarity: float = 1.0, recall: Recall = unknown) -> str | None:
    return "closed: nothing is answered by likeness"
