"""What the static table is distilled from."""

import random

from tests.signals.training.small_corpus import data, write
from wrp_signals.training import embedding_texts as corpus

__all__ = ["data"]


def test_spans_are_parts_of_their_texts():
    """Short texts give none, and do not keep it busy for ever."""
    texts = ["one two three four five six seven eight", "short"]
    found = list(corpus.spans(texts, 5, random.Random(0)))
    assert len(found) == 5
    assert all(span in text and text == texts[0] for span, text in found)
    assert list(corpus.spans(["short"], 5, random.Random(0))) == []


def test_prompts_lose_their_options(data):
    """The question stands, the answers to choose from do not; lists of lines are one text."""
    source = corpus.SOURCES["routellm"]
    write(data, "extra/prompt.jsonl.gz", [{"prompt": "Why?\nA. so\nB. so\nAnswer:"}, {"prompt": ["How?", "Now?"]}])
    found = corpus.texts_in(data, source._replace(files=("extra/prompt.jsonl.gz",)))
    assert list(found) == ["Why?", "How?\nNow?"]


def test_pairs_stand_in_several_texts():
    """Six texts at least, each counted once."""
    assert corpus.pairs(["court of law of law"] * 6 + ["law of law"] * 2 + ["a b a b a b a b"]) == [
        "of law",
        "law of",
        "court of",
    ]
