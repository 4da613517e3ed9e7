"""The best class and the one after it."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wrp_signals.ranking import ranked

SCORES = st.lists(st.floats(-50, 50), min_size=2, max_size=30)


@given(SCORES)
def test_as_a_softmax_says(scores):
    """The probabilities of the best two, wherever they stand."""
    found = ranked(scores)
    powers = np.exp(np.array(scores) - max(scores))
    chances = powers / powers.sum()
    assert scores[found.best] == max(scores)
    assert found.second != found.best
    assert found.score == pytest.approx(chances[found.best])
    assert found.chance == pytest.approx(sorted(chances)[-2])


def test_one_class_alone():
    """It is its own second, and certain."""
    assert ranked([3.0]).best == ranked([3.0]).second == 0
    assert ranked([3.0]).score == 1.0


def test_no_numbers():
    """What is no number is no certainty."""
    assert math.isnan(ranked([math.nan, 1.0]).score)
