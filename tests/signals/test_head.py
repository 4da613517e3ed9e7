"""Learned heads: the arithmetic of their parts, honest probabilities, damaged files and foreign vectors refused."""

import hashlib
import json

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.signals.linear_heads import BUCKETS, HARD, arrays, linear_files, packed, path_of
from wrp_signals import HashingEmbedder, Materials, TierMissing, WeightsDamaged, WrongEmbedder
from wrp_signals.grams import Wording, form_of, grams_of
from wrp_signals.head import Calibration, LinearHead, chosen_head, head_card, load_head, parts_of, remedy

EMBEDDER = HashingEmbedder(16)
THREE = ("a", "b", "c")
PATH = path_of("mood")
TEXTS = st.text(st.characters(codec=None, categories=None), max_size=200)


class Renamed:
    """The hashing embedder under another name."""

    def __init__(self, id, dim=16):
        self.id, self.dim, self.embed = id, dim, HashingEmbedder(dim).embed


def head(classes=THREE, embedder=EMBEDDER, **changes):
    """A head of the signal `mood`, through its files."""
    return load_head("mood", PATH, linear_files("mood", EMBEDDER, classes, **changes).__getitem__, embedder)


def changed(**fields):
    """The files with fields of the card's JSON replaced."""
    files = linear_files("mood", EMBEDDER, THREE)
    return {**files, PATH: json.dumps(json.loads(files[PATH]) | fields).encode()}


HEADS = {classes: head(classes, calibration=Calibration(0.5, 0.1)) for classes in (HARD, THREE)}


@pytest.mark.parametrize("classes", HEADS)
@given(TEXTS)
def test_probabilities_sum_to_one(classes, text):
    """One for each class, none negative, whatever the text."""
    chances = HEADS[classes].probabilities(EMBEDDER.embed([text])[0], Wording(text))
    assert chances.shape == (len(classes),)
    assert chances.dtype == np.float32
    assert float(chances.sum()) == pytest.approx(1.0, abs=1e-5)
    assert (chances >= 0).all()


@given(TEXTS, st.floats(-1e6, 1e6))
def test_extreme_scores_stay_probabilities(text, push):
    """No overflow, however far the bias."""
    for classes in (HARD, THREE):
        parts = {"bias": np.full(1 if classes == HARD else 3, push)}
        parts["bias"][0] += push
        chances = head(classes, parts=parts).probabilities(EMBEDDER.embed([text])[0], Wording(text))
        assert float(chances.sum()) == pytest.approx(1.0, abs=1e-5)


@given(TEXTS)
def test_scores_are_the_sum_of_the_parts(text):
    """Vector, grams and form, each through its array, with the bias; then divided by the temperature, plus offset."""
    files = linear_files("mood", EMBEDDER, THREE)
    card = head_card(files[PATH], PATH)
    stored = parts_of(card, files["heads/mood.bin"])
    parts = {part.name: stored[part.name] * np.float32(part.scale) for part in card.parts}
    vector = EMBEDDER.embed([text])[0]
    indices, weight = grams_of(text, BUCKETS)
    expected = parts["rows"] @ vector + parts["form"] @ form_of(text) + weight @ parts["grams"][indices] + parts["bias"]
    assert np.allclose(head().scores(vector, Wording(text)), expected, atol=1e-4)
    calibrated = head(calibration=Calibration(2.0, 0.3)).scores(vector, Wording(text))
    assert np.allclose(calibrated, expected / 2.0 + 0.3, atol=1e-4)


@pytest.mark.parametrize("name", ["rows", "bias", "grams", "form"])
def test_each_part_may_stand_alone(name):
    """What is missing counts nothing."""
    vector = EMBEDDER.embed(["one two"])[0]
    alone = head(parts={name: arrays(16, 3)[name]}).scores(vector, Wording("one two"))
    without = head(parts={n: a for n, a in arrays(16, 3).items() if n != name}).scores(vector, Wording("one two"))
    assert np.allclose(alone + without, head().scores(vector, Wording("one two")), atol=1e-4)


def test_without_a_vector_words_decide():
    """A head of tier "none" needs no embedder, and has no rows."""
    parts = {name: array for name, array in arrays(16, 3).items() if name != "rows"}
    wordy = head(embedder=None, tier="none", parts=parts)
    assert wordy.probabilities(None, Wording("x")).sum() == pytest.approx(1.0, abs=1e-5)
    assert np.array_equal(
        head(parts={"rows": arrays(16, 3)["rows"]}).scores(None, Wording("x")), np.zeros(3, np.float32)
    )


def test_characters_are_read_where_the_card_says_so():
    """Without them a head sees whole words only."""
    vector = EMBEDDER.embed(["word"])[0]
    for characters in (True, False):
        only = head(characters=characters, parts={"grams": arrays(16, 3)["grams"]})
        same = np.array_equal(only.scores(vector, Wording("word")), only.scores(vector, Wording("(word!")))
        assert same is not characters


@given(st.data())
def test_any_changed_byte_is_refused(data):
    """Of the weights: their digest is another. Cut short or longer too."""
    files = linear_files("mood", EMBEDDER, THREE)
    good = files["heads/mood.bin"]
    place = data.draw(st.integers(0, len(good) - 1))
    bad = data.draw(
        st.sampled_from([good[:place], good + b"\0", bytes([*good[:place], good[place] ^ 1, *good[place + 1 :]])])
    )
    with pytest.raises(WeightsDamaged, match=r"sha256.*`wrp train mood"):
        load_head("mood", PATH, {**files, "heads/mood.bin": bad}.__getitem__, EMBEDDER)


@given(st.binary(max_size=200))
def test_what_is_no_card_is_refused(data):
    """Any bytes: the error names the file and what to run."""
    with pytest.raises(WeightsDamaged, match=r"mood-card\.json is not the card of a head.*`wrp train mood"):
        load_head("mood", PATH, {PATH: data}.__getitem__, EMBEDDER)


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"signal": "domain"}, "a head for 'domain', not for 'mood'"),
        ({"tier": "cloud"}, "not the card of a head"),
        ({"classes": ["a", "b", "c", "d"]}, r"rows is \(3, 16\), not finite \(4, 16\)"),
        ({"dim": 17}, "vectors of 17 numbers, the embedder gives 16"),
        ({"classes": ["a"]}, "1 classes"),
        ({"calibration": {"temperature": 0.0}}, "temperature 0"),
        ({"buckets": 128}, r"grams is \(256, 3\)"),
        ({"buckets": 255}, "255 buckets are no power of two"),
        ({"parts": [{"name": "rows", "dtype": "f4", "shape": [3, 9_999]}]}, "rows .* is not in the file"),
        ({"parts": [{"name": "rows", "dtype": "f4", "shape": [3, 10**30]}]}, "rows .* is not in the file"),
        ({"parts": [{"name": "rows", "dtype": "f4", "shape": [0, 16]}]}, "rows .* is not in the file"),
        ({"parts": [{"name": "rows", "dtype": "f4", "shape": [-1, -1]}]}, "rows .* is not in the file"),
        ({"parts": [{"name": "rows", "dtype": "f4", "shape": []}]}, "rows .* is not in the file"),
        ({"parts": [{"name": "rows", "dtype": "f8", "shape": [3, 16]}]}, "not the card of a head"),
        ({"parts": [{"name": "code", "dtype": "f4", "shape": [3, 16]}]}, "not the card of a head"),
    ],
)
def test_a_card_that_does_not_fit_is_refused(fields, message):
    """The field is named."""
    with pytest.raises(WeightsDamaged, match=message):
        load_head("mood", PATH, changed(**fields).__getitem__, EMBEDDER)


@pytest.mark.parametrize("number", [np.nan, np.inf, -np.inf])
def test_numbers_that_are_not_finite_are_refused(number):
    """Whatever the digest says."""
    data, parts = packed({"bias": np.array([0.0, number, 0.0])})
    fields = {"parts": msgspec.to_builtins(parts), "sha256": hashlib.sha256(data).hexdigest()}
    with pytest.raises(WeightsDamaged, match="bias"):
        load_head("mood", PATH, {**changed(**fields), "heads/mood.bin": data}.__getitem__, EMBEDDER)


def test_missing_files_are_refused():
    """The error says what to run."""
    with pytest.raises(WeightsDamaged, match=r"mood-card\.json: run `wrp train mood --data DATA --out DIR"):
        chosen_head("mood", "auto", PATH, Materials(model=EMBEDDER))


def test_another_embedders_vectors_are_refused():
    """The error names both, and says what to run for which tier; no embedder at all is another too."""
    for other, name in ((Renamed("else"), "'else'"), (None, "''")):
        with pytest.raises(WrongEmbedder, match=r"`wrp train mood .* --tier model`") as raised:
            head(embedder=other)
        assert f"'hashing-16', the embedder is {name}" in str(raised.value)
    assert remedy("mood", "static") == "`wrp train mood --data DATA --out DIR --tier static`"


@given(st.integers(1, 4_096))
def test_another_window_of_the_same_model_is_accepted(tokens):
    """`id@tokens` changes the vectors of long texts only."""
    assert isinstance(head(embedder=Renamed(f"hashing-16@{tokens}")), LinearHead)


def test_weights_lie_beside_their_card():
    """In whichever folder, or none."""
    for folder in ("", "a/b/"):
        files = linear_files("mood", EMBEDDER, THREE, folder=folder)
        assert load_head("mood", path_of("mood", folder), files.__getitem__, EMBEDDER).classes == THREE


@pytest.mark.parametrize(("fits", "prefer"), [("static", "model"), ("model", "static")])
def test_auto_takes_the_other_tier_where_the_head_fits_only_that(fits, prefer):
    """Named tiers are kept to; without the other embedder the first error stands."""
    read = linear_files("mood", EMBEDDER, THREE, tier=fits).__getitem__
    both = Materials(**{fits: EMBEDDER, prefer: Renamed("else")}, prefer=prefer, read_file=read)
    assert chosen_head("mood", "auto", PATH, both)[0] == fits
    assert chosen_head("mood", fits, PATH, both)[0] == fits
    for materials, tier in ((both, prefer), (Materials(**{prefer: Renamed("else")}, read_file=read), "auto")):
        with pytest.raises(WrongEmbedder, match="`wrp train mood"):
            chosen_head("mood", tier, PATH, materials)


def test_auto_takes_the_preferred_tier_where_the_head_fits():
    """And without any embedder says what to install."""
    both = Materials(EMBEDDER, EMBEDDER, "static", read_file=linear_files("mood", EMBEDDER, THREE).__getitem__)
    assert chosen_head("mood", "auto", PATH, both)[0] == "static"
    with pytest.raises(TierMissing, match="pip install"):
        chosen_head("mood", "auto", PATH, Materials.none())
