"""From a model's folder to an embedder of the model tier."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("onnx", reason="NOT TESTED: pip install 'wrp-router[export]'")
pytest.importorskip("safetensors", reason="NOT TESTED: pip install 'wrp-router[export]'")

from tests.signals.training.bert import DIM, TEXTS, save, tensors, vectors
from wrp_signals import TierMissing
from wrp_signals.onnx import exported
from wrp_signals.training.checkpoint import NotExportable
from wrp_signals.training.export import calibration_texts, export, folder_of, library, likeness


def own(folder, texts):
    """The library's vectors, without the library."""
    return vectors(tensors(), texts)


def read(path):
    return Path(path).read_bytes()


def test_an_exported_model_is_an_embedder(tmp_path):
    """It loads by its card, near the library's vectors; progress is told; the card says how near."""
    told = []
    card = export(str(save(tmp_path / "Small Model")), tmp_path / "out", TEXTS, lambda *step: told.append(step), own)
    embedder = exported(str(tmp_path / "out"), read)
    assert embedder.id == card.id
    assert card.id.startswith("small-model-int8-")
    assert (card.source, card.dim, embedder.dim) == ("Small Model", DIM, DIM)
    assert (embedder.embed(TEXTS) * vectors(tensors(), TEXTS)).sum(1).min() > 0.99
    assert card.fidelity_to_fp32["cosine_mean"] > 0.99
    assert [told[0], told[-1]] == [("reading the model", 0.0), ("written", 1.0)]
    assert [share for _, share in told] == sorted(share for _, share in told)


def test_exports_are_reproducible(tmp_path):
    """The same model and texts give the same bytes."""
    name = str(save(tmp_path / "m"))
    cards = [export(name, tmp_path / out, TEXTS, reference=own) for out in ("a", "b")]
    assert cards[0] == cards[1]
    assert read(tmp_path / "a/model.onnx") == read(tmp_path / "b/model.onnx")


def test_a_graph_that_is_not_the_model_is_refused(tmp_path):
    """Found by comparing with the library, before anything is written."""
    with pytest.raises(NotExportable, match="other vectors than sentence-transformers"):
        export(str(save(tmp_path / "m")), tmp_path / "out", TEXTS, reference=lambda _, texts: -own(_, texts))
    with pytest.raises(NotExportable, match="other vectors"):
        export(str(tmp_path / "m"), tmp_path / "out", TEXTS, reference=lambda _, texts: own(_, texts)[:, :4])
    assert not (tmp_path / "out").exists()


def test_a_model_that_cannot_bear_int8_is_refused(tmp_path):
    """One word far larger than all calibration has seen."""
    wild = tensors()
    wild["embeddings.LayerNorm.weight"] = wild["embeddings.LayerNorm.weight"].copy()
    texts = ["hello"] * 4 + ["hello"] * 5
    wild["embeddings.word_embeddings.weight"] = np.zeros_like(wild["embeddings.word_embeddings.weight"])
    wild["embeddings.word_embeddings.weight"][12] = 1.0
    texts[::5] = ["where is my parcel"] * len(texts[::5])
    wild["embeddings.word_embeddings.weight"][4:8] = 50 * np.random.default_rng(1).normal(size=(4, DIM))
    wild["embeddings.LayerNorm.weight"] *= 30
    with pytest.raises(NotExportable, match="loses too much in int8"):
        export(str(save(tmp_path / "m", wild)), tmp_path / "out", texts, reference=lambda *_: None)


def test_where_models_come_from(tmp_path):
    """A folder, or the hub; here there is none of that name."""
    assert folder_of(str(tmp_path)) == tmp_path
    with pytest.raises(NotExportable, match="is no folder, and cannot be downloaded"):
        folder_of("no such/model at all")


def test_a_missing_library_is_named(tmp_path):
    """With what to install."""

    def reference(folder, texts):
        raise ImportError("no", name="onnx")

    with pytest.raises(TierMissing, match=r"export needs onnx: pip install 'wrp-router\[export\]'"):
        export(str(save(tmp_path / "m")), tmp_path / "out", TEXTS, reference=reference)


def test_the_built_in_texts(tmp_path):
    """Enough to calibrate with, of many kinds, none twice."""
    texts = calibration_texts()
    assert len(texts) == len(set(texts)) >= 50
    assert sum(not text.isascii() for text in texts) >= 6
    card = export(str(save(tmp_path / "m")), tmp_path / "out", reference=own)
    assert card.calibration == f"{len(texts) - len(texts[::5])} texts"


def test_likeness_is_exact_for_the_same(tmp_path):
    """Cosine 1, no error."""
    rows = vectors(tensors(), TEXTS[:3])
    same = likeness(rows, rows)
    assert (same["texts"], same["similarity_error_max"]) == (3, 0.0)
    assert same["cosine_min"] == pytest.approx(1.0, abs=1e-4)


def test_the_library_is_asked_where_it_is_there(tmp_path):
    """And gives unit vectors."""

    class Kind:
        def __init__(self, folder, device):
            assert (Path(folder), device) == (tmp_path, "cpu")

        def encode(self, texts, normalize_embeddings, show_progress_bar):
            assert normalize_embeddings
            assert not show_progress_bar
            return np.eye(len(texts))

    found = library(tmp_path, TEXTS[:2], Kind)
    assert found is not None
    assert found.tolist() == [[1.0, 0.0], [0.0, 1.0]]


def test_the_library_says_the_same(tmp_path):
    """Of a bare model in a folder."""
    pytest.importorskip("sentence_transformers", reason="NOT TESTED: pip install sentence-transformers")
    found = library(save(tmp_path / "m"), TEXTS[:2])
    assert found is not None
    assert np.abs(found - vectors(tensors(), TEXTS[:2])).max() < 1e-4
