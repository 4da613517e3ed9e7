"""Every shipped weights file is the one its card describes."""

import hashlib
from importlib import resources

import pytest

from wrp_signals import WeightsDamaged
from wrp_signals.card import EMBEDDER_CARD, checked, embedder_card, let_go, mapped, weights
from wrp_signals.head import head_card, parts_of
from wrp_signals.static import STATIC_CARD, static_card

HEADS = [f"{signal}-{tier}-card.json" for signal in ("domain", "complexity") for tier in ("static", "model")]
SHIPPED = sorted(
    entry.name
    for entry in (resources.files("wrp_signals") / "weights").iterdir()
    if entry.name.startswith(("domain", "complexity")) and entry.name.endswith("card.json")
)


def test_the_embedder_ships_as_its_card_says():
    """Sizes, licence and digests of model and tokenizer, and a measured likeness to fp32."""
    card = embedder_card(weights(EMBEDDER_CARD))
    for name, digest in card.sha256.items():
        checked(weights(name), digest, name)
    assert len(weights(card.model)) < 24_000_000
    assert (card.licence, card.dim, len(card.probe_vector)) == ("Apache-2.0", 384, 384)
    assert card.id.endswith(card.sha256[card.model][:8])
    assert card.fidelity_to_fp32["cosine_mean"] > 0.998


def test_both_tiers_ship_both_heads():
    """These, and no others of their kind."""
    assert sorted(HEADS) == SHIPPED


@pytest.mark.parametrize("name", SHIPPED)
def test_a_head_ships_as_its_card_says(name):
    """Digest, arrays, name and size: the parts fill the file, finite, and fit the card."""
    card = head_card(weights(name), name)
    data = weights(card.weights)
    arrays = parts_of(card, data)
    assert hashlib.sha256(data).hexdigest() == card.sha256
    assert (f"{card.signal}-{card.tier}-card.json", f"{card.signal}-{card.tier}.bin") == (name, card.weights)
    assert card.id == f"{card.signal}-{card.tier}-{card.sha256[:8]}"
    assert {"rows", "bias", "grams"} <= set(arrays)
    sizes = {"f4": 4, "f2": 2, "i1": 1}
    assert sum(arrays[part.name].size * sizes[part.dtype] for part in card.parts) == len(data) < 600_000


@pytest.mark.parametrize("name", SHIPPED)
def test_a_head_reads_the_vectors_that_ship(name):
    """Of the embedder of its tier, by id and width."""
    card = head_card(weights(name), name)
    embedder = embedder_card(weights(EMBEDDER_CARD)) if card.tier == "model" else static_card(weights(STATIC_CARD))
    assert (card.embedder, card.dim) == (embedder.id, embedder.dim)


@pytest.mark.parametrize("name", SHIPPED)
def test_a_head_says_where_it_comes_from_and_how_good_it_is(name):
    """Sources with licences, a table of thresholds, calibration measured on what was held out."""
    card = head_card(weights(name), name)
    assert card.sources
    assert all("MIT" in source or "Apache" in source or "CC-BY" in source for source in card.sources)
    assert (len(card.classes), card.outputs) == ((16, 16) if card.signal == "domain" else (2, 1))
    assert 0.0 < card.calibration.error < 0.05
    assert [row[0] for row in card.table] == sorted({row[0] for row in card.table})
    assert (card.report["folds"], card.report["mmlu_pro"]["questions"]) == (5, 6963)
    figure, least = ("macro_f1", 0.80) if card.signal == "domain" else ("auroc", 0.65)
    assert card.report["mmlu_pro"][figure] > least


def test_damaged_bytes_are_refused():
    """One changed byte is an error that names the file."""
    with pytest.raises(WeightsDamaged, match="head: sha256"):
        checked(b"changed", "0" * 64, "head")


def test_what_does_not_ship_cannot_be_read():
    """Only the package's own files."""
    with pytest.raises(FileNotFoundError):
        weights("absent")


def test_a_mapped_file_is_the_same_file():
    """Its bytes, also once they were let go; and damage is told of it, too."""
    name = static_card(weights(STATIC_CARD)).table
    data = mapped(name)
    let_go(data)
    assert bytes(data) == weights(name)
    with pytest.raises(WeightsDamaged, match=name):
        checked(data, "0" * 64, name)
    let_go(b"nothing to let go")
