"""Which embedders a configuration gets."""

from __future__ import annotations

import logging
from importlib.util import find_spec
from pathlib import Path

import pytest

from tests.build.written import config_of
from wrp_router.build.embedders import model_of, read_file, static_of
from wrp_router.config import Config
from wrp_signals import Embedder, HashingEmbedder, TierMissing
from wrp_signals.card import EMBEDDER_CARD, EXPORTED_CARD, embedder_card, weights

HERE = "version: 1\npools: [{name: p, model: m, servers: [http://a]}]\n"
LIKE = "signals: {like: {kind: embedding, examples: [hello]%s}}\n"
AUTO = LIKE % ""
with_model = pytest.mark.skipif(
    find_spec("onnxruntime") is None or find_spec("tokenizers") is None,
    reason="NOT TESTED: pip install 'wrp-router[model]'",
)


def config(more: str) -> Config:
    return config_of(HERE + more)


@pytest.mark.parametrize(
    ("more", "static"),
    [
        ("signals: {length: {kind: tokens}}\n", False),
        ("cache: {}\n", False),
        (AUTO, True),
        (AUTO + "embedder: {tier: none}\n", False),
        (AUTO + "embedder: {tier: static}\n", True),
        (LIKE % ", tier: static" + "embedder: {tier: model}\n", True),
        (LIKE % ", tier: model", False),
    ],
)
def test_the_static_tier_is_there_where_a_signal_may_want_it(more: str, static: bool) -> None:
    """Not for the cache, and not where the tier is none."""
    assert (static_of(config(more), HashingEmbedder) is not None) is static


def test_an_installation_without_the_table(caplog: pytest.LogCaptureFixture) -> None:
    """Does without, and the log says so."""

    def missing() -> Embedder:
        raise FileNotFoundError(2, "No such file", "static-card.json")

    with caplog.at_level(logging.WARNING):
        assert static_of(config(AUTO), missing) is None
    assert "static-card.json" in caplog.text


@with_model
@pytest.mark.parametrize(
    ("more", "model"),
    [
        ("signals: {length: {kind: tokens}}\n", False),
        ("cache: {semantic: false}\n", False),
        ("cache: {}\n", True),
        (AUTO, True),
        (LIKE % ", tier: static", False),
        (LIKE % ", tier: model", True),
        (AUTO + "cache: {}\nembedder: {tier: none}\n", False),
        (AUTO + "cache: {}\nembedder: {tier: static}\n", False),
        (AUTO + "embedder: {tier: model}\n", True),
    ],
)
def test_the_model_tier_is_there_where_somebody_may_want_it(more: str, model: bool) -> None:
    """A signal or the cache, unless the tier forbids it."""
    found = model_of(config(more))
    assert (found.id if found is not None else None) == (embedder_card(weights(EMBEDDER_CARD)).id if model else None)


@with_model
def test_an_exported_model(tmp_path: Path) -> None:
    """A folder with a card and what it names."""
    facts = embedder_card(weights(EMBEDDER_CARD))
    (tmp_path / EXPORTED_CARD).write_bytes(weights(EMBEDDER_CARD))
    for name in (facts.model, facts.tokenizer):
        (tmp_path / name).write_bytes(weights(name))
    found = model_of(config(AUTO + f"embedder: {{tier: model, model: '{tmp_path}'}}\n"))
    assert found is not None
    assert found.id == facts.id


@pytest.mark.parametrize("cache", ["", "cache: {}\n"])
def test_a_model_that_is_not_there(tmp_path: Path, caplog: pytest.LogCaptureFixture, cache: str) -> None:
    """The log says what is done without; a tier that insists raises."""
    embedder = f"embedder: {{tier: %s, model: '{tmp_path}/none'}}\n{AUTO}{cache}"
    with caplog.at_level(logging.WARNING):
        assert model_of(config(embedder % "auto")) is None
    assert ("exact repeats only" if cache else "signals get static vectors") in caplog.text
    for tier in ("model", "sentence-transformers"):
        with pytest.raises(TierMissing):
            model_of(config(embedder % tier))


def test_files_are_read_by_path(tmp_path: Path) -> None:
    """Or not at all."""
    (tmp_path / "head.json").write_bytes(b"{}")
    assert read_file(str(tmp_path / "head.json")) == b"{}"
    with pytest.raises(OSError, match="none"):
        read_file(str(tmp_path / "none"))
