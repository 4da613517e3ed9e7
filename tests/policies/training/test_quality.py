"""Forests grown from what models scored."""

from __future__ import annotations

import numpy as np
import pytest

from tests.policies.training.outcome_tables import table, two_worlds
from wrp_policies.training.contenders import Inputs
from wrp_policies.training.quality import DEPTH, Growing, extended, with_surface

GROWING = Growing(trees=20, leaf=5)


def test_it_finds_who_is_good_at_what() -> None:
    """On prompts that it has not seen; better than either model."""
    rng = np.random.default_rng(0)
    (train, seen), (data, asked) = two_worlds(300, rng), two_worlds(200, rng)
    estimates = GROWING.fit(train, seen, np.random.default_rng(1)).estimate(asked)
    right = data.scores[np.arange(200), estimates.argmax(1)].mean()
    assert right > 0.85 > data.mean_scores().max()


def test_the_same_seed_grows_the_same_forest() -> None:
    """And a card that says what it was grown from."""
    train, seen = two_worlds(100, np.random.default_rng(0))
    ids = {"surface": "s", "static": "e"}
    one, again = [GROWING.grow(train, with_surface(seen), ids, np.random.default_rng(3)) for _ in range(2)]
    assert (one.forest.values == again.forest.values).all()
    assert one.forest.depth <= DEPTH
    assert one.card.embedders == {"surface": "surface/1", "static": "e"}
    assert (one.card.models, one.card.samples, one.card.costs) == (("a", "b"), (100, 100), (1.0, 2.0))


def test_one_prompt_as_many() -> None:
    """What is estimated of one alone is what is estimated of it among others."""
    train, seen = two_worlds(100, np.random.default_rng(0))
    quality = GROWING.grow(train, with_surface(seen), {"surface": "", "static": ""}, np.random.default_rng(3))
    vectors = with_surface(seen)
    features = quality.lookout.features(vectors)
    assert features is not None
    together = quality.forest.estimate(features)
    for row in range(0, 100, 7):
        alone = quality.one({tier: rows[row] for tier, rows in vectors.items()})
        assert alone == pytest.approx(together[row], abs=1e-6)


def test_scores_that_are_not_known() -> None:
    """Count for nothing where they are missing; a model's leaves are of the prompts it answered."""
    train, seen = two_worlds(100, np.random.default_rng(0))
    train.scores[::3, 0] = np.nan
    quality = GROWING.grow(train, with_surface(seen), {"static": ""}, np.random.default_rng(3))
    assert quality.card.samples == (66, 100)
    assert np.isfinite(quality.forest.values).all()


def test_a_model_that_is_known_otherwise() -> None:
    """What is said of it now replaces what was; a tier that is missing is an error."""
    train, seen = two_worlds(60, np.random.default_rng(0))
    vectors = with_surface(seen)
    quality = GROWING.grow(train, vectors, {"surface": "", "static": ""}, np.random.default_rng(3))
    again = extended(quality, train.of(["a"]), vectors)
    assert again.card.models == ("b", "a")
    assert again.forest.values[:, 1] == pytest.approx(quality.forest.values[:, 0])
    with pytest.raises(ValueError, match="needs vectors of surface, static"):
        extended(quality, train, {"static": vectors["static"]})


def test_prompts_of_another_form() -> None:
    """Are judged by length alone: alone, among others, and of models that came later."""
    train, seen = two_worlds(100, np.random.default_rng(0))
    vectors = with_surface(seen)
    quality = GROWING.grow(train, vectors, {"surface": "", "static": ""}, np.random.default_rng(3))
    odd = {"surface": vectors["surface"] + 9.0, "static": vectors["static"]}
    assert quality.trend is not None
    many = quality.many(odd)
    assert many == pytest.approx(quality.trend.estimate(odd["surface"]))
    assert quality.one({tier: rows[0] for tier, rows in odd.items()}) == pytest.approx(many[0])
    assert not quality.unlike({tier: rows[0] for tier, rows in vectors.items()})
    again = extended(quality, train.of(["a"]), vectors)
    assert again.many(odd)[:, ::-1] == pytest.approx(many)
    only = GROWING.grow(train, vectors, {"static": ""}, np.random.default_rng(3))
    assert only.trend is None
    assert not only.unlike({"surface": odd["surface"][0]})


def test_a_table_of_a_few() -> None:
    """Grows what it can."""
    made = table([[1.0, 0.0], [0.0, 1.0], [1.0, 1.0]])
    found = GROWING.fit(made, Inputs(made.prompts), np.random.default_rng(0)).estimate(Inputs(made.prompts))
    assert found.shape == (3, 2)
    assert np.isfinite(found).all()
