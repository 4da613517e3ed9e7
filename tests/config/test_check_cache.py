"""Checks of the cache."""

from __future__ import annotations

import pytest

from tests.config.makers import codes, config

BARS = "cache: {{categories: {{a: {{quota: {}}}, default: {{quota: {}}}}}}}\n"


@pytest.mark.parametrize(("one", "two", "found"), [("60%", "40%", []), ("60%", "41%", ["E045"]), ("0.1", "0.9", [])])
def test_quotas(one: str, two: str, found: list[str]):
    """Those that are written down sum to at most the whole."""
    assert codes(config(BARS.format(one, two))) == found


def test_quotas_that_are_not_written_do_not_count():
    """A default of everything is no claim."""
    assert codes(config("cache: {categories: {a: {}, b: {quota: 90%}, default: {}}}\n")) == []


def test_no_default():
    """A warning, and only where there are categories."""
    assert codes(config("cache: {categories: {a: {}}}\n")) == ["W005"]
    assert codes(config("cache: {}\n")) == []


def test_sizes():
    """One answer fits in."""
    assert codes(config("cache: {max_bytes: 64KiB, max_entry: 65KiB}\n")) == ["E046"]
    assert codes(config("cache: {max_bytes: 64KiB, max_entry: 64KiB}\n")) == []


@pytest.mark.parametrize(
    ("tier", "installed", "found"),
    [
        ("auto", True, 0),
        ("model", True, 0),
        ("sentence-transformers", True, 0),
        ("auto", False, 1),
        ("model", False, 3),
        ("sentence-transformers", False, 3),
        ("none", True, 2),
        ("static", True, 1),
    ],
)
def test_embeddings(tier: str, installed: bool, found: int):
    """Whoever wants them, and the tier that insists, is named where they cannot be had."""
    text = f"embedder: {{tier: {tier}}}\nsignals: {{category: {{kind: domain}}}}\ncache: {{}}\n"
    assert codes(config(text, model_tier=installed)) == ["W003"] * found


@pytest.mark.parametrize(
    ("tier", "asked", "found"), [("static", "model", 1), ("model", "static", 1), ("auto", "model", 1)]
)
def test_a_signal_that_asks_for_a_tier(tier: str, asked: str, found: int):
    """Is named where that tier is not there; `static` always is."""
    text = f"embedder: {{tier: {tier}}}\nsignals: {{category: {{kind: domain, tier: {asked}}}}}\n"
    assert codes(config(text, model_tier=False)) == ["W003"] * found


@pytest.mark.parametrize(
    ("embedder", "found"),
    [
        ("tier: static, model: x", ["E046"]),
        ("tier: none, model: x, device: cpu", ["E046", "E046"]),
        ("tier: model, device: cpu", ["E046"]),
        ("tier: model, model: ./exported", []),
        ("model: ./exported", []),
        ("tier: sentence-transformers, model: BAAI/bge-small-en, device: cpu", []),
    ],
)
def test_what_belongs_to_a_tier(embedder: str, found: list[str]):
    """A model or a device that nobody would read is a mistake."""
    assert codes(config(f"embedder: {{{embedder}}}\n")) == found


def test_an_exact_cache_wants_none():
    """Nor do signals that only count."""
    text = "signals: {category: {kind: tokens}}\ncache: {semantic: false}\n"
    assert codes(config(text, model_tier=False)) == []
