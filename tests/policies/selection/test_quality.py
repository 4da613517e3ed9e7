"""Choosing by what was learned of models."""

from __future__ import annotations

import random
from typing import Any

import msgspec
import numpy as np
import pytest

from tests.policies.makers import facts, outcome, two_pools
from tests.policies.selection.quality_making import MATERIALS, card, looks
from wrp_policies import Choice, NoCapablePool, Plan, SelectionSpec
from wrp_policies.learning.trend import Trend
from wrp_policies.selection.quality import Chooser, Quality
from wrp_signals.errors import TierMissing, WeightsDamaged, WrongEmbedder
from wrp_signals.materials import Materials
from wrp_signals.signal import Sense
from wrp_signals.surface import NAMES, SURFACE

OPTIONS, PLAIN = "Which?\nA. one\nB. two", "Tell me of Rome"


def chooser(**fields: Any) -> Chooser:
    """As the configuration would have it built."""
    tree = {"kind": "quality", "pools": ["small", "large"], "card": "q.npz", **fields}
    built: Chooser = msgspec.convert(tree, SelectionSpec).build(MATERIALS)
    return built


def choice(policy: Chooser, prompt: str = "", **change: Any) -> Choice:
    """Of a prompt, or of one whose looks were not in time."""
    asked = facts(vectors=looks(prompt) if prompt else {}, **change)
    return policy.select(asked, two_pools(), 0.0, random.Random(0))


def test_the_better_model_of_each_kind() -> None:
    """By what others like it scored; the other one follows."""
    policy = chooser()
    assert policy.tiers == {"surface"}
    assert choice(policy, OPTIONS).pools == ("small", "large")
    found = choice(policy, PLAIN)
    assert (found.pools, found.propensity, found.chances) == (("large", "small"), 1.0, {})
    assert found.why.startswith("quality: large at 1, quality 0.90 for $")


def test_without_a_vector_the_means() -> None:
    """A request is not refused because something was late."""
    found = choice(chooser())
    assert found.pools == ("large", "small")
    assert "no vector was in time" in found.why


def test_a_prompt_like_none() -> None:
    """Goes by length alone, and says so: no tree has seen anything like it."""
    none = np.full(len(NAMES), -5.0, np.float32)
    trend = Trend(none, none, 0.0, np.array([0.9, 0.2]), np.zeros(2))
    data = card(trend)
    policy = Quality(pools=("small", "large"), card="q").build(Materials(read_file=lambda path: data))
    found = choice(policy, PLAIN)
    assert found.pools == ("small", "large")
    assert found.why.startswith("quality, by length alone, as it looks like none that was learned from: small at 1")


def test_what_it_costs_counts() -> None:
    """Where that is wanted: a little better is not worth any price."""
    dear = {"cost": 1000.0, "cost_scale": 1e-6}
    assert choice(chooser(objective=dear), PLAIN, prompt_tokens=1000).pools == ("small", "large")


def test_a_floor_is_drawn() -> None:
    """Then others can be judged by the log."""
    found = choice(chooser(floor=0.1), OPTIONS)
    assert found.chances == pytest.approx({"small": 0.9, "large": 0.1})


def test_models_by_other_names() -> None:
    """The configuration says what the card calls them; one that it does not know is as good as those on average."""
    swapped = chooser(models={"small": "model-large", "large": "model-small"})
    assert choice(swapped, OPTIONS).pools == ("large", "small")
    assert choice(chooser(models={"large": "other"}), PLAIN).pools == ("large", "small")
    assert choice(chooser(models={"large": "other"}), OPTIONS).pools == ("small", "large")


def test_who_cannot_serve_is_not_asked() -> None:
    """Context and abilities come first; where nobody can, it says so."""
    found = choice(chooser(), OPTIONS, prompt_tokens=50_000)
    assert (found.pools, found.why) == (("large",), "only large is capable")
    with pytest.raises(NoCapablePool):
        choice(chooser(), OPTIONS, prompt_tokens=500_000)


def test_how_long_answers_are_is_learned() -> None:
    """And survives; what somebody says of them changes nothing."""
    policy, again = chooser(), chooser()
    for _ in range(50):
        policy.learn(facts(), Plan((), ""), outcome("small", "s0", tokens_out=50))
    policy.judged(facts(), Plan((), ""), outcome("small", "s0"), 0.0)
    again.restore(policy.state())
    assert again.state() == policy.state() != chooser().state()
    again.restore(b"")
    assert again.state() == policy.state()


def test_a_card_that_cannot_be_used() -> None:
    """No file, another file, vectors that are not here or not the ones it was trained on."""
    spec = msgspec.convert({"kind": "quality", "pools": ["small"], "card": "missing"}, SelectionSpec)
    with pytest.raises(FileNotFoundError):
        spec.build(MATERIALS)
    with pytest.raises(WeightsDamaged, match="wrp train quality"):
        spec.build(Materials(read_file=lambda path: b""))


@pytest.mark.parametrize(
    ("embedders", "error", "why"),
    [
        ({"surface": "surface/0"}, WrongEmbedder, "run `wrp train quality` again"),
        ({"surface": SURFACE, "static": "e"}, TierMissing, "the static tier, which is not here"),
    ],
)
def test_tiers_that_do_not_fit(embedders: dict[Sense, str], error: type[Exception], why: str) -> None:
    """Say what is missing, or what to run."""
    dims: dict[Sense, int] = {tier: len(NAMES) if tier == "surface" else 4 for tier in embedders}
    data = card(embedders=embedders, dims=dims)
    spec = msgspec.convert({"kind": "quality", "pools": ["small"], "card": "q"}, SelectionSpec)
    with pytest.raises(error, match=why):
        spec.build(Materials(read_file=lambda path: data))
