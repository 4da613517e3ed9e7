"""The category of a request: by the trained head, or by the user's own examples."""

import msgspec
import numpy as np
import pytest

from wrp_signals import DomainSpec, HashingEmbedder, TierMissing, WeightsDamaged, WrongEmbedder
from wrp_signals.card import DOMAIN_CARD, domain_card, weights
from wrp_signals.domain import Domain, Head, scores_of, trained

HASHING = HashingEmbedder(512)
OWN = {"billing": ("refund my invoice", "pay the invoice"), "travel": ("book a flight to Rome", "my flight is late")}


class Renamed:
    """The hashing embedder under another name and width."""

    def __init__(self, id: str, dim: int = 384) -> None:
        self.id, self.dim, self.embed = id, dim, HashingEmbedder(dim).embed


@pytest.mark.parametrize(
    ("text", "category"),
    [
        ("Write a quicksort in Rust", "code"),
        ("hi, how are you today?", "conversation"),
        ("What is the time complexity of Dijkstra's algorithm?", "computer science"),
        ("Which enzyme unwinds the DNA double helix during replication?", "biology"),
        ("Find the eigenvalues of the matrix [[2, 1], [1, 2]].", "math"),
        ("Is a contract signed under duress enforceable?", "law"),
    ],
)
def test_the_shipped_head_knows_its_categories(ask, shipped, text, category):
    """Plain examples land where they belong, with a probability."""
    reading = DomainSpec().build(shipped).read(ask(text), shipped.embed([text])[0])
    assert reading.value == category
    assert 0.3 < reading.score <= 1.0
    assert reading.evidence[0].startswith("then ")


def test_probabilities_sum_to_one(shipped):
    """The head's scores are a distribution over its classes."""
    card = domain_card(weights(DOMAIN_CARD))
    scores = scores_of(trained(card, weights(card.weights), shipped), shipped.embed(["anything"])[0])
    assert scores.sum() == pytest.approx(1.0, abs=1e-5)


def test_doubt_is_called_other(ask):
    """Below `unknown_below` the value is "other", and the evidence still says what it might be."""
    vector = HASHING.embed(["refund the invoice"])[0]
    sure = DomainSpec(categories=OWN).build(HASHING).read(ask("refund the invoice"), vector)
    unsure = DomainSpec(categories=OWN, unknown_below=0.999).build(HASHING).read(ask("refund the invoice"), vector)
    assert sure.value == "billing"
    assert (unsure.value, unsure.score) == ("other", sure.score)
    assert unsure.evidence[0].startswith("billing at ")


def test_declared_categories_need_no_training(ask):
    """The middle of a category's examples decides; one category alone has no runner-up."""
    signal = DomainSpec(categories=OWN).build(HASHING)
    assert signal.read(ask("book my flight"), HASHING.embed(["book my flight"])[0]).value == "travel"
    only = DomainSpec(categories={"all": ("x y",)}).build(HASHING)
    assert only.read(ask("x y"), HASHING.embed(["x y"])[0]).evidence == ()


@pytest.mark.parametrize("vector", [np.full(512, np.nan), -HASHING.embed(OWN["billing"]).mean(0)])
def test_no_likeness_at_all_is_other(ask, vector):
    """NaN, or pointing away from everything."""
    own = {"billing": OWN["billing"]}
    assert DomainSpec(categories=own).build(HASHING).read(ask("x"), vector.astype(np.float32)).value == "other"


def test_empty_texts_are_other(ask):
    """No words, no category."""
    reading = DomainSpec(categories=OWN).build(HASHING).read(ask(""), HASHING.embed([""])[0])
    assert (reading.value, reading.score, reading.evidence) == ("other", 0.0, ("empty text",))


def test_the_head_refuses_vectors_of_another_embedder():
    """The error says what to run; another window of the same model is accepted."""
    with pytest.raises(WrongEmbedder, match=r"train_domain\.py"):
        DomainSpec().build(HASHING)
    card = domain_card(weights(DOMAIN_CARD))
    assert trained(card, weights(card.weights), Renamed(f"{card.embedder}@128")).classes == card.classes


def test_a_changed_head_is_refused(shipped):
    """Weights other than the card's are damaged."""
    card = domain_card(weights(DOMAIN_CARD))
    with pytest.raises(WeightsDamaged, match=card.weights):
        trained(card, b"\0" * 16, shipped)


def test_without_an_embedder_it_cannot_be_built():
    """The error says what to install."""
    with pytest.raises(TierMissing, match="pip install"):
        DomainSpec().build(None)


def test_categories_need_names_and_examples():
    """An empty name or no examples is refused when read."""
    for bad in ({"": ["x"]}, {"a": []}):
        with pytest.raises(msgspec.ValidationError):
            msgspec.convert({"kind": "domain", "categories": bad}, DomainSpec)


def test_long_names_still_fit_the_evidence(ask):
    """Names are cut where they stand in evidence, never in the value."""
    name = "n" * 500
    head = Head((name, "b"), np.eye(2, dtype=np.float32), np.zeros(2, np.float32), True)
    reading = Domain(head, 0.99).read(ask("x"), np.array([1.0, 0.0], np.float32))
    assert all(len(line) <= 80 for line in reading.evidence)
    assert Domain(head).read(ask("x"), np.array([1.0, 0.0], np.float32)).value == name
