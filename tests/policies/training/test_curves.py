"""PGR, APGR and CPT of two models."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wrp_policies.training.curves import share_curves, share_figures
from wrp_policies.training.resampling import Resamples

Floats = np.ndarray


def resamples(count: int, drawn: int = 0) -> Resamples:
    return Resamples([str(row) for row in range(count)], drawn, np.random.default_rng(0))


def figures(preference: object, weak: object, strong: object) -> dict[str, float]:
    arrays = [np.array(one, np.float64) for one in (preference, weak, strong)]
    return {name: float(found[0]) for name, found in share_figures(*arrays, resamples(len(arrays[0]))).items()}


def test_by_hand():
    """Four prompts, the strong model wins two and loses one: gap 1. Sent in order 3, 1, 0, 2."""
    found = figures([0.2, 0.5, 0.1, 0.9], [0, 0, 1, 0], [0, 1, 0, 1])
    # recovered at 0, 1/4, 2/4, 3/4, 4/4: 0, 1, 2, 2, 1
    assert found["apgr"] == pytest.approx((0 + 1 + 1 + 2 + 2 + 2 + 2 + 1) / 8)
    assert found["cpt50"] == pytest.approx(0.125)
    assert found["cpt80"] == pytest.approx(0.2)


def test_ties_are_nobodys_luck():
    """Who cannot tell prompts apart is exactly as good as chance, in whatever order they stand."""
    found = figures([0.0] * 5, [0, 0, 0, 1, 0], [1, 1, 0, 0, 1])
    assert (found["apgr"], found["cpt50"], found["cpt80"]) == pytest.approx((0.5, 0.5, 0.8))


cases = st.lists(
    st.tuples(st.integers(-3, 3), st.sampled_from([0.0, 0.25, 1.0]), st.sampled_from([0.0, 0.5, 1.0])),
    min_size=2,
    max_size=12,
).filter(lambda rows: sum(strong - weak for _, weak, strong in rows) > 0.1)


@given(cases, st.integers(0, 2**31))
def test_ties_are_the_mean_over_all_orders(rows: list[tuple[int, float, float]], seed: int):
    """Broken by many random draws, the area is on average what the straight line says."""
    preference, weak, strong = (np.array(column, np.float64) for column in zip(*rows, strict=True))
    rng = np.random.default_rng(seed)
    drawn = [figures(preference + 1e-3 * rng.random(len(rows)), weak, strong)["apgr"] for _ in range(60)]
    spread = np.std(drawn) / np.sqrt(60) + 1e-9
    assert abs(np.mean(drawn) - figures(preference, weak, strong)["apgr"]) < 6 * spread


@given(cases)
def test_what_no_router_can_exceed(rows: list[tuple[int, float, float]]):
    """Who knows the gains has the largest area and the smallest shares; only the order counts, not the scale."""
    preference, weak, strong = (np.array(column, np.float64) for column in zip(*rows, strict=True))
    found, best = figures(preference, weak, strong), figures(strong - weak, weak, strong)
    worst = figures(weak - strong, weak, strong)
    assert worst["apgr"] - 1e-9 <= found["apgr"] <= best["apgr"] + 1e-9
    assert best["cpt50"] <= found["cpt50"] + 1e-9
    assert best["cpt80"] <= found["cpt80"] + 1e-9
    assert figures(np.exp(preference) * 7 - 2, weak, strong) == pytest.approx(found)
    assert worst["apgr"] == pytest.approx(1.0 - best["apgr"])


def test_resamples_are_other_sets_of_prompts():
    """A weight of two is the prompt twice, of none the set without it."""
    rng = np.random.default_rng(5)
    preference, weak, strong = rng.integers(0, 6, 40).astype(float), rng.random(40) * 0.5, rng.random(40)
    drawn = resamples(40, 25)
    found = share_figures(preference, weak, strong, drawn)
    weights = np.concatenate(list(drawn.chunks())).astype(int)
    for at in (0, 7, 25):
        rows = np.repeat(np.arange(40), weights[at])
        again = figures(preference[rows], weak[rows], strong[rows])
        assert {name: values[at] for name, values in found.items()} == pytest.approx(again)


def test_without_a_gap():
    """Nothing can be recovered of it: the figures are not defined."""
    assert np.isnan(list(figures([1, 2], [1, 0], [0, 1]).values())).all()


def test_what_is_no_number():
    """Is refused, not ranked somewhere."""
    with pytest.raises(ValueError, match="not a number"):
        next(share_curves(np.array([np.nan]), np.zeros(1), np.ones(1), resamples(1)))
