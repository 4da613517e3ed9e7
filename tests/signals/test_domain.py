"""The category of a request: by the trained head, or by the user's own examples."""

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.signals.linear_heads import linear_files, path_of
from wrp_signals import (
    BadVector,
    DomainSpec,
    HashingEmbedder,
    Materials,
    Message,
    RequestView,
    TierMissing,
    WeightsDamaged,
    WrongEmbedder,
)
from wrp_signals.domain import Domain
from wrp_signals.ranking import Ranking
from wrp_signals.static import static_embedder

HASHING = HashingEmbedder(512)
CLASSES = ("history", "law", "math")
PATH = path_of("domain")
MATERIALS = Materials(static=HASHING, read_file=linear_files("domain", HASHING, CLASSES, tier="static").__getitem__)
TRAINED = DomainSpec(head=PATH).build(MATERIALS)
OWN = {"billing": ("refund my invoice", "pay the invoice"), "travel": ("book a flight to Rome", "my flight is late")}


class Renamed:
    """The static embedder under another name."""

    def __init__(self, id: str) -> None:
        static = static_embedder()
        self.id, self.dim, self.embed = id, static.dim, static.embed


class Fixed:
    """A head that always answers the same."""

    def __init__(self, classes, ranking):
        self.classes = classes
        self._answer = ranking

    def answer(self, vector, text):
        return self._answer


@pytest.fixture(scope="module")
def tiers(shipped):
    """Both shipped embedders."""
    return Materials(static=static_embedder(), model=shipped)


@pytest.mark.parametrize("tier", ["static", "model"])
@pytest.mark.parametrize(
    ("text", "category"),
    [
        ("Write a quicksort in Rust", "code"),
        ("hi, how are you today?", "conversation"),
        ("What is the time complexity of Dijkstra's algorithm?", "computer science"),
        ("How do mutations in a population of finches spread by natural selection?", "biology"),
        ("Find the eigenvalues of the matrix [[2, 1], [1, 2]].", "math"),
        ("Is a contract signed under duress enforceable?", "law"),
    ],
)
def test_the_shipped_heads_know_their_categories(ask, tiers, tier, text, category):
    """Plain examples land where they belong, with a probability."""
    signal = DomainSpec(tier=tier).build(tiers)
    reading = signal.read(ask(text), getattr(tiers, tier).embed([text])[0])
    assert (signal.tier, reading.value) == (tier, category)
    assert 0.3 < reading.score <= 1.0
    assert reading.evidence[0].startswith("then ")


@given(st.text(st.characters(codec=None, categories=None), max_size=200))
def test_a_trained_heads_score_is_the_best_of_a_distribution(text):
    """At least its share, at most 1; the runner-up is at most as likely."""
    reading = TRAINED.read(RequestView("chat", "m", (Message("user", text),)), HASHING.embed([text])[0])
    if not text.strip():
        assert reading.evidence == ("empty text",)
        return
    assert reading.value in CLASSES
    assert 1 / 3 - 1e-6 <= reading.score <= 1.0
    assert float(reading.evidence[0].rpartition(" ")[2]) <= min(reading.score, 1 - reading.score) + 0.01


def test_doubt_is_called_other(ask):
    """Below `unknown_below` the value is "other", and the evidence still says what it might be."""
    vector = HASHING.embed(["refund the invoice"])[0]
    sure = DomainSpec(categories=OWN).build(MATERIALS).read(ask("refund the invoice"), vector)
    unsure = DomainSpec(categories=OWN, unknown_below=1.0).build(MATERIALS).read(ask("refund the invoice"), vector)
    assert sure.value == "billing"
    assert (unsure.value, unsure.score) == ("other", sure.score)
    assert unsure.evidence[0].startswith("billing at ")


def test_declared_categories_need_no_training(ask):
    """A head fitted to the examples decides; one category alone has no runner-up."""
    signal = DomainSpec(categories=OWN).build(MATERIALS)
    assert signal.read(ask("book my flight"), HASHING.embed(["book my flight"])[0]).value == "travel"
    only = DomainSpec(categories={"all": ("x y",)}).build(MATERIALS)
    assert only.read(ask("x y"), HASHING.embed(["x y"])[0]).evidence == ()


@pytest.mark.parametrize("vector", [np.full(512, np.nan), -HASHING.embed(OWN["billing"]).mean(0)])
def test_no_likeness_at_all_is_other(ask, vector):
    """NaN, or pointing away from everything."""
    own = {"billing": OWN["billing"]}
    assert DomainSpec(categories=own).build(MATERIALS).read(ask("x"), vector.astype(np.float32)).value == "other"


def test_empty_texts_are_other(ask):
    """No words, no category."""
    reading = DomainSpec(categories=OWN).build(MATERIALS).read(ask(""), HASHING.embed([""])[0])
    assert (reading.value, reading.score, reading.evidence) == ("other", 0.0, ("empty text",))


def test_examples_that_cancel_out_are_refused():
    """A category needs a middle."""

    class Opposed:
        """Every second text is the opposite of the first."""

        id, dim = "opposed", 4

        def embed(self, texts):
            return np.array([[(-1.0) ** n, 0, 0, 0] for n in range(len(texts))], np.float32)

    with pytest.raises(BadVector):
        DomainSpec(categories={"a": ("x", "y")}).build(Materials(static=Opposed()))


def test_it_wants_a_vector(ask):
    """A caller that passes none has made a mistake."""
    with pytest.raises(ValueError, match="wants the vector"):
        TRAINED.read(ask("x"), None)


def test_the_head_refuses_vectors_of_another_embedder():
    """The error says what to run; another window of the same model is accepted."""
    with pytest.raises(WrongEmbedder, match="`wrp train domain --data DATA --out DIR --tier static`"):
        DomainSpec().build(Materials(static=HASHING))
    same = Renamed(f"{static_embedder().id}@128")
    assert DomainSpec().build(Materials(static=same)).tier == "static"


def test_auto_reads_the_tier_that_its_head_knows():
    """An embedder of one's own at `model`: the shipped head of the static tier is taken, unless `model` is named."""
    materials = Materials(static=static_embedder(), model=HASHING)
    assert DomainSpec().build(materials).tier == "static"
    with pytest.raises(WrongEmbedder, match="`wrp train domain"):
        DomainSpec(tier="model").build(materials)


def test_a_changed_head_is_refused():
    """Weights other than the card's, a missing file, and the head of another signal."""
    files = linear_files("domain", HASHING, CLASSES)
    hard = {PATH: linear_files("complexity", HASHING)[path_of("complexity")]}
    for found in ({**files, "heads/domain.bin": b"\0" * 16}, hard):
        with pytest.raises(WeightsDamaged, match="`wrp train domain"):
            DomainSpec(head=PATH).build(Materials(static=HASHING, read_file=found.__getitem__))
    with pytest.raises(WeightsDamaged, match="`wrp train domain"):
        DomainSpec(head=PATH).build(Materials(static=HASHING))


def test_without_an_embedder_it_cannot_be_built():
    """The error says what to install."""
    with pytest.raises(TierMissing, match="pip install"):
        DomainSpec().build(Materials.none())


def test_categories_need_names_and_examples():
    """An empty name or no examples is refused when read."""
    for bad in ({"": ["x"]}, {"a": []}):
        with pytest.raises(msgspec.ValidationError):
            msgspec.convert({"kind": "domain", "categories": bad}, DomainSpec)


def test_long_names_still_fit_the_evidence(ask):
    """Names are cut where they stand in evidence, never in the value."""
    name = "n" * 500
    head = Fixed((name, "b"), Ranking(0, 1, 0.3, 0.7))
    reading = Domain(head, "model", 0.99).read(ask("x"), np.zeros(2, np.float32))
    assert all(len(line) <= 80 for line in reading.evidence)
    assert Domain(head, "model").read(ask("x"), np.zeros(2, np.float32)).value == name


@pytest.mark.parametrize(("sure", "value", "score"), [(0.0, "other", 0.0), (np.nan, "other", 0.0), (2.0, "a", 1.0)])
def test_scores_are_pulled_into_range(ask, sure, value, score):
    """Nothing sure is "other", whatever the bar; NaN is nothing."""
    reading = Domain(Fixed(("a",), Ranking(0, 0, 1.0, sure)), "model").read(ask("x"), np.zeros(2, np.float32))
    assert (reading.value, reading.score) == (value, score)
