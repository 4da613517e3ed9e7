"""From vectors to a few numbers."""

from __future__ import annotations

import msgspec
import numpy as np
import pytest

from wrp_policies.learning.projection import MOST_KEPT, Components, decoded, projection, random_axes, shipped
from wrp_signals.card import EMBEDDER_CARD, embedder_card, weights
from wrp_signals.static import STATIC_CARD, static_card

EMBEDDERS = {
    "static": (static_card(weights(STATIC_CARD)).id, static_card(weights(STATIC_CARD)).dim),
    "model": (embedder_card(weights(EMBEDDER_CARD)).id, embedder_card(weights(EMBEDDER_CARD)).dim),
}


@pytest.mark.parametrize("tier", ["static", "model"])
def test_axes_ship_for_what_ships(tier: str) -> None:
    """For the very embedders of this version, orthonormal, the leading ones first."""
    file = msgspec.json.decode(shipped(f"projection-{tier}.json"), type=Components)
    assert (file.id, file.dim) == EMBEDDERS[tier]
    axes = decoded(file.axes).reshape(MOST_KEPT, file.dim)
    assert np.abs(axes @ axes.T - np.eye(MOST_KEPT)).max() < 5e-3
    assert all(source.split("/")[0].startswith(("cls_", "prompts_")) for source in file.sources)


def test_what_is_kept_is_centred_and_cut() -> None:
    """The mean request is at zero; fewer axes are the first of more."""
    id, dim = EMBEDDERS["static"]
    few, more = projection("static", id, dim, 5), projection("static", id, dim, 48)
    file = msgspec.json.decode(shipped("projection-static.json"), type=Components)
    mean = decoded(file.mean).astype(np.float32)
    assert np.abs(more(mean)).max() < 1e-5  # type: ignore[arg-type] # it is of this length
    one = random_axes("any", dim, 1)[0].astype(np.float32)
    found, all_found = few(one), more(one)
    assert found is not None
    assert all_found is not None
    assert found.tolist() == pytest.approx(all_found[:5].tolist())
    assert few.id != more.id


def test_another_embedder_gets_random_axes() -> None:
    """Always the same, orthonormal, and never more than its vectors are long."""
    mine, again = projection("model", "mine", 30, 48), projection("model", "mine", 30, 48)
    assert mine.kept == 30
    vector = random_axes("v", 30, 1)[0].astype(np.float32)
    found, same = mine(vector), again(vector)
    assert found is not None
    assert same is not None
    assert found.tolist() == same.tolist()
    assert float(found @ found) == pytest.approx(1.0, abs=1e-5)
    assert mine.id == again.id != projection("model", "other", 30, 48).id


def test_a_vector_of_another_length_is_none() -> None:
    """It is another embedder's."""
    assert projection("model", "mine", 30, 8)(np.zeros(31, np.float32)) is None
