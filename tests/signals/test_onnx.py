"""The model tier: checked before loading, unit rows, one text one vector whatever it is batched with."""

import sys
import threading

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wrp_signals import BadVector, TierMissing, WeightsDamaged
from wrp_signals.card import EXPORTED_CARD, embedder_card
from wrp_signals.onnx import BATCH, TOKENS, OnnxEmbedder, agreement, batches, clean, exported, minilm

QUESTIONS = ["How can I cancel my order?", "I want to cancel an order, how?", "Which planet is the largest?"]


def test_meaning_is_near_and_other_meaning_is_not(shipped):
    """A paraphrase is nearer than another question."""
    a, b, c = shipped.embed(QUESTIONS)
    assert a @ b > 0.8 > 0.3 > a @ c


def test_a_vector_does_not_depend_on_its_batch(shipped):
    """Alone or among long texts: the same to 1e-5, in the order asked."""
    texts = [*QUESTIONS, "long " * 300, "", "naïve 中文 🙂", *["filler text"] * 40]
    together = shipped.embed(texts)
    alone = np.vstack([shipped.embed([text]) for text in texts])
    assert np.allclose(together, alone, atol=1e-5)


@pytest.mark.parametrize("text", ["", " ", "\ud800", "\0", "a" * 1_000_000, "中" * 100_000, "🙂" * 500])
def test_every_text_has_a_finite_unit_vector(shipped, text):
    """Empty, broken and huge texts too."""
    row = shipped.embed([text])[0]
    assert row.dtype == np.float32
    assert np.linalg.norm(row) == pytest.approx(1.0, abs=1e-5)


def test_no_texts_no_rows(shipped):
    """An empty batch has the right shape."""
    assert shipped.embed([]).shape == (0, shipped.dim)


def test_the_window_is_the_first_tokens(shipped):
    """What comes after the window changes nothing."""
    begin = "word " * 300
    assert np.array_equal(shipped.embed([begin])[0], shipped.embed([begin + "something else entirely"])[0])


def test_another_window_is_another_id(files):
    """Vectors of two windows never meet by accident."""
    small = minilm(*files, max_tokens=64)
    assert small.id == f"{embedder_card(files[0]).id}@64"


@pytest.mark.parametrize("window", [0, 31, 513])
def test_a_window_the_model_cannot_have_is_refused(files, window):
    """Too short for the probe, or beyond the positions it knows."""
    with pytest.raises(ValueError, match="32 to 512"):
        minilm(*files, max_tokens=window)


def test_threads_may_share_an_embedder(shipped):
    """Concurrent calls give what single calls give."""
    expected = shipped.embed(QUESTIONS)
    results = []
    threads = [threading.Thread(target=lambda: results.append(shipped.embed(QUESTIONS))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all(np.array_equal(result, expected) for result in results)
    assert len(results) == 4


@pytest.mark.parametrize("which", [1, 2])
def test_a_changed_file_is_refused_before_it_is_loaded(files, which):
    """Model and tokenizer are checked against their card."""
    changed = [*files]
    changed[which] = changed[which][:-1] + b"\0"
    with pytest.raises(WeightsDamaged, match="sha256"):
        minilm(*changed)


def test_a_machine_that_computes_other_vectors_is_refused(files):
    """The card holds what a probe must embed to."""
    card = files[0].replace(b'"probe": "Which server', b'"probe": "No server')
    with pytest.raises(BadVector, match="other vectors"):
        minilm(card, *files[1:])


def test_an_exported_folder(files):
    """Its card names the files beside it; what is missing or no card says what to run."""
    facts = embedder_card(files[0])
    folder = {f"here/{EXPORTED_CARD}": files[0], f"here/{facts.model}": files[1], f"here/{facts.tokenizer}": files[2]}

    def read(path):
        if path not in folder:
            raise FileNotFoundError(path)
        return folder[path]

    assert exported("here", read).id == facts.id
    folder["broken/card.json"] = b"{}"
    for name in ("nowhere", "broken"):
        with pytest.raises(TierMissing, match=f"wrp train embedding --export NAME --out {name}"):
            exported(name, read)


def test_exact_kernels_agree_with_the_card(files):
    """The slower kernels, for processors without VNNI, give the same vectors."""
    embedder = OnnxEmbedder(files[1], files[2], "exact", exact=True)
    assert agreement(embedder, embedder_card(files[0])) > 0.99999


def test_a_missing_library_says_what_to_install(files, monkeypatch):
    """Without tokenizers the tier is missing, not broken."""
    monkeypatch.setitem(sys.modules, "tokenizers", None)
    with pytest.raises(TierMissing, match=r"tokenizers.*pip install 'wrp-router\[model\]'"):
        minilm(*files)


@given(st.lists(st.integers(2, 256), max_size=200))
def test_batches_hold_every_text_once_within_bounds(lengths):
    """Bounded rows and padded tokens, unless a single text is larger."""
    found = list(batches(lengths))
    assert sorted(index for batch in found for index in batch) == list(range(len(lengths)))
    for batch in found:
        assert len(batch) <= BATCH
        assert len(batch) == 1 or len(batch) * max(lengths[i] for i in batch) <= TOKENS


@given(st.text())
def test_cleaning_changes_nothing_that_is_unicode(text):
    """Only lone surrogates are replaced."""
    assert clean(text) == text
    assert clean(text + "\udc80") == text + "?"
