"""Vectors for the bench of the cache's index."""

from __future__ import annotations

import numpy as np
import pytest

from bench.cache_vectors import BLENDS, enlarged
from tests.cache.makers import clustered


def test_a_smaller_size_is_the_beginning_of_a_larger_one() -> None:
    """So that a graph of the first rows is one of the same rows, whatever the largest size of a run is."""
    real = clustered(50, 384, 5)
    few, many = enlarged(real, 90), enlarged(real, 400)
    assert np.array_equal(few, many[:90])
    assert np.array_equal(many[:50], real)
    assert np.array_equal(enlarged(real, 30), real[:30])
    assert BLENDS > 400


def test_blends_are_unit_vectors_near_a_real_one() -> None:
    """They stand about as near to a real one as paraphrases do, and none is there twice."""
    real = clustered(50, 384, 5)
    blends = enlarged(real, 400)[50:]
    assert np.linalg.norm(blends, axis=1) == pytest.approx(1.0, abs=1e-5)
    nearest = (blends @ real.T).max(1)
    assert 0.7 < float(np.median(nearest)) < 1.0
    assert len(np.unique(blends, axis=0)) == len(blends)
