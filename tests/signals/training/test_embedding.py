"""`wrp train embedding` on a small folder of data: three files that load again, a report, one table per seed."""

import numpy as np
import pytest

from tests.signals.training.small_corpus import data
from wrp_signals import HashingEmbedder, TierMissing
from wrp_signals.static import static_embedder
from wrp_signals.training import embedding_texts as corpus
from wrp_signals.training.embedding import train

__all__ = ["data"]


@pytest.fixture(scope="module")
def made(data, tmp_path_factory):
    """(card, folder, notes of progress) of one training."""
    out, notes = tmp_path_factory.mktemp("out"), []
    card = train(data, out, HashingEmbedder(32), lambda note, share: notes.append((note, share)))
    return card, out, notes


def test_what_is_written_loads(made):
    """The three files are what the card says, and embed."""
    card, out, _ = made
    embedder = static_embedder(lambda name: (out / name).read_bytes())
    assert embedder.id == card.id
    assert embedder.dim == 32
    assert np.linalg.norm(embedder.embed(["the contract"])[0]) == pytest.approx(1, abs=1e-5)


def test_the_report_says_what_judged(made):
    """Both tables that judge have all figures."""
    report = made[0].report
    figures = {
        "domain_macro_f1",
        "clinc150_accuracy",
        "clinc150_oos_recall_at_95",
        "sts_spearman",
        "agreement_spearman",
    }
    assert set(report["unseen_questions"]) == set(report["unseen_kind"]) == figures
    assert report["unseen_questions"]["domain_macro_f1"] > 0.9


def test_progress_is_told(made):
    """The teacher's part and each table's."""
    assert {note for note, _ in made[2]} >= {"teacher", "table of all texts", "table to judge: unseen_kind"}
    assert all(0 <= share <= 1 for _, share in made[2])


def test_the_same_data_give_the_same_table(made, data, tmp_path):
    """Reproducible to the byte on one machine."""
    assert train(data, tmp_path, HashingEmbedder(32), lambda note, share: None) == made[0]


def test_sources_and_teacher_are_named(made):
    """Each set with its licence."""
    assert made[0].sources[0] == "vectors of hashing-32"
    assert len(made[0].sources) == 1 + len(corpus.SOURCES)


def test_without_a_teacher_it_says_what_to_do(data, tmp_path):
    """No model, no table."""
    with pytest.raises(TierMissing, match="pip install"):
        train(data, tmp_path, None, lambda note, share: None)
