"""The one signal that a command judges."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.cli.judged import options, written
from wrp_router.cli.candidate import Unusable, candidate, embedder_of, materials_for
from wrp_router.config.structs import EmbedderConfig
from wrp_signals import DomainSpec, KeywordSpec, ShapeSpec, SignalSpec, TierMissing


def judged(*arguments: str):
    return candidate(options("eval", "signals", "--data", "d", *arguments))


def test_a_kind_alone():
    """With its defaults."""
    asked = judged("--signal", "shape")
    assert (asked.name, asked.kind, asked.spec, asked.tier) == ("shape", "shape", ShapeSpec(), "none")
    assert asked.embedder is None
    assert not asked.probable


def test_a_name_of_a_configuration(config):
    """As declared there."""
    asked = judged("--signal", "proof", "--config", config())
    assert (asked.kind, asked.spec) == ("keyword", KeywordSpec(words=("prove", "theorem")))


def test_learned_kinds_give_probabilities(config, tmp_path: Path):
    """Declared categories give cosines."""
    asked = judged("--signal", "domain", "--tier", "model")
    assert (asked.tier, asked.probable) == ("model", True)
    assert asked.embedder is not None
    examples = written(tmp_path / "examples", ["refund,give it back", "joke,tell me one"])
    asked = judged("--signal", "domain", "--tier", "model", "--examples", examples)
    assert isinstance(asked.spec, DomainSpec)
    assert set(asked.spec.categories) == {"refund", "joke"}
    assert not asked.probable
    with pytest.raises(TierMissing):  # of a configuration, only the embedder is taken
        judged("--signal", "domain", "--examples", examples, "--config", config("embedder: {tier: none}\n"))


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--signal", "fly"), "no signal is called 'fly': kinds are "),
        (("--signal", "embedding"), "cannot be built from its kind alone"),
        (("--signal", "shape", "--examples", "f"), "--examples are for a signal of kind domain"),
    ],
)
def test_no_such_signal(arguments: tuple[str, ...], said: str):
    """Told, with what there is."""
    with pytest.raises(Unusable) as caught:
        judged(*arguments)
    assert said in str(caught.value)


def test_no_such_name(config):
    """Names of the file are told."""
    with pytest.raises(Unusable, match="has no signal 'shape': proof"):
        judged("--signal", "shape", "--config", config())


def test_a_broken_configuration(config, capsys):
    """Was told already."""
    with pytest.raises(Unusable, match=r"^$"):
        judged("--signal", "proof", "--config", config("routs: []\n"))
    assert "E010" in capsys.readouterr().err


def tiers(spec: SignalSpec) -> list[str]:
    return [*materials_for(spec, EmbedderConfig()).embedders()]


def test_only_tiers_that_are_wanted_are_loaded():
    """None for a signal that reads no vector; the named one and no other."""
    assert tiers(ShapeSpec()) == []
    assert tiers(DomainSpec(tier="model")) == ["model"]
    assert "model" not in tiers(DomainSpec(tier="static"))


def test_files_that_a_declaration_names(tmp_path: Path):
    """Are read from the disk."""
    materials = materials_for(ShapeSpec(), EmbedderConfig())
    assert materials.read_file(written(tmp_path / "card", ["x"])) == b"x\n"


def test_the_embedder_of_a_tier():
    """By its name; one that the configuration does without is missing."""
    assert embedder_of("model", EmbedderConfig()).id.startswith("minilm")
    with pytest.raises(TierMissing):
        embedder_of("model", EmbedderConfig(tier="none"))


def test_a_model_tier_that_is_not_installed(monkeypatch):
    """Says what to install."""
    monkeypatch.setitem(sys.modules, "onnxruntime", None)
    with pytest.raises(TierMissing, match=r"wrp-router\[model\]"):
        embedder_of("model", EmbedderConfig())
