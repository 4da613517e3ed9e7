"""Unit rows or an error, never a silent NaN."""

import numpy as np
import pytest

from wrp_signals import BadVector
from wrp_signals.vectors import unit


def test_rows_come_out_at_length_one():
    """Direction stays, length becomes one."""
    assert np.allclose(unit(np.array([[3.0, 4.0], [0.0, 2.0]], np.float32)), [[0.6, 0.8], [0.0, 1.0]])


@pytest.mark.parametrize("row", [[0.0, 0.0], [np.nan, 1.0], [np.inf, 1.0], [3e38, 3e38]])
def test_a_row_without_direction_is_an_error(row):
    """Zero, NaN, infinite and overflowing rows are refused."""
    with np.errstate(over="ignore"), pytest.raises(BadVector):
        unit(np.array([[1.0, 0.0], row], np.float32))
