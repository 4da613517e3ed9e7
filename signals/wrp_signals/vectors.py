"""Arithmetic that every embedder shares. No model, no text."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from .errors import BadVector

Rows = npt.NDArray[np.float32]


def unit(rows: Rows) -> Rows:
    """Each row of float32[n, d] at length 1. Raises BadVector where a row is zero or not finite."""
    lengths = np.sqrt(np.einsum("ij,ij->i", rows, rows))
    if not (np.isfinite(lengths) & (lengths > 0)).all():
        raise BadVector("an embedding is zero or not finite")
    return np.asarray(rows / lengths[:, None], np.float32)
