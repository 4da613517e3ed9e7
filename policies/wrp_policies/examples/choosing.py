"""Which past answers go before a prompt: by what they promise, not by likeness alone, and not the same thing twice. It
sends nothing, and sees no text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from .shelf import Kept, Shelf
from .types import Given
from .utility import DECAY, Utility

LOOKED = 16
"""Neighbours among which is chosen."""

ALIKE = 0.98
"""The similarity from which on two examples say the same."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """How many examples at most, what they may add to the prompt (tokens), and what a token is worth in quality."""

    most: int
    tokens: int
    price: float


def chosen(
    pool: str, found: Sequence[tuple[Kept, float]], utility: Utility, category: str, bounds: Bounds
) -> Given | None:
    """Greedily, what promises most first: each by its promise, less by how like it is to one that is chosen already,
    as long as that is above the bar and worth its tokens. Where none is, the best alone: how good it is would never be
    learned else. None where none fits. `found` are of one shelf."""
    shelf = found[0][0].shelf if found else None
    if shelf is None:
        return None
    promises = utility.of(found, category)
    kept = [one for one, _ in found]
    taken, gain = _picked(promises, kept, shelf, utility.bar, bounds)
    if not taken:
        return None
    return Given(
        pool,
        tuple([kept[place].id for place in reversed(taken)]),  # the best stands last, next to the question
        sum([kept[place].tokens for place in taken]),
        round(gain, 4),
        round(max([found[place][1] for place in taken]), 4),
    )


def _picked(
    promises: Sequence[float], kept: Sequence[Kept], shelf: Shelf, bar: float, bounds: Bounds
) -> tuple[list[int], float]:
    """Places in the order chosen, and what they promise together."""
    taken: list[int] = []
    gain, left, share = 0.0, bounds.tokens, 1.0
    adds = {place: promise for place, promise in enumerate(promises) if kept[place].tokens <= left}
    likeness: list[list[float]] = []
    while adds:
        best = max(adds, key=adds.__getitem__)
        add, tokens = adds[best], kept[best].tokens
        if taken and (add < bar or add * share <= bounds.price * tokens):
            break
        taken.append(best)
        gain, left, share = gain + share * add, left - tokens, share * DECAY
        if len(taken) == bounds.most:
            break
        likeness = likeness or shelf.likenesses(kept).tolist()
        like = likeness[best]
        adds = {
            place: min(before, promises[place] * (1.0 - 0.5 * max(0.0, like[place]) ** 2))
            for place, before in adds.items()
            if place != best and kept[place].tokens <= left and like[place] < ALIKE
        }
    return taken, gain
