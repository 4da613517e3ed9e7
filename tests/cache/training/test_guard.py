"""A learned guard, from pairs to a file and back."""

from __future__ import annotations

import numpy as np
import pytest

from tests.cache.training.pairs import examples, silent
from tests.cache.weighings import MadeUp, words
from wrp_cache.learned import LearnedGuard
from wrp_cache.training.guard import TooFew, Trained, train
from wrp_cache.training.learning import Example
from wrp_cache.weighing import load_weighing
from wrp_signals.training.metrics import auroc


@pytest.fixture(scope="module")
def trained() -> Trained:
    return train(examples(), "minilm-test", words(), silent, sources=("pairs.jsonl",), trees=20)


def test_the_card(trained: Trained):
    """Says what it learned from, and how good it is on questions that were held out."""
    card = trained.card
    assert (card.embedder, card.table_of_words, card.sources) == ("minilm-test", MadeUp.id, ("pairs.jsonl",))
    assert card.report["pairs"] == 400
    assert card.dim == 8
    assert card.report["heaps"] <= 400
    assert card.report["held_out"]["auroc"] > card.report["cosine_auroc"]
    assert 0.0 < card.bar < 1.0
    assert card.pardon == 2.0 or 0.0 < card.pardon < 1.0
    assert len(card.table) == 19
    assert card.calibration.error < 0.2


def test_the_file(trained: Trained):
    """Loads, and tells traps from paraphrases that it has not seen better than their cosines."""
    guard = LearnedGuard(load_weighing(trained.data, "guard.npz", "minilm-test", words()))
    others = examples(200, seed=9)
    told = np.array([guard.probability(one.a, one.b, one.similarity, one.vectors) for one in others])
    truth = np.array([one.dup for one in others])
    assert auroc(told, truth) > auroc(np.array([one.similarity for one in others]), truth)
    assert ((told >= 0) & (told <= 1)).all()


def test_it_is_reproducible(trained: Trained):
    """The same pairs and seed give the same arrays."""
    again = train(examples(), "minilm-test", words(), silent, sources=("pairs.jsonl",), trees=20)
    assert again.card == trained.card


def test_too_few():
    """What nothing can be learned from is said."""
    with pytest.raises(TooFew, match=r"20 pairs, .*: at least 200 of both kinds"):
        train(examples(20), "minilm-test", words(), silent)
    alike = [one._replace(dup=True) for one in examples(220)]
    with pytest.raises(TooFew, match="of both kinds"):
        train(alike, "minilm-test", words(), silent)
    star = [Example("the same", f"question {n}", n % 2 == 0, 0.5) for n in range(220)]
    with pytest.raises(TooFew, match="hang together"):
        train(star, "minilm-test", words(), silent)
