"""Weights, their card, and what refuses to load."""

import hashlib

import msgspec
import numpy as np
import pytest

from tests.signals.attack_heads import BIAS, CARD, head_files, numbers
from wrp_signals import HashingEmbedder, Materials, TierMissing, WeightsDamaged, WrongEmbedder
from wrp_signals.attack_head import AttackCard, AttackHead, chosen_attack_head, load_attack_head, probability
from wrp_signals.attack_patterns import NAMES, PRIORS
from wrp_signals.attack_traits import Seen
from wrp_signals.card import weights

EMBEDDER, OTHER = HashingEmbedder(8), HashingEmbedder(16)
NOTHING = Seen(frozenset(), (0.0,) * 5)


def load(files, embedder=EMBEDDER):
    return load_attack_head(CARD, files.__getitem__, embedder)


def test_scores_are_sums_of_weights():
    """Traits, amounts, the vector where there is one, and the bias."""
    head = load(head_files(EMBEDDER, push=3.0))
    seen = Seen(frozenset({0, 2}), (0.0, 0.0, 0.0, 0.0, 0.5))
    assert head.score(seen, None) == pytest.approx(BIAS + PRIORS[0] + PRIORS[2] + 0.5 * PRIORS[-1])
    vector = np.eye(8, dtype=np.float32)[0]
    assert head.score(NOTHING, vector) == pytest.approx(BIAS + 3.0)
    assert head.side(None) is head.alone
    assert head.side(vector) is head.joint


def test_probabilities_do_not_overflow():
    """At any log odds."""
    assert probability(0.0) == 0.5
    assert probability(1e9) == 1.0
    assert 0.0 <= probability(-1e9) < 1e-20


def test_another_window_of_the_embedder_is_accepted():
    """It changes the vectors of long texts only."""

    class Wider(HashingEmbedder):
        id = f"{EMBEDDER.id}@128"

    assert load(head_files(EMBEDDER), Wider(8)).card.embedder == EMBEDDER.id


def test_vectors_of_another_embedder_are_refused():
    """The message says what to run."""
    with pytest.raises(WrongEmbedder, match=r"hashing-8.*hashing-16.*wrp train jailbreak --data DATA --out DIR --tier"):
        load(head_files(EMBEDDER), OTHER)


def damaged(**changes):
    return head_files(EMBEDDER, **changes)


def with_numbers(data):
    files = damaged(sha256=hashlib.sha256(data).hexdigest())
    return files | {"heads/jailbreak.bin": data}


@pytest.mark.parametrize(
    ("files", "complaint"),
    [
        (damaged(sha256="0" * 64), "its card says"),
        (damaged(traits=NAMES[1:]), "other traits"),
        (with_numbers(numbers(8)[1:].tobytes()), "numbers"),
        (with_numbers(numbers(8, np.nan).tobytes()), "finite"),
        ({CARD: b"{}"}, "missing required field"),
        ({CARD: b"\xff"}, "JSON"),
    ],
)
def test_damaged_files_are_refused(files, complaint):
    """The message says what is wrong and what to run."""
    with pytest.raises(WeightsDamaged, match=rf"{complaint}.*wrp train jailbreak"):
        load(files)


def test_missing_files_are_damage():
    """As OSError from the reader."""

    def read(name):
        raise FileNotFoundError(name)

    with pytest.raises(WeightsDamaged, match=CARD):
        load_attack_head(CARD, read, EMBEDDER)


def test_auto_takes_the_tier_that_the_head_was_trained_on():
    """The other embedder where the preferred one does not fit; a named tier must fit."""
    files = head_files(EMBEDDER, tier="static")
    materials = Materials(static=EMBEDDER, model=OTHER, read_file=files.__getitem__)
    assert chosen_attack_head("auto", CARD, materials).card.tier == "static"
    with pytest.raises(WrongEmbedder):
        chosen_attack_head("model", CARD, materials)
    with pytest.raises(WrongEmbedder):
        chosen_attack_head("auto", CARD, Materials(model=OTHER, read_file=files.__getitem__))
    with pytest.raises(TierMissing):
        chosen_attack_head("auto", CARD, Materials.none())


@pytest.mark.parametrize("tier", ["static", "model"])
def test_the_heads_that_ship_know_what_they_are(tier):
    """Their cards hold the figures, on sources that did not train them."""
    card = msgspec.json.decode(weights(f"jailbreak-{tier}-card.json"), type=AttackCard)
    assert AttackHead(card, weights(card.weights)).card.tier == tier
    measured = card.report["with_vector"]
    assert measured["auroc"] >= 0.90
    assert measured["recall_at_fpr_1"] >= 0.35
    assert measured["fpr_at_default_over_defence"] <= 0.03
    assert len(card.table) == len(card.table_without_vector) > 5
