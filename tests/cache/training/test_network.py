"""The network: its derivatives, its steps, and what it can learn."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from tests.cache.training.pairs import drawn
from wrp_cache.meeting import Layers
from wrp_cache.training.network import Adam, Couples, Plan, begun, couples, fitted, pace, scores, slope
from wrp_signals.training.metrics import auroc

SMALL = Plan(hidden=5, joint=4, members=1)


def told(share: float) -> None:
    assert 0.0 <= share < 1.0


def problem(count: int = 600) -> tuple[Couples, Any, Any]:
    """Pairs that are alike where the vectors agree in one component, and a trait that is no help."""
    rng = np.random.default_rng(5)
    texts = [str(n) for n in range(count)]
    pairs = [(a, b, (drawn(a), drawn(b))) for a, b in zip(texts, reversed(texts), strict=True)]
    labels = np.array([u[0] * v[0] > 0 for _, _, (u, v) in pairs])
    return couples(pairs), rng.normal(size=(count, 2)).astype(np.float32), labels


@pytest.mark.parametrize("drops", [(0.0, 0.0, 0.0), (0.3, 0.4, 0.2)])
def test_derivatives(drops: tuple[float, float, float]):
    """Are those of finite differences, for every weight, also of what was left in."""
    rng = np.random.default_rng(0)
    layers = Layers(*(rng.normal(0, 0.5, one.shape) for one in begun(rng, 6, 3, SMALL)))
    met, traits, truth = rng.normal(size=(7, 6)), rng.normal(size=(7, 3)), (rng.random(7) < 0.5).astype(float)

    def loss() -> float:
        return slope(layers, met, traits, truth, np.random.default_rng(1), drops)[0]

    _, slopes = slope(layers, met, traits, truth, np.random.default_rng(1), drops)
    for weights, by in zip(layers, slopes, strict=True):
        assert weights.shape == by.shape
        for at in np.ndindex(weights.shape):
            kept = weights[at]
            weights[at] = kept + 1e-6
            above = loss()
            weights[at] = kept - 1e-6
            below = loss()
            weights[at] = kept
            assert by[at] == pytest.approx((above - below) / 2e-6, abs=1e-6)


def test_what_is_left_out_is_made_up_for():
    """On average a network with dropout sees what it sees without."""
    rng = np.random.default_rng(0)
    layers = begun(rng, 6, 3, SMALL)
    met, traits, truth = np.ones((4000, 6), np.float32), np.ones((4000, 3), np.float32), np.ones(4000, np.float32)
    plain, _ = slope(layers, met, traits, truth)
    dropped, _ = slope(layers, met, traits, truth, rng, (0.1, 0.1, 0.1))
    assert dropped == pytest.approx(plain, abs=0.02)


def test_the_first_step_of_adam():
    """Is as long as the rate, against the slope; weights are drawn to zero besides, biases are not."""
    layers = Layers(*(np.ones(2, np.float32) for _ in range(6)))
    Adam(layers, 0.5).step(layers, Layers(*(np.array([3.0, -0.01], np.float32) for _ in range(6))), 0.1)
    assert layers.first == pytest.approx([0.95 - 0.1, 0.95 + 0.1], abs=1e-5)
    assert layers.first_bias == pytest.approx([0.9, 1.1], abs=1e-5)


def test_the_pace():
    """Up once and down once."""
    told = [pace(n / 1000) for n in range(1000)]
    top = told.index(max(told))
    assert told[:top] == sorted(told[:top])
    assert told[top:] == sorted(told[top:], reverse=True)
    assert (told[0], told[top], top) == (pytest.approx(0.04), pytest.approx(1.0), 150)
    assert told[-1] < 1e-4


def test_it_learns_from_vectors():
    """What no trait says; and says it of pairs that it has not seen."""
    given, traits, labels = problem()
    some, rest = np.arange(450), np.arange(450, 600)
    plan = Plan(hidden=32, joint=16, epochs=60, members=2)
    standard, members = fitted(given.some(some), traits[some], labels[some], told, plan)
    found = scores(standard, members, given.some(rest), traits[rest])
    assert auroc(found, labels[rest]) > 0.95
    again = fitted(given.some(some), traits[some], labels[some], told, plan)
    assert all((one == other).all() for one, other in zip(members[1], again[1][1], strict=True))
    assert not (members[0].first == members[1].first).all()


def test_the_mean_of_several():
    """Log odds of the members, whole blocks at a time."""
    given, traits, labels = problem(5000)
    standard, members = fitted(given, traits, labels, told, SMALL._replace(members=2, epochs=1))
    each = [scores(standard, [one], given, traits) for one in members]
    assert scores(standard, members, given, traits) == pytest.approx(sum(each) / 2, abs=1e-5)
    assert math.isfinite(each[0].sum())


def test_each_text_is_kept_once():
    """Pairs name their vectors by number."""
    u, v, w = (drawn(text) for text in "uvw")
    given = couples([("u", "v", (u, v)), ("w", "u", (w, u))])
    assert given.vectors.shape == (3, 8)
    assert given.ends.tolist() == [[0, 1], [2, 0]]
    assert given.some([1]).met([0]).shape == (1, 16)
    with pytest.raises(ValueError, match="pair 0 has no vectors"):
        couples([("u", "v", None)])
