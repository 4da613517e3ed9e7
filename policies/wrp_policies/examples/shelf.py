"""Past answers of one tenant to requests of one kind, found by what was asked. It chooses none."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from wrp_signals.facts import Vector

FEWEST = 4
"""Rows that a shelf has room for at first."""


class Kept:
    """One past answer in the books. `standing` in (0, 1] says how sure it is that it was good; `count` and `gain` are
    discounted: how many answers with it were judged, and by how much these were better than expected without. `used`
    is the tick of its last use. `row` and `turn` say where it stands on its shelf and among its tenant's."""

    __slots__ = (
        *("count", "gain", "id", "row", "shelf", "size", "standing", "tenant", "tokens", "turn", "until", "used"),
        "uses",
    )

    def __init__(self, tenant: str, id: str, tokens: int, size: int, until: float, standing: float) -> None:
        self.tenant, self.id, self.tokens, self.size, self.until = tenant, id, tokens, size, until
        self.standing = standing
        self.count = self.gain = 0.0
        self.used = self.uses = 0
        self.row = self.turn = 0
        self.shelf: Shelf | None = None


class Shelf:
    """Rows of unit vectors, and whose they are. Removing one moves the last into its place."""

    __slots__ = ("_rows", "kept", "name")

    def __init__(self, name: str, dim: int) -> None:
        self.name = name
        self.kept: list[Kept] = []
        self._rows = np.empty((FEWEST, dim), np.float32)

    @property
    def dim(self) -> int:
        return self._rows.shape[1]

    def add(self, kept: Kept, vector: Vector) -> None:
        """float32[dim], unit length."""
        if len(self.kept) == len(self._rows):
            self._resize(2 * len(self._rows))
        kept.row, kept.shelf = len(self.kept), self
        self._rows[kept.row] = vector
        self.kept.append(kept)

    def remove(self, kept: Kept) -> None:
        last = self.kept.pop()
        if last is not kept:
            self._rows[kept.row] = self._rows[last.row]
            self.kept[kept.row] = last
            last.row = kept.row
        kept.shelf = None
        if FEWEST < 4 * len(self.kept) < len(self._rows):
            self._resize(len(self._rows) // 2)

    def near(self, vector: Vector, most: int, least: float) -> list[tuple[Kept, float]]:
        """The nearest `most` of at least that cosine similarity to a unit vector, the nearest first."""
        count = len(self.kept)
        likeness = self._rows[:count] @ vector
        if count > most:
            places = np.argpartition(likeness, count - most)[count - most :]
            likeness = likeness[places]
        else:
            places = np.arange(count)
        order = np.argsort(-likeness, kind="stable")
        found = zip(places[order].tolist(), likeness[order].tolist(), strict=True)
        return [(self.kept[place], float(near)) for place, near in found if near >= least]

    def likenesses(self, kept: Sequence[Kept]) -> npt.NDArray[np.float64]:
        """float64[n, n], the cosine similarities of any that are here."""
        rows = self._rows[[one.row for one in kept]]
        return np.asarray(rows @ rows.T, np.float64)

    def _resize(self, rows: int) -> None:
        grown = np.empty((rows, self.dim), np.float32)
        grown[: len(self.kept)] = self._rows[: len(self.kept)]
        self._rows = grown
