"""Any model of sentence-transformers, here a fake one: unit vectors, an id with a revision, clear errors."""

import numpy as np
import pytest

from wrp_signals import BadVector, TierMissing
from wrp_signals.sentence import CHARACTERS, PIECE, SentenceEmbedder, loaded, revision_of, sentence_embedder


class Fake:
    """Gives each text's length, twice."""

    def __init__(self, shape=(2,)):
        self.shape, self.seen = shape, []

    def encode(self, sentences, *, batch_size, normalize_embeddings, show_progress_bar):
        assert normalize_embeddings
        assert not show_progress_bar
        self.seen += sentences
        return np.array([np.full(self.shape, len(text)) for text in sentences])


def test_texts_become_unit_vectors():
    """Cut, without lone surrogates, of any number."""
    model = Fake()
    embedder = SentenceEmbedder(model, "st:x:1")
    rows = embedder.embed(["\ud800a", "x" * 100_000])
    assert (embedder.id, embedder.dim, rows.shape, rows.dtype) == ("st:x:1", 2, (2, 2), np.float32)
    assert np.allclose(np.linalg.norm(rows, axis=1), 1.0)
    assert [len(text) for text in model.seen[1:]] == [2, CHARACTERS]
    assert model.seen[1] == "?a"
    assert embedder.embed([]).shape == (0, 2)


def test_a_model_without_vectors_is_refused():
    """One that gives a matrix a text."""
    with pytest.raises(BadVector, match="st:x:1 gives arrays of shape"):
        SentenceEmbedder(Fake((2, 2)), "st:x:1")


def test_the_id_names_model_and_revision():
    """By default all-MiniLM-L6-v2."""
    assert sentence_embedder("bge", "cpu", lambda name, device: (Fake(), f"rev-{device}")).id == "st:bge:rev-cpu"
    assert (
        sentence_embedder(load=lambda name, device: (Fake(), "r")).id == "st:sentence-transformers/all-MiniLM-L6-v2:r"
    )


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (ImportError("no", name="torch"), r"not installed \(torch\): pip install sentence-transformers"),
        (OSError("not found"), "no model 'nope': not found"),
    ],
)
def test_what_cannot_be_loaded_says_why(error, said):
    """The library or the model."""

    def load(name, device):
        raise error

    with pytest.raises(TierMissing, match=said):
        sentence_embedder("nope", load=load)


def test_a_folder_has_a_revision(tmp_path):
    """Other names, sizes or bytes at the ends are another one."""
    (tmp_path / "weights").write_bytes(b"a" * (PIECE + 10))
    first = revision_of(tmp_path)
    assert revision_of(tmp_path) == first
    (tmp_path / "weights").write_bytes(b"a" * (PIECE + 9) + b"b")
    second = revision_of(tmp_path)
    (tmp_path / "config.json").write_bytes(b"{}")
    assert len({first, second, revision_of(tmp_path)}) == 3


def test_revisions_of_the_library(tmp_path):
    """A folder's bytes, the hub's commit, or nobody knows."""

    class Hub(Fake):
        commit = "0123456789abcdef"

        def __init__(self, name, device):
            super().__init__()
            self.auto_model = self
            self.config = type("Config", (), {"_commit_hash": self.commit})

        def __getitem__(self, index):
            return self

    class Unknown(Hub):
        commit = None

    assert loaded("some/name", "cpu", Hub)[1] == "0123456789ab"
    assert loaded("some/name", None, Unknown)[1] == "unknown"
    assert loaded(str(tmp_path), "cpu", Hub)[1] == revision_of(tmp_path)


def test_a_real_model(tmp_path):
    """One built here, of two layers and a dozen words."""
    pytest.importorskip("sentence_transformers", reason="NOT TESTED: pip install sentence-transformers")
    from tests.signals.training.bert import DIM, save, tensors, vectors

    embedder = sentence_embedder(str(save(tmp_path)), "cpu")
    assert embedder.id == f"st:{tmp_path}:{revision_of(tmp_path)}"
    assert embedder.dim == DIM
    assert np.abs(embedder.embed(["where is my parcel"]) - vectors(tensors(), ["where is my parcel"])).max() < 1e-4
