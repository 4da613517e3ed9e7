"""What the static table is judged by: questions it has not seen, whole."""

import numpy as np
import pytest

from tests.signals.training.small_corpus import data
from wrp_signals import HashingEmbedder
from wrp_signals.training import embedding_texts as corpus
from wrp_signals.training.embedding_report import agreement, held_out

__all__ = ["data"]


def test_what_judges_is_whole_questions(data):
    """A question that judges does so in every family; so do all validation queries."""
    texts = corpus.families(data)
    flat = [(text, name) for name, part in texts.items() for text in part]
    judging = held_out([text for text, _ in flat], [name for _, name in flat], data)
    judged = [name for text, name in flat if text in judging]
    assert set(judged) == {"mmlupro", "routellm", "llmrouter9", "clinc"}
    assert judged.count("mmlupro") < len(texts["mmlupro"])


def test_a_teacher_agrees_with_itself():
    """Wholly; and not with its opposite."""
    embedder = HashingEmbedder(64)
    texts = [f"{word} {other}" for word in ("court", "photon", "judge") for other in ("law", "field", "of", "energy")]
    taught = embedder.embed(texts)
    assert agreement(embedder.embed, texts, taught) == pytest.approx(1.0)
    assert agreement(lambda some: np.roll(embedder.embed(some), 5, 0), texts, taught) < 0.9
