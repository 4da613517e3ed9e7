"""What a trial saw, in columns."""

from __future__ import annotations

import sys

import numpy as np

from wrp_router.sim.trial import Results


def test_columns_in_the_order_of_the_ends():
    """Times keep all their digits, a year from the beginning, too; durations and tokens about seven."""
    results = Results()
    results.add(3, 31_536_000.123, 0.1, 0.01, 1000, 512, 20, 7, 31_536_001.456)
    results.add(1, 2.0, 0.2, 0.0, 10, 0, 1, 0, 3.0)
    assert len(results) == 2
    assert results.column("number").tolist() == [3, 1]
    assert results.column("arrived").tolist() == [31_536_000.123, 2.0]
    assert results.column("last").tolist() == [31_536_001.456, 3.0]
    np.testing.assert_allclose(results.column("ttft"), [0.1, 0.2], rtol=1e-7)
    assert results.column("server").tolist() == [7, 0]
    assert {results.column(name).dtype for name in results.NAMES} == {np.dtype(np.float64)}


def test_failures_are_known_by_number():
    """And by when they arrived."""
    results = Results()
    assert results.failed == 0
    results.fail(2, 0.5)
    results.fail(9, 31_536_000.123)
    assert (results.failed, len(results)) == (2, 0)
    assert results.lost("number").tolist() == [2, 9]
    assert results.lost("arrived").tolist() == [0.5, 31_536_000.123]


def test_memory():
    """Forty-four bytes a request, and what is kept in reserve."""
    results = Results()
    for number in range(10_000):
        results.add(number, 1.0, 1.0, 1.0, 1, 1, 1, 1, 1.0)
    assert sys.getsizeof(results._rows) < 50 * 10_000
