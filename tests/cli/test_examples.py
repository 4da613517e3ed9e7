"""Labelled prompts from files."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wrp_router.cli.examples import BadLine, example, read_declared, read_examples
from wrp_signals.training.metrics import Span


def one(**line: Any):
    return example("f:1", json.dumps(line))


def test_a_text():
    """Is what a user said last; the label is as it was written."""
    found = one(text="naïve", label="Law")
    assert (found.place, found.label, found.spans) == ("f:1", "Law", None)
    assert found.view.asked() == "naïve"
    assert found.view.size == 6


def test_a_conversation():
    """Is read as the gateway would read it, with tools and headers."""
    found = one(
        messages=[{"role": "user", "content": "hi"}, {"role": "assistant", "content": "hello"}],
        tools=[{"type": "function", "function": {"name": "search"}}],
        headers={"User-Agent": "codex/1"},
        label=1,
        temperature_of_the_day="ignored",
    )
    assert [message.role for message in found.view.messages] == ["user", "assistant"]
    assert found.view.tools == ("search",)
    assert found.view.headers == {"user-agent": "codex/1"}
    assert (found.view.model, found.label) == ("auto", 1)


@pytest.mark.parametrize("name", ["label", "intent", "category", "class"])
def test_names_of_labels(name: str):
    """False and 0 are labels; none is none."""
    assert one(text="a", **{name: 0}).label == 0
    assert one(text="a", **{name: None}).label is None
    assert one(text="a", **{name: []}).label is False
    assert one(text="a", **{name: ["EMAIL"]}).label is True


def test_spans():
    """By one name for each type, within the last user message."""
    found = one(text="mail a@b.co", spans=[{"type": "email", "start": 5, "end": 11, "value": "a@b.co"}])
    assert found.spans == (Span("EMAIL_ADDRESS", 5, 11),)
    others = [{"entity_type": "EMAIL", "start_position": 5, "end_position": 11}]
    assert one(text="mail a@b.co", spans=others).spans == found.spans


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("{", "not valid JSON"),
        ("[" * 100_000, "not valid JSON"),
        ("[1]", "not a JSON object"),
        ('{"label": 1}', "neither `text`, a string, nor `messages`"),
        ('{"text": 7}', "neither `text`, a string, nor `messages`"),
        ('{"messages": 7}', "`messages` must be"),
        ('{"messages": [{"role": "user", "content": "a"}], "headers": 7}', "`headers` is not an object"),
        ('{"text": "a", "label": {}}', "the label is neither a word"),
        ('{"text": "a", "spans": 7}', "`spans` is not a list"),
        ('{"text": "a", "spans": [7]}', "a span is not like"),
        ('{"text": "a", "spans": [{"type": "email", "start": "x", "end": 2}]}', "a span is not like"),
        ('{"text": "a", "spans": [{"type": "email", "start": 0, "end": 1e999}]}', "a span is not like"),
        ('{"text": "a", "spans": [{"type": "email", "start": 0, "end": 2}]}', "the span 0 to 2 is not within"),
    ],
)
def test_bad_lines(line: str, said: str):
    """Are told with their place."""
    with pytest.raises(BadLine, match=r"^data\.jsonl:7: ") as caught:
        example("data.jsonl:7", line)
    assert said in str(caught.value)


@given(st.text(max_size=200))
def test_any_line(line: str):
    """Is an example or a bad line, and never anything else."""
    try:
        said = example("f:1", line).place
    except BadLine as error:
        said = str(error)
    assert said.startswith("f:1")


def test_nothing_is_lost(tmp_path: Path):
    """Bad lines cost themselves only; empty ones nothing; a mark of byte order and bad UTF-8 are no reason to stop."""
    file = tmp_path / "data.jsonl"
    file.write_bytes(
        b'\xef\xbb\xbf{"text": "a", "label": 1}\n\n{"text": \n{"text": "b\xff", "label": 0}\r\n{"text": "c"}'
    )
    examples, bad = read_examples(str(file))
    assert [(found.view.asked(), found.label) for found in examples] == [("a", 1), ("b\ufffd", 0), ("c", None)]
    assert [found.place for found in examples] == [f"{file}:1", f"{file}:4", f"{file}:5"]
    assert [str(error).startswith(f"{file}:3: not valid JSON") for error in bad] == [True]


def test_packed(tmp_path: Path):
    """A name that ends in .gz is unpacked; one that was cut off is told."""
    file = tmp_path / "data.jsonl.gz"
    packed = gzip.compress(b'{"text": "a", "label": 1}\n' * 100)
    file.write_bytes(packed)
    assert len(read_examples(str(file))[0]) == 100
    for damaged in (packed[:-9], b"no gzip", packed[:12] + b"damaged" + packed[19:], packed[:10] + b"\xff" * 40):
        file.write_bytes(damaged)
        with pytest.raises(OSError, match="is no whole gzip file"):
            read_examples(str(file))


@pytest.mark.parametrize(
    "text",
    [
        'refund,I want my money, back\nrefund, "say ""cancel"""\njoke,a " song, " and more\n',
        'label,text\n\nrefund,I want my money, back\nrefund,"say ""cancel"""\njoke,a " song, " and more',
        'text,intent\n"I want my money, back",refund\n"say ""cancel""",refund\n\n"a "" song, "" and more",joke\n',
        '{"text": "I want my money, back", "label": "refund"}\n{"text": "say \\"cancel\\"", "label": "refund"}\n'
        '{"text": "a \\" song, \\" and more", "label": "joke"}\n',
    ],
    ids=["lines", "with a head", "csv", "json"],
)
def test_declared_categories(tmp_path: Path, text: str):
    """As `label,text`, as CSV that names its columns, or as JSON."""
    file = tmp_path / "examples"
    file.write_text(text)
    assert read_declared(str(file)) == {
        "refund": ("I want my money, back", 'say "cancel"'),
        "joke": ('a " song, " and more',),
    }


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", ": no examples"),
        ("label,text\n", ": no examples"),
        ("refund\n", ":1: not like `label,text`"),
        ("refund,a\n,b\n", ":2: not like `label,text`"),
        ("id,label,text\n1,refund\n", ":2: no label, or no text"),
        ('id,label,text\n1,refund,"a\n', ":2: unexpected end of data"),
        ('{"text": "a", "label": "b"}\n{"text": "a"}\n', ":2: no label"),
    ],
)
def test_declared_badly(tmp_path: Path, text: str, said: str):
    """Told with the line."""
    file = tmp_path / "examples"
    file.write_text(text)
    with pytest.raises(BadLine) as caught:
        read_declared(str(file))
    assert str(caught.value).startswith(f"{file}{said}")
