"""What signals are built from: which tier a declaration gets, and what stands where there is nothing."""

import pytest

from wrp_signals import HashingEmbedder, Materials, TierMissing

STATIC, MODEL = HashingEmbedder(8), HashingEmbedder(16)


@pytest.mark.parametrize(
    ("materials", "choice", "tier"),
    [
        (Materials(STATIC, MODEL), "auto", "model"),
        (Materials(STATIC, MODEL, prefer="static"), "auto", "static"),
        (Materials(STATIC, MODEL), "static", "static"),
        (Materials(STATIC, MODEL, prefer="static"), "model", "model"),
        (Materials(static=STATIC), "auto", "static"),
        (Materials(model=MODEL, prefer="static"), "auto", "model"),
    ],
)
def test_a_declaration_gets_the_tier_it_asks_for(materials, choice, tier):
    """ "auto" gets the preferred one, or the only one there is."""
    assert materials.embedder(choice) == (tier, STATIC if tier == "static" else MODEL)


def test_the_embedders_that_are_there():
    """By tier."""
    assert Materials(STATIC, MODEL).embedders() == {"static": STATIC, "model": MODEL}
    assert Materials(model=MODEL).embedders() == {"model": MODEL}


@pytest.mark.parametrize(
    ("materials", "choice", "message"),
    [
        (Materials.none(), "auto", r"the model tier.*pip install 'wrp-router\[model\]'"),
        (Materials(prefer="static"), "auto", "the static embedding tier"),
        (Materials(model=MODEL), "static", "the static embedding tier"),
        (Materials(static=STATIC), "model", "pip install"),
    ],
)
def test_a_missing_tier_says_what_to_do(materials, choice, message):
    """No tier takes the place of one that was named."""
    with pytest.raises(TierMissing, match=message):
        materials.embedder(choice)


def test_without_a_house_there_are_no_loads_and_no_files():
    """Nothing is busy, nothing can be read."""
    none = Materials.none()
    assert none.load("any") == 0.0
    with pytest.raises(FileNotFoundError, match=r"head\.json"):
        none.read_file("head.json")
