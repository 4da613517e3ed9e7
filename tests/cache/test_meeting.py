"""What two vectors have in common, and the networks that serve."""

from __future__ import annotations

import numpy as np
import pytest

from wrp_cache.meeting import Layers, Readers, Standard, meeting, shapes, stored

U, V = np.array([1.0, 0.0], np.float32), np.array([0.6, -0.8], np.float32)


def some_layers(seed: int) -> Layers:
    rng = np.random.default_rng(seed)
    sizes = ((4, 3), (3,), (3 + 2, 5), (5,), (5,), (1,))
    return Layers(*(rng.normal(size=size).astype(np.float32) for size in sizes))


def test_what_they_have_in_common():
    """Where they differ and where they agree, of the order of one, whichever comes first; rows as well as one."""
    assert meeting(U, V).tolist() == pytest.approx([0.4 * 2**0.5, 0.8 * 2**0.5, 1.2, 0.0])
    assert (meeting(U, V) == meeting(V, U)).all()
    assert (meeting(np.stack([U, V]), np.stack([V, V]))[0] == meeting(U, V)).all()


def test_traits_are_scaled():
    """By mean and spread, within reach; those that never change say nothing."""
    traits = np.array([[0.0, 7.0], [2.0, 7.0]], np.float32)
    standard = Standard.of(traits)
    assert standard.scaled(traits).tolist() == [[-1.0, 0.0], [1.0, 0.0]]
    assert standard.scaled(np.array([1e9, 1e9])).tolist() == [5.0, 0.0]


def test_there_and_back():
    """What is stored says what was fitted, to within half precision; several say their mean."""
    members = [some_layers(1), some_layers(2)]
    standard = Standard.of(np.random.default_rng(3).normal(size=(9, 2)))
    arrays = stored(standard, members)
    found = {name: array.shape for name, array in arrays.items()}
    assert shapes(2, 2, found) == found
    traits = np.array([0.3, -0.2], np.float32)
    told = [float(one.score(meeting(U, V), standard.scaled(traits))) for one in members]
    assert Readers(arrays).score(U, V, traits) == pytest.approx(sum(told) / 2, abs=0.02)
    assert Readers(stored(standard, members[:1])).score(U, V, traits) == pytest.approx(told[0], abs=0.02)


def test_shapes_of_nothing():
    """Where there are no networks, no shape is right."""
    assert shapes(2, 2, {}) == {}
    assert shapes(2, 2, {"first": (0, 5, 1), "last": (0, 2)}) == {}
    assert shapes(2, 2, {"first": (1,), "last": (1,)}) == {}
