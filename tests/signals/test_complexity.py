"""How hard a request is: a probability, by the head that ships or the user's own."""

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.signals.linear_heads import linear_files, path_of
from wrp_signals import (
    ComplexitySpec,
    HashingEmbedder,
    Materials,
    Message,
    RequestView,
    TierMissing,
    WeightsDamaged,
    WrongEmbedder,
)
from wrp_signals.static import static_embedder

EMBEDDER = HashingEmbedder(32)
PATH = path_of("complexity")
FILES = linear_files("complexity", EMBEDDER)
MATERIALS = Materials(model=EMBEDDER, read_file=FILES.__getitem__)
OWN = ComplexitySpec(head=PATH).build(MATERIALS)
EASY = "hi, how are you today?"
HARD = (
    "Let $X$ be a compact Riemann surface of genus 3 and $f$ an automorphism of order 7. Determine which of the "
    "following is the number of fixed points of $f$."
)


@pytest.fixture(scope="module")
def tiers(shipped):
    """Both shipped embedders."""
    return Materials(static=static_embedder(), model=shipped)


@pytest.mark.parametrize("tier", ["static", "model"])
def test_the_shipped_heads_tell_plain_cases_apart(tiers, ask, tier):
    """Small talk is easier than a question of a graduate's exam."""
    signal, embedder = ComplexitySpec(tier=tier).build(tiers), getattr(tiers, tier)
    assert signal.tier == tier
    easy, hard = (signal.read(ask(text), embedder.embed([text])[0]) for text in (EASY, HARD))
    assert easy.value < 0.45
    assert hard.value > 0.55
    assert (hard.score, hard.evidence) == (hard.value, ())


@given(st.text(st.characters(codec=None, categories=None), max_size=300))
def test_any_text_gets_a_probability(text):
    """Value and score are the same number within [0, 1]; nothing asked is 0."""
    view = RequestView("chat", "m", (Message("user", text),))
    reading = OWN.read(view, EMBEDDER.embed([text])[0])
    assert type(reading.value) is float
    assert 0.0 <= reading.value <= 1.0
    assert reading.score == reading.value
    assert (reading.evidence == ("empty text",)) == (not text.strip())


def test_nothing_said_is_easy(ask):
    """No words, no doubt; the evidence says why."""
    for text in ("", " \n"):
        reading = OWN.read(ask(text), EMBEDDER.embed([text])[0])
        assert (reading.value, reading.score, reading.evidence) == (0.0, 0.0, ("empty text",))


def test_vectors_that_are_no_numbers_are_easy(ask):
    """NaN is pulled to 0, never passed on."""
    assert OWN.read(ask("x"), np.full(32, np.nan, np.float32)).value == 0.0


def test_it_wants_a_vector(ask):
    """A caller that passes none has made a mistake."""
    with pytest.raises(ValueError, match="wants the vector"):
        OWN.read(ask("x"), None)


def test_vectors_of_another_embedder_are_refused():
    """The error says what to run."""
    with pytest.raises(WrongEmbedder, match="`wrp train complexity --data DATA --out DIR --tier model`"):
        ComplexitySpec().build(Materials(model=EMBEDDER))


def test_auto_reads_the_tier_that_its_head_knows():
    """An embedder of one's own at `model`: the shipped head of the static tier is taken."""
    signal = ComplexitySpec().build(Materials(static=static_embedder(), model=EMBEDDER))
    assert signal.tier == "static"


def test_a_head_of_another_signal_is_refused():
    """And a file that is missing."""
    domain = linear_files("domain", EMBEDDER)
    for files, message in ((domain, "a head for 'domain'"), ({}, "absent")):
        path = path_of("domain") if files else "absent"
        materials = Materials(model=EMBEDDER, read_file=files.__getitem__) if files else Materials(model=EMBEDDER)
        with pytest.raises(WeightsDamaged, match=message):
            ComplexitySpec(head=path).build(materials)


def test_without_an_embedder_it_cannot_be_built():
    """The error says what to install."""
    with pytest.raises(TierMissing, match="pip install"):
        ComplexitySpec().build(Materials.none())


@pytest.mark.parametrize("bad", [{"tier": "none"}, {"head": ""}, {"threshold": 0.5}])
def test_declarations_are_strict(bad):
    """Unknown tiers, empty paths and unknown keys are refused when read."""
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert({"kind": "complexity", **bad}, ComplexitySpec)
