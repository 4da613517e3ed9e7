"""What teaches the need of facts stands in sets by group, or is made from frames."""

import random

import pytest

from tests.signals.training.small_corpus import write
from wrp_signals.training.fact_check_texts import PER_GROUP, labelled, made

SETS = {
    "route_mmlu_pro/questions.jsonl.gz": [
        {"question": "Who signed it?", "category": "history"},
        {"question": "What is 2+2?", "category": "math"},
        {"question": "A beam", "category": "engineering"},
    ],
    "route_routellm/mmlu_gsm8k.jsonl.gz": [
        {"prompt": "Where is Peru?\nA. Asia\nB. Europe", "subject": "global_facts"},
        {"prompt": "Find x\nA. 1", "subject": "abstract_algebra"},
        {"prompt": "no", "subject": "marketing"},
    ],
    "route_llmrouter9/llmrouter_9models.jsonl.gz": [
        {"question": f"who sang {n}", "task": "trivia_qa"} for n in range(PER_GROUP + 5)
    ]
    + [{"question": "Write a function", "task": "mbpp"}, {"question": "?", "task": "gpqa"}],
    "cls_clinc150/train.jsonl.gz": [
        {"text": "tell me a joke", "intent": "tell_joke", "domain": "small_talk"},
        {"text": "do i need a visa", "intent": "international_visa", "domain": "travel"},
        {"text": "book a flight", "intent": "book_flight", "domain": "travel"},
    ],
    "cls_clinc150/oos_train.jsonl.gz": [{"text": "how is glue made"}],
}


@pytest.fixture
def data(tmp_path):
    for name, rows in SETS.items():
        write(tmp_path, name, rows)
    return tmp_path


def test_texts_are_labelled_by_the_set_they_stand_in(data):
    """Answers to choose from are cut off, categories that are neither left out, groups bounded."""
    found = [one for one in labelled(data, random.Random(1)) if not one.group.startswith("own ")]
    sung = [one for one in found if one.group == "llmrouter trivia_qa"]
    assert len(sung) == PER_GROUP
    assert all(one.needed for one in sung)
    others = {one.text: one.needed for one in found if one not in sung}
    assert others == {
        "Who signed it?": True,
        "What is 2+2?": False,
        "Where is Peru?": True,
        "Find x": False,
        "Write a function": False,
        "tell me a joke": False,
        "do i need a visa": True,
        "how is glue made": True,
    }


def test_frames_are_filled():
    """Every slot; the same for the same seed; both answers."""
    found = made(random.Random(2))
    assert found == made(random.Random(2))
    assert not [one.text for one in found if "{t}" in one.text or "{u}" in one.text or "{c}" in one.text]
    assert {one.needed for one in found} == {True, False}
    assert all(one.needed is one.group.startswith("own yes") for one in found)
    assert len({one.text for one in found}) == len(found) > 2_000
