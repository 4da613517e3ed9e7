"""Past answers, and who keeps their books, for the tests of this room."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from wrp_policies.examples.memory import Memory, MemorySpec
from wrp_policies.examples.shelf import Kept
from wrp_signals.facts import Vector

DIM = 8


def axis(place: int) -> Vector:
    """A unit vector that is like none of the others."""
    made = np.zeros(DIM, np.float32)
    made[place] = 1.0
    return made


def between(near: float, one: int = 0, other: int = 1) -> Vector:
    """One whose cosine to the first axis is `near`."""
    return np.asarray(near * axis(one) + np.sqrt(1.0 - near * near) * axis(other), np.float32)


def kept(id: str = "e1", **changes: Any) -> Kept:
    """Of tenant t: 100 tokens, 200 bytes, for a thousand seconds, not judged."""
    fields = {"tenant": "t", "tokens": 100, "size": 200, "until": 1_000.0, "standing": 0.5}
    return Kept(id=id, **(fields | changes))  # type: ignore[arg-type]


class Books:
    """A memory, and all that it let go."""

    def __init__(self, **spec: Any) -> None:
        self.gone: list[tuple[str, str]] = []
        self.memory = Memory(MemorySpec(**spec), lambda tenant, id: self.gone.append((tenant, id)))

    def add(self, id: str, vector: Vector, now: float = 0.0, shelf: str = "s", **changes: Any) -> bool:
        return self.memory.add(kept(id, **changes), shelf, vector, now)

    def ids(
        self, vector: Vector, tenant: str = "t", shelf: str = "s", now: float = 1.0, least: float = -1.0
    ) -> list[str]:
        """Of the nearest first."""
        return ids(self.memory.near(tenant, shelf, vector, 24, least, now))


def ids(found: Sequence[tuple[Kept, float]]) -> list[str]:
    return [one.id for one, _ in found]
