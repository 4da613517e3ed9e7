"""Prompts that look like none that was learned from."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wrp_policies.learning.trend import LENGTH, Trend, lines_of, trend_of
from wrp_signals.surface import surface

OPTIONS = "Which of these is number {}?\nA. {}\nB. the sum of 17 and {}\nC. 43\nD. half of {}\nAnswer:"
SUMS = "Natalia sold {} clips in April, and then she sold half as many in May. How many did she sell altogether?"


def looks(template: str, count: int = 60) -> np.ndarray:
    return np.stack([surface(template.format(*[at * 7] * template.count("{}"))) for at in range(count)])


def trend(scores: np.ndarray | None = None) -> Trend:
    seen = looks(OPTIONS)
    return trend_of(seen, np.full((len(seen), 2), 0.5) if scores is None else scores)


def test_of_the_same_kind_or_of_none() -> None:
    """Others of the same form are alike, whatever they ask; those of another form are not."""
    made = trend()
    assert not made.unlike(looks(OPTIONS, 90)).any()
    assert made.unlike(looks(SUMS)).all()
    assert bool(made.unlike(looks(SUMS)[0]))


def test_one_odd_number_is_nothing() -> None:
    """It takes three, and each well beyond what was seen: a rounding is not."""
    made, row = trend(), looks(OPTIONS)[0]
    for count, unlike in ((0, False), (2, False), (3, True)):
        odd = row.copy()
        odd[-count or len(row) :] += 5.0
        assert bool(made.unlike(odd)) == unlike
    assert not made.unlike(np.float32(np.float16(row)) + np.float32(0.005))


def test_scores_go_with_length() -> None:
    """As they did; held to what scores may be."""
    seen = looks(OPTIONS)
    seen[:, LENGTH] = np.linspace(3.0, 7.0, len(seen))
    scores = np.stack([np.linspace(0.9, 0.1, len(seen)), np.full(len(seen), 0.6)], 1)
    made = trend_of(seen, scores)
    short, long = made.estimate(seen[[0, -1]])
    assert short[0] > 0.6 > long[0]
    assert short[1] == long[1] == pytest.approx(0.6)
    assert made.estimate(seen[0]).shape == (2,)
    far = seen[0].copy()
    far[LENGTH] = 50.0
    assert made.estimate(far)[0] == 0.0


@given(st.lists(st.floats(0, 1), min_size=1, max_size=30), st.floats(-3, 3))
def test_a_slope_is_never_steeper_than_least_squares(scores: list[float], away: float) -> None:
    """It is held towards none; unknown scores count for nothing, and all equal lengths say nothing."""
    column = np.array([scores]).T
    lengths = np.linspace(-1.0, 1.0, len(scores)) + away
    lengths -= lengths.mean()
    means, slopes = lines_of(lengths, np.hstack([column, np.full_like(column, np.nan)]))
    assert means[0] == pytest.approx(np.mean(scores))
    assert (means[1], slopes[1]) == (0.0, 0.0)
    exact = np.polyfit(lengths, scores, 1)[0] if len(scores) > 1 else 0.0
    assert abs(slopes[0]) <= abs(exact) + 1e-9
    assert (lines_of(np.zeros(len(scores)), column)[1] == 0.0).all()
