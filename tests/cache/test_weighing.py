"""A learned guard's arrays: read with suspicion, and added up."""

from __future__ import annotations

import io
import math

import numpy as np
import pytest

from tests.cache.weighings import BUCKETS, VECTORS, arrays, card, weighing, words
from wrp_cache.guard import RULES
from wrp_cache.marks import Pair, read
from wrp_cache.weighing import TRAITS, Weighing, load_weighing, packed
from wrp_signals.errors import WeightsDamaged, WrongEmbedder
from wrp_signals.head import Calibration

PAIR = Pair(read("How do I reset my password?"), read("How can I restore my password?"))
CLEAR = [None] * (1 + len(RULES))


def test_the_tree_decides():
    """Above its bar to the right, at or below it to the left; the network's score is half of the whole."""
    model = weighing()
    assert model.probability(PAIR, CLEAR, 0.95, VECTORS) == pytest.approx(1 / (1 + math.exp(-2)))
    assert model.probability(PAIR, CLEAR, 0.85, VECTORS) == pytest.approx(1 / (1 + math.exp(2)))
    assert model.probability(PAIR, CLEAR, math.nan, VECTORS) == 0.0


def test_the_vectors_count():
    """In either order, by what they have in common; what cannot be compared is as unlike as can be."""
    made = arrays(first=np.array([[[1.0], [1.0], [0.0], [0.0], [0.0]]], "<f2"))
    made["second"][0, 0] = -1.0
    model = Weighing(card(made), made, words())
    u, v = VECTORS
    apart = model.probability(PAIR, CLEAR, 0.95, (u, v))
    assert apart == model.probability(PAIR, CLEAR, 0.95, (v, u)) < 0.01
    assert model.probability(PAIR, CLEAR, 0.95, (u, u)) == pytest.approx(1 / (1 + math.exp(-2)))
    assert model.probability(PAIR, CLEAR, 0.95, (3 * u, 2 * v)) == pytest.approx(apart)
    for strange in (u * np.nan, u * 0, np.ones(3, np.float32)):
        assert model.probability(PAIR, CLEAR, 0.95, (u, strange)) == 0.0
        assert model.probability(PAIR, CLEAR, 0.95, (strange, u)) == 0.0


def test_calibration_and_offset():
    """The score over the temperature, plus both offsets; never beyond what exp can say."""
    model = Weighing(card(offset=1.0, calibration=Calibration(2.0, 0.5)), arrays(), words())
    assert model.probability(PAIR, CLEAR, 0.95, VECTORS) == pytest.approx(1 / (1 + math.exp(-1.75)))
    far = Weighing(card(offset=-1e6), arrays(), words())
    assert 0.0 <= far.probability(PAIR, CLEAR, 0.95, VECTORS) < 1e-20


def test_words_and_traits_add_up():
    """The linear model's sum is the last trait: trees may split on it."""
    dense = np.zeros(len(TRAITS) + 1, "<f4")
    dense[TRAITS.index("similarity")], dense[-1] = 2.0, -1.0
    spoken = np.full(BUCKETS, 0.5, "<f2")
    made = arrays(dense=dense, words=spoken, splits=np.array([[len(TRAITS)]], "<i2"), bars=np.array([[0.0]], "<f4"))
    made["last"] = np.array([[0.0, 2.0]], "<f4")
    model = Weighing(card(made), made, words())
    row = model.row(PAIR, CLEAR, 0.75)
    counted = (row[-1] - 0.5) / 0.5
    assert counted == round(counted) > 4
    assert model.probability(PAIR, CLEAR, 0.75, VECTORS) > 0.5


def test_there_and_back():
    """What is packed is loaded as it was, with its card; another window of the same embedder will do."""
    data = packed(card(), arrays())
    for embedder in ("minilm-test", "minilm-test@64", None):
        model = load_weighing(data, "guard.npz", embedder, words())
        assert model.card == card()
        assert model.probability(PAIR, CLEAR, 0.95, VECTORS) == weighing().probability(PAIR, CLEAR, 0.95, VECTORS)


def test_another_embedder():
    """Its vectors would mean something else. The message says what to run."""
    data = packed(card(), arrays())
    with pytest.raises(WrongEmbedder, match=r"trained on vectors of 'minilm-test', the embedder is 'other': run `wrp"):
        load_weighing(data, "guard.npz", "other", words())
    data = packed(card(table_of_words="older"), arrays())
    with pytest.raises(WrongEmbedder, match="the words of 'older', here are 'made-up-words'"):
        load_weighing(data, "guard.npz", None, words())
    data = packed(card(), arrays())
    assert load_weighing(data, "guard.npz", "minilm-test", words(), 2).card.dim == 2
    with pytest.raises(WrongEmbedder, match="trained on vectors of 2 numbers, here they have 384: run `wrp"):
        load_weighing(data, "guard.npz", "minilm-test", words(), 384)


def test_other_traits():
    """A guard of another version would read the wrong columns."""
    with pytest.raises(WeightsDamaged, match="another version"):
        load_weighing(packed(card(traits=TRAITS[:-1]), arrays()), "guard.npz", None, words())


def saved(**arrays_and_card: np.ndarray) -> bytes:
    file = io.BytesIO()
    np.savez(file, **arrays_and_card)
    return file.getvalue()


def test_another_digest():
    """Arrays that the card does not vouch for."""
    with np.load(io.BytesIO(packed(card(), arrays()))) as file:
        told = {name: file[name] for name in file.files}
    told["leaves"] = told["leaves"] + np.float32(1)
    with pytest.raises(WeightsDamaged, match="not those that its card describes: run `wrp train guard"):
        load_weighing(saved(**told), "guard.npz", None, words())


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"PK\x03\x04 no zip",
        packed(card(), arrays())[:-40],
        saved(leaves=np.zeros(2)),
        saved(card=np.frombuffer(b"{}", np.uint8)),
        saved(card=np.array([{"a": 1}], object)),
        saved(card=np.zeros((65 << 20,), np.uint8)),
    ],
    ids=["empty", "no zip", "cut", "no card", "an empty card", "pickled", "too large"],
)
def test_what_is_no_guard(data: bytes):
    """Is refused before anything of it is used; nothing is unpickled, nothing large is unpacked."""
    with pytest.raises(WeightsDamaged, match=r"guard.npz is no learned guard .*: run `wrp train guard"):
        load_weighing(data, "guard.npz", None, words())


@pytest.mark.parametrize(
    "changed",
    [
        {"words": np.zeros(63, "<f2")},
        {"words": np.zeros(64, "<f4")},
        {"dense": np.zeros(3, "<f4")},
        {"splits": np.zeros((1, 2), "<i2")},
        {"splits": np.array([[-1]], "<i2")},
        {"splits": np.array([[999]], "<i2")},
        {"bars": np.array([[np.nan]], "<f4")},
        {"leaves": np.array([[0.0, np.inf]], "<f4")},
        {"leaves": np.zeros((1, 3), "<f4")},
        {"last": np.zeros((1, 1), "<f4")},
        {"last": np.array([[np.nan, 0.0]], "<f4")},
        {"last": np.zeros(2, "<f4")},
        {"first": np.zeros((1, 7, 1), "<f2")},
        {"first": np.zeros((0, 5, 1), "<f2")},
        {"first": np.full((1, 5, 1), np.inf, "<f2")},
        {"second": np.zeros((1, 3, 1), "<f2")},
        {"second": np.zeros((2, len(TRAITS) + 3, 1), "<f2")},
        {"scale": np.zeros((2, 3), "<f4")},
        {"more": np.zeros(1, "<f4")},
    ],
)
def test_arrays_that_do_not_fit(changed: dict[str, np.ndarray]):
    """Shapes, types and numbers are looked at, even under a digest that is right."""
    made = arrays(**changed)
    with pytest.raises(WeightsDamaged):
        load_weighing(packed(card(made), made), "guard.npz", None, words())


@pytest.mark.parametrize("changed", [{"calibration": Calibration(0.0)}, {"calibration": Calibration(-1.0)}])
def test_a_card_that_says_nonsense(changed: dict[str, Calibration]):
    """A temperature that is not positive."""
    with pytest.raises(WeightsDamaged, match="out of range"):
        load_weighing(packed(card(**changed), arrays()), "guard.npz", None, words())
