"""Clusters of prompts."""

from __future__ import annotations

import numpy as np
import pytest

from tests.policies.training.outcome_tables import table, two_worlds
from wrp_policies.training.clusters import Clusters, closest, k_means
from wrp_policies.training.contenders import Inputs


def test_k_means_finds_what_is_apart():
    """Four far corners, each its own cluster, whatever the draw."""
    corners = np.repeat(5 * np.eye(4, dtype=np.float32), 10, axis=0)
    points = corners + np.random.default_rng(0).normal(0, 0.1, corners.shape).astype(np.float32)
    for seed in range(5):
        centres = k_means(points, 4, np.random.default_rng(seed))
        of = closest(points, centres)
        assert [len(set(of[start : start + 10].tolist())) for start in range(0, 40, 10)] == [1] * 4
        assert len(set(of.tolist())) == 4
        np.testing.assert_allclose(centres[of[0]], points[:10].mean(axis=0), rtol=1e-4)


def test_fewer_kinds_than_clusters():
    """Equal vectors leave clusters without members; nothing breaks."""
    points = np.repeat(np.eye(2, dtype=np.float32), 8, axis=0)
    centres = k_means(points, 5, np.random.default_rng(1))
    assert np.isfinite(centres).all()
    assert {tuple(row) for row in points.tolist()} <= {tuple(row) for row in np.round(centres, 6).tolist()}


def test_two_nearest_clusters_weighed():
    """By softmax of -6 times their distances: by hand, for a point one away from the one and two from the other."""
    made, inputs = two_worlds(80, np.random.default_rng(2))
    fitted = Clusters("static").fit(made, inputs, np.random.default_rng(3))
    assert len(fitted.centres) == 10
    centres = np.array([[1.0, 0.0], [-2.0, 0.0], [0.0, 9.0]], np.float32)
    hand = type(fitted)(Clusters("static"), centres, np.array([[1.0, 0.0], [0.0, 1.0], [9.0, 9.0]]))
    found = hand.estimate(Inputs(("x",), {"static": np.zeros((1, 2), np.float32)}))
    assert found[0] == pytest.approx([1 / (1 + np.exp(-6)), np.exp(-6) / (1 + np.exp(-6))], rel=1e-5)


def test_a_model_unknown_in_a_cluster():
    """Has its mean of all prompts there."""
    made = table([[1.0, np.nan]] * 8 + [[0.0, 0.5]] * 8)
    vectors = np.repeat(np.eye(2, dtype=np.float32), 8, axis=0)
    inputs = Inputs(made.prompts, {"static": vectors})
    found = Clusters("static", near=1).fit(made, inputs, np.random.default_rng(1)).estimate(inputs)
    np.testing.assert_allclose(found[[0, 15]], [[1.0, 0.5], [0.0, 0.5]])
