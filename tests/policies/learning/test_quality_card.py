"""What was learned of models, as it is kept."""

from __future__ import annotations

import io
from dataclasses import replace
from typing import Any

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.policies.learning.test_forest import forest
from wrp_policies.learning.lookout import Lookout
from wrp_policies.learning.quality_card import Quality, QualityCard, packed, unpacked
from wrp_policies.learning.trend import Trend
from wrp_signals.errors import WeightsDamaged

CARD = QualityCard(
    id="q",
    models=("a", "b"),
    scores=(0.5, 0.6),
    costs=(0.1, None),
    samples=(3, 2),
    prompts=3,
    embedders={"surface": "s", "static": "e"},
    dims={"surface": 1, "static": 3},
)
VALUES = [[0, 0], [1, 0.5], [0, 0], [0.2, 0.3], [0.4, 0.1], [0.6, 0.9]]
LOOKOUT = Lookout(
    ("surface", "static"), {"static": np.zeros(3, np.float32)}, {"static": np.array([[1], [0], [0]], np.float32)}
)


def quality(**changes: Any) -> Quality:
    """Two trees over two features, of which a projection makes the second."""
    return Quality(CARD, LOOKOUT, replace(forest(VALUES), **changes))


def test_there_and_back() -> None:
    """The same estimates, of the same card."""
    one, again = quality(), unpacked(packed(quality()), "q.npz")
    vectors = {"surface": np.array([0.9], np.float32), "static": np.array([0.2, 5, 5], np.float32)}
    assert again.one(vectors) == pytest.approx([0.4, 0.6])
    assert (again.one(vectors) == one.one(vectors)).all()
    assert msgspec.structs.replace(again.card, sha256="") == CARD


TREND = Trend(np.zeros(1, np.float32), np.ones(1, np.float32), 0.5, np.array([0.5, 0.6]), np.array([0.1, 0.0]))


def test_a_trend_is_kept() -> None:
    """Cards that were made without one have none; one that cannot be is refused."""
    made = Quality(CARD, LOOKOUT, forest(VALUES), TREND)
    again = unpacked(packed(made), "q.npz").trend
    assert again is not None
    assert (again.low, again.high, again.middle) == (TREND.low, TREND.high, TREND.middle)
    assert (again.means == TREND.means).all()
    assert (again.slopes == TREND.slopes).all()
    assert unpacked(packed(quality()), "q.npz").trend is None
    wrong = Quality(CARD, LOOKOUT, forest(VALUES), replace(TREND, means=np.zeros(3), slopes=np.zeros(3)))
    with pytest.raises(WeightsDamaged, match="a trend that cannot be"):
        unpacked(packed(wrong), "q.npz")


def test_vectors_that_do_not_fit() -> None:
    """A tier that is missing, or has another number of numbers: nothing is estimated."""
    assert quality().one({"surface": np.zeros(1, np.float32)}) is None
    assert quality().one({"surface": np.zeros(1, np.float32), "static": np.zeros(4, np.float32)}) is None
    with pytest.raises(ValueError, match="needs vectors of surface, static"):
        quality().many({"surface": np.zeros((2, 1), np.float32)})


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"below": np.array([1, 0, 3, 3, 4, 5], np.int32)}, "lead nowhere"),
        ({"below": np.array([1, 1, 5, 3, 4, 5], np.int32)}, "lead nowhere"),
        ({"roots": np.array([], np.int32)}, "lead nowhere"),
        ({"roots": np.array([6], np.int32)}, "lead nowhere"),
        ({"feature": np.array([2, 0, 1, 0, 0, 0], np.int32)}, "lead nowhere"),
        ({"feature": np.array([-1, 0, 1, 0, 0, 0], np.int32)}, "lead nowhere"),
        ({"values": np.full((6, 2), np.nan, np.float32)}, "lead nowhere"),
        ({"values": np.zeros((6, 3), np.float32)}, "arrays of"),
        ({"threshold": np.zeros(5, np.float32)}, "arrays of"),
        ({"threshold": np.zeros(6, np.float32)}, "lead nowhere"),
    ],
)
def test_arrays_that_are_no_forest(changes: dict[str, Any], why: str) -> None:
    """Are refused, though their digest is right: no prompt is ever sent round in a circle."""
    with pytest.raises(WeightsDamaged, match=why):
        unpacked(packed(quality(**changes)), "q.npz")


def test_a_projection_that_does_not_fit() -> None:
    """Is refused."""
    wrong = Lookout(LOOKOUT.tiers, LOOKOUT.means, {"static": np.zeros((2, 1), np.float32)})
    with pytest.raises(WeightsDamaged, match="a projection of"):
        unpacked(packed(Quality(CARD, wrong, forest(VALUES))), "q.npz")


@given(st.binary(max_size=100))
def test_any_bytes(data: bytes) -> None:
    """Are refused, by name, with what to run."""
    with pytest.raises(WeightsDamaged, match=r"q.npz .*wrp train quality"):
        unpacked(data, "q.npz")


def test_bytes_that_were_changed() -> None:
    """Are refused by their digest."""
    file = io.BytesIO()
    with np.load(io.BytesIO(packed(quality())), allow_pickle=False) as arrays:
        changed = {name: arrays[name] for name in arrays.files}
    changed["values"] = changed["values"] + 1
    np.savez_compressed(file, allow_pickle=False, **changed)
    with pytest.raises(WeightsDamaged, match="not those that its card describes"):
        unpacked(file.getvalue(), "q.npz")
