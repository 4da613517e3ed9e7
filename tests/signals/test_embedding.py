"""Likeness to examples: three ways to aggregate, one threshold, the nearest example as evidence."""

import msgspec
import numpy as np
import pytest

from wrp_signals import EmbeddingSpec, HashingEmbedder, Materials, SignalSpec, TierMissing

EMBEDDER = HashingEmbedder(512)
MATERIALS = Materials(model=EMBEDDER)
EXAMPLES = ("I want my money back", "cancel my order and refund me", "where is my parcel")


def read(view, **fields):
    signal = EmbeddingSpec(examples=EXAMPLES, **fields).build(MATERIALS)
    return signal.read(view, EMBEDDER.embed([view.asked()])[0])


def test_the_nearest_example_decides_and_is_named(ask):
    """An example itself is wholly alike; something else is not."""
    alike = read(ask("i want my money back"))
    assert alike.value
    assert alike.score == pytest.approx(1.0, abs=1e-5)
    assert alike.evidence == (EXAMPLES[0],)
    assert not read(ask("prove that primes never end")).value


@pytest.mark.parametrize("aggregate", ["max", "mean", "centroid"])
def test_aggregates_are_what_they_say(ask, aggregate):
    """Nearest, average, and cosine to the middle."""
    text = "my money"
    rows, vector = EMBEDDER.embed(EXAMPLES), EMBEDDER.embed([text])[0]
    middle = rows.mean(0) / np.linalg.norm(rows.mean(0))
    true = {"max": (rows @ vector).max(), "mean": (rows @ vector).mean(), "centroid": middle @ vector}
    assert read(ask(text), aggregate=aggregate).score == pytest.approx(float(true[aggregate]), abs=1e-5)


def test_the_threshold_is_inclusive(ask):
    """At the threshold is alike."""
    score = read(ask("my money back")).score
    assert read(ask("my money back"), threshold=score).value
    assert not read(ask("my money back"), threshold=min(1.0, score + 1e-3)).value


def test_an_example_itself_is_as_like_as_can_be(ask):
    """However its vector rounds: some lengths are 0.9999999, and a threshold of 1 asks for the very text."""
    texts = [" ".join(f"word{n * k}" for k in range(1, 9)) for n in range(60)]
    assert any(float(row @ row) < 1.0 for row in EMBEDDER.embed(texts))
    for text in texts:
        spec = EmbeddingSpec(examples=(text, "another"), threshold=1.0)
        assert spec.build(MATERIALS).read(ask(text), EMBEDDER.embed([text])[0]).value


def test_empty_texts_are_like_nothing(ask):
    """Whatever vector an embedder gives to no words."""
    reading = EmbeddingSpec(examples=("x",), threshold=0.0).build(MATERIALS).read(ask(" "), EMBEDDER.embed(["x"])[0])
    assert (reading.value, reading.score, reading.evidence) == (False, 0.0, ("empty text",))


def test_a_broken_vector_is_like_nothing(ask):
    """NaN is not above any threshold."""
    signal = EmbeddingSpec(examples=EXAMPLES, threshold=0.0).build(MATERIALS)
    reading = signal.read(ask("x"), np.full(512, np.nan, np.float32))
    assert (reading.value, reading.score) == (False, 0.0)


def test_a_declaration_may_ask_for_a_tier():
    """It then reads that tier's vectors, whatever the process prefers."""
    both = Materials(static=HashingEmbedder(8), model=EMBEDDER)
    tiers = [EmbeddingSpec(examples=("x",), tier=tier).build(both).tier for tier in ("auto", "static", "model")]
    assert tiers == ["model", "static", "model"]


def test_without_an_embedder_it_cannot_be_built():
    """The error says what to install."""
    with pytest.raises(TierMissing, match="pip install"):
        EmbeddingSpec(examples=("x",)).build(Materials.none())


@pytest.mark.parametrize("fields", [{}, {"examples": []}, {"examples": [""]}, {"examples": ["x"], "threshold": 1.5}])
def test_bad_declarations_are_refused_when_read(fields):
    """At least one example, none empty, a threshold within [0, 1]."""
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert({"kind": "embedding", **fields}, SignalSpec)
