"""Heads are fitted as scikit-learn would, calibrated on what was held out, and read back as they were written."""

import hashlib

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wrp_signals import HashingEmbedder
from wrp_signals.grams import FORM, Wording, form_of
from wrp_signals.head import Calibration, HeadCard, head_card, load_head, parts_of
from wrp_signals.training.heads import (
    Layout,
    arrays_of,
    best_temperature,
    features,
    fitted,
    log_chances,
    packed,
    platt,
    softmax,
    tier_of,
    write_head,
)

pytest.importorskip("scipy")
pytest.importorskip("sklearn")
EMBEDDER = HashingEmbedder(8)
TEXTS = [
    "",
    "Hello!",
    "2 + 2 = 4",
    "a b a b a b",
    "Straße\nin\tRom",
    "def f(x):\n    return x",
    "hello there",
    "x" * 40,
]
PLAIN, FORMED = Layout(8, 64), Layout(8, 64, 0.5)


class Named:
    """An embedder by name only."""

    def __init__(self, id):
        self.id = id


def seen(layout=PLAIN):
    return features(TEXTS, EMBEDDER.embed(TEXTS), layout)


def some(*shape, seed=5):
    return np.random.default_rng(seed).normal(size=shape).astype(np.float32)


def card_for(classes, layout, **changes):
    empty = HeadCard("", "domain", "model", EMBEDDER.id, 8, classes, "", "", (), layout.buckets)
    return msgspec.structs.replace(empty, **changes)


@pytest.mark.parametrize(("name", "tier"), [("static-256", "static"), ("minilm@256", "model"), ("hashing-8", "model")])
def test_embedders_serve_a_tier(name, tier):
    """By their names."""
    assert tier_of(Named(name)) == tier


def test_features_are_vector_form_and_grams():
    """The form only where the layout counts it, times its scale; a text without words has no grams."""
    plain, formed = seen(), seen(FORMED)
    assert plain.dense.shape == (len(TEXTS), 8)
    assert formed.dense.shape == (len(TEXTS), 8 + FORM)
    assert formed.dense[4, 8:] == pytest.approx(form_of(TEXTS[4]) / 2)
    assert plain.grams.shape == (len(TEXTS), 64)
    assert (plain.grams != formed.grams).nnz == 0
    assert plain.grams[0].nnz == 0
    assert plain.grams[3].sum() == pytest.approx(11**0.5 + 17**0.5, rel=1e-4)


def test_rows_are_those_of_their_texts():
    """Scores of some are some of the scores."""
    weights = some(8 + 64 + 1, 3)
    assert seen().rows([4, 1]).scores(weights) == pytest.approx(seen().scores(weights)[[4, 1]])


def test_pulling_is_the_transposed_of_scoring():
    """The inner products agree."""
    weights, residue = some(8 + FORM + 64 + 1, 3), some(len(TEXTS), 3, seed=6)
    there = (seen(FORMED).scores(weights) * residue).sum()
    assert (seen(FORMED).pulled(residue) * weights).sum() == pytest.approx(there, rel=1e-4)


@pytest.mark.parametrize("classes", [2, 3])
def test_fitting_is_logistic_regression(classes):
    """The chances are scikit-learn's; one output for yes and no, softmax for more."""
    from sklearn.linear_model import LogisticRegression

    truth = np.arange(len(TEXTS)) % classes
    targets = np.eye(classes)[truth] if classes > 2 else truth[:, None]
    counts = np.linspace(0.5, 2, len(TEXTS))
    table = np.concatenate([seen().dense, seen().grams.toarray()], 1)
    wanted = LogisticRegression(C=3.0, max_iter=1_000).fit(table, truth, counts).predict_proba(table)
    chances = log_chances(seen().scores(fitted(seen(), targets, 3.0, counts)))[1]
    assert chances == pytest.approx(wanted if classes > 2 else wanted[:, 1:], abs=0.02)


def test_soft_targets_are_met_and_strength_loosens():
    """Everywhere the same target is the bias alone; a weaker penalty comes nearer to hard ones."""
    even = fitted(seen(), np.full((len(TEXTS), 1), 0.75), 1.0)
    assert log_chances(seen().scores(even))[1] == pytest.approx(0.75, abs=0.01)
    truth = (np.arange(len(TEXTS)) % 2)[:, None]
    tight, loose = (fitted(seen(), truth, strength) for strength in (0.1, 10.0))
    assert np.abs(tight[:-1]).sum() < np.abs(loose[:-1]).sum()


@given(st.lists(st.lists(st.floats(-500, 500), min_size=3, max_size=3), min_size=1, max_size=5))
def test_chances_are_finite_and_sum_to_one(rows):
    """However large the scores."""
    logs, chances = log_chances(np.array(rows))
    assert np.isfinite(logs).all()
    assert chances.sum(1) == pytest.approx(1.0)


def test_temperatures_flatten():
    """Chances as those of scores divided by it."""
    assert softmax(some(4, 3), 2.0) == pytest.approx(softmax(some(4, 3) / 2))
    assert softmax(some(4, 3), 9.0).max() < softmax(some(4, 3)).max()


def test_temperature_undoes_overconfidence():
    """Scores that claim the square of what is true are halved."""
    scores = np.tile(2 * np.log([0.75, 0.15, 0.1]), (20, 1))
    truth = np.repeat([0, 1, 2], [15, 3, 2])
    assert best_temperature(scores, truth) == pytest.approx(2.0, rel=0.02)


def test_platt_finds_the_curve():
    """Temperature and offset of the chances that labels were counted by."""
    scores = np.linspace(-3, 3, 25)
    yes = 1 / (1 + np.exp(-(scores / 2.0 + 0.5)))
    labels = np.repeat([True, False], 25)
    found = platt(np.tile(scores, 2), labels, np.concatenate([yes, 1 - yes]) * 100)
    assert found == pytest.approx((2.0, 0.5), rel=0.01)


@pytest.mark.parametrize("layout", [PLAIN, FORMED])
@pytest.mark.parametrize("classes", [("no", "yes"), ("a", "b", "c")])
def test_what_is_written_scores_as_what_was_fitted(tmp_path, layout, classes):
    """The head on disk gives calibrated scores of features, but for rounding."""
    outputs = 1 if len(classes) == 2 else len(classes)
    weights = some(8 + FORM * bool(layout.form) + 64 + 1, outputs)
    blank = card_for(classes, layout, calibration=Calibration(2.0, 0.25))
    card = write_head(tmp_path / "deep" / "out", blank, arrays_of(weights, layout))
    head = load_head("domain", "deep/out/domain-model-card.json", lambda n: (tmp_path / n).read_bytes(), EMBEDDER)
    assert head.card == card
    stored = [("rows", "f2"), ("bias", "f4"), ("grams", "i1"), ("form", "f4")]
    assert [(part.name, part.dtype) for part in card.parts] == stored[: 4 if layout.form else 3]
    wanted = seen(layout).scores(weights) / 2.0 + 0.25
    for text, vector, row in zip(TEXTS, EMBEDDER.embed(TEXTS), wanted, strict=True):
        assert head.scores(vector, Wording(text)) == pytest.approx(row, abs=0.1)


def test_a_head_is_named_by_its_weights(tmp_path):
    """Other weights, other id; the same weights, the same files."""
    one, other = (arrays_of(some(73, 3, seed=seed), PLAIN) for seed in (1, 2))
    card = write_head(tmp_path, card_for(("a", "b", "c"), PLAIN), one)
    assert card.id == f"domain-model-{card.sha256[:8]}"
    assert {path.name for path in tmp_path.iterdir()} == {card.weights, "domain-model-card.json"}
    assert head_card((tmp_path / "domain-model-card.json").read_bytes(), "card") == card
    assert write_head(tmp_path, card, one) == card
    assert write_head(tmp_path, card, other).id != card.id


@given(st.lists(st.floats(-100, 100, width=32), min_size=2, max_size=8))
def test_packed_parts_are_read_back(values):
    """int8 within half a step, which is never 0; float32 as it is."""
    grams = np.tile(np.array(values, np.float32), 8)[:8, None]
    data, parts = packed({"grams": grams, "bias": grams[0]})
    card = card_for(("no", "yes"), Layout(8, 8), parts=parts, sha256=hashlib.sha256(data).hexdigest())
    found = parts_of(card, data)
    assert (found["bias"] == grams[0]).all()
    assert np.abs(found["grams"] * parts[0].scale - grams).max() <= parts[0].scale * 0.501
    assert parts[0].scale > 0
