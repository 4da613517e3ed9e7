"""What a prompt's vectors and its looks are to those who learned from others: one row of numbers, in a fixed order."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from wrp_signals.signal import Sense

Rows = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class Lookout:
    """`projections`: float32[d, k] by tier, in the order of their columns; `means`: float32[d]. A tier without one goes
    in as it is."""

    tiers: tuple[Sense, ...]
    means: Mapping[Sense, Rows]
    projections: Mapping[Sense, Rows]

    def features(self, vectors: Mapping[Sense, Rows]) -> Rows | None:
        """float32[n, all columns] of float32[n, d] by tier; None where a tier is missing."""
        parts: list[Rows] = []
        for tier in self.tiers:
            rows = vectors.get(tier)
            if rows is None:
                return None
            projection = self.projections.get(tier)
            if projection is not None:
                rows = np.asarray((rows - self.means[tier]) @ projection, np.float32)
            parts.append(rows)
        return np.ascontiguousarray(np.concatenate(parts, -1), np.float32)


def projected(rows: Rows, columns: int) -> tuple[Rows, Rows]:
    """Mean float32[d] and projection float32[d, k] onto the directions in which rows float32[n, d] differ most
    (principal components)."""
    mean = rows.mean(0)
    apart = (rows - mean).astype(np.float64)
    values, directions = np.linalg.eigh(apart.T @ apart)
    order = np.argsort(values)[::-1][:columns]
    return np.asarray(mean, np.float32), np.asarray(directions[:, order], np.float32)
