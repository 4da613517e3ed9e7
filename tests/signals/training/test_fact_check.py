"""The head for fact-check need is learned reproducibly, and is what the signal reads."""

import random

import pytest

from wrp_signals import FactCheckSpec, Materials, Message, RequestView
from wrp_signals.training.fact_check import built, train
from wrp_signals.training.fact_check_texts import made

pytest.importorskip("sklearn")


def test_what_was_learned_is_read(tmp_path):
    """Card and weights, by the signal; twice the same; judged on what was held out."""
    drawn = random.Random(3).sample(made(random.Random(1)), 600)
    texts = [one._replace(group=f"{one.group} {number % 3}") for number, one in enumerate(drawn)]
    told = []
    card = built(texts, tmp_path, lambda what, share: told.append(share))
    assert built(texts, tmp_path, lambda what, share: None) == card
    assert told == sorted(told)
    assert card.report["held_out_questions"]["auroc"] > 0.85
    assert card.report["texts"] == 600
    assert [row[0] for row in card.table] == sorted(row[0] for row in card.table)
    files = Materials(read_file=lambda name: (tmp_path / name).read_bytes())
    signal = FactCheckSpec(head="fact_check-none-card.json").build(files)
    scores = [
        signal.read(RequestView("chat", "m", (Message("user", text),))).score
        for text in ("write a short poem about bees", "who discovered penguins?")
    ]
    assert scores[0] < 0.5 < scores[1]


def test_missing_sets_are_named(tmp_path):
    """Training stops before anything is written."""
    with pytest.raises(FileNotFoundError, match="route_mmlu_pro"):
        train(tmp_path, tmp_path / "out", None, lambda what, share: None)
    assert not (tmp_path / "out").exists()
