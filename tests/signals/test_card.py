"""Every shipped weights file is the one its card describes."""

import pytest

from wrp_signals import WeightsDamaged
from wrp_signals.card import DOMAIN_CARD, EMBEDDER_CARD, checked, domain_card, embedder_card, weights


def test_the_embedder_ships_as_its_card_says():
    """Sizes, licence and digests of model and tokenizer, and a measured likeness to fp32."""
    card = embedder_card(weights(EMBEDDER_CARD))
    for name, digest in card.sha256.items():
        checked(weights(name), digest, name)
    assert len(weights(card.model)) < 24_000_000
    assert (card.licence, card.dim, len(card.probe_vector)) == ("Apache-2.0", 384, 384)
    assert card.id.endswith(card.sha256[card.model][:8])
    assert card.fidelity_to_fp32["cosine_mean"] > 0.998


def test_the_domain_head_ships_as_its_card_says():
    """Sixteen classes over the shipped embedder, with a calibration report."""
    card = domain_card(weights(DOMAIN_CARD))
    data = checked(weights(card.weights), card.sha256, card.weights)
    assert len(data) == 4 * len(card.classes) * (card.dim + 1)
    assert len(card.classes) == 16
    assert card.embedder == embedder_card(weights(EMBEDDER_CARD)).id
    assert {"macro_f1", "accuracy", "calibration_error", "thresholds"} <= set(card.report)


def test_damaged_bytes_are_refused():
    """One changed byte is an error that names the file."""
    with pytest.raises(WeightsDamaged, match="head: sha256"):
        checked(b"changed", "0" * 64, "head")


def test_what_does_not_ship_cannot_be_read():
    """Only the package's own files."""
    with pytest.raises(FileNotFoundError):
        weights("absent")
