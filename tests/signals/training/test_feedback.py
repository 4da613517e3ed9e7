"""The head for feedback is learned reproducibly, and is what the signal reads."""

import random

import pytest

from tests.signals.training.small_corpus import write
from wrp_signals import FeedbackSpec, Materials, Message, RequestView
from wrp_signals.training.feedback import ASIDE, built, requests, train, written

pytest.importorskip("sklearn")

SETS = {
    "cls_clinc150/train.jsonl.gz": [
        {"text": "much obliged", "intent": "thank_you", "domain": "small_talk"},
        {"text": "say again", "intent": "repeat", "domain": "meta"},
        {"text": "yes", "intent": "yes", "domain": "meta"},
    ]
    + [{"text": f"book flight {n} to rome", "intent": "book_flight", "domain": "travel"} for n in range(40)],
    "route_llmrouter9/llmrouter_9models.jsonl.gz": [{"question": f"who sang song {n}?"} for n in range(40)],
    "route_mmlu_pro/questions.jsonl.gz": [{"question": "Which gas is lightest?"}],
}


@pytest.fixture
def data(tmp_path):
    for name, rows in SETS.items():
        write(tmp_path, name, rows)
    return tmp_path


def test_lines_say_one_of_five_things():
    """A hundred or more of each, no line twice."""
    lines = written()
    texts = [line.text for line in lines]
    assert len(set(texts)) == len(texts)
    for says in ("wrong", "unclear", "alternative", "satisfied", "none"):
        assert sum(line.says == says for line in lines) >= 80
    assert {line.weight for line in lines} == {1.0}


def test_requests_weigh_less(data):
    """Thanks and wishes to hear it again say what they mean; other small talk is left out."""
    found = requests(data, random.Random(1))
    assert {line.weight for line in found} == {ASIDE}
    said = {line.text: line.says for line in found}
    assert (said["much obliged"], said["say again"], said["Which gas is lightest?"]) == ("satisfied", "unclear", "none")
    assert "yes" not in said
    assert len(found) == 83


def test_what_was_learned_is_read(data, tmp_path):
    """Card and weights, by the signal; the same from the same lines."""
    lines = [*random.Random(2).sample(written(), 120), *requests(data, random.Random(1))[:30]]
    told = []
    card = built(lines, tmp_path / "out", lambda what, share: told.append(share))
    assert built(lines, tmp_path / "again", lambda what, share: None) == card
    assert told == sorted(told)
    assert card.report["lines"] == 120
    assert card.report["held_out_requests"]["none"] > 0.9
    files = Materials(read_file=lambda name: (tmp_path / "out" / name).read_bytes())
    signal = FeedbackSpec(head="feedback-none-card.json", none_below=0.0).build(files)
    text = next(line.text for line in lines if line.says == "alternative")
    messages = (Message("user", "q"), Message("assistant", "a"), Message("user", text))
    assert signal.read(RequestView("chat", "m", messages)).value == "alternative"


def test_missing_sets_are_named(tmp_path):
    """Training stops before anything is written."""
    with pytest.raises(FileNotFoundError, match="cls_clinc150"):
        train(tmp_path, tmp_path / "out", None, lambda what, share: None)
