"""Log-probabilities are asked for, read, and taken out again without another byte changed."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wrp_router.wire.body import decode
from wrp_router.wire.logprobs import said_in, wish, without, without_in_events

SAID = {"content": [{"token": "a", "logprob": -0.1, "bytes": [97], "top_logprobs": []}], "refusal": None}
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


def body(kind: str, **fields: Any) -> Any:
    about = {"messages": [{"role": "user", "content": "x"}]} if kind in ("chat", "messages") else {"prompt": "x"}
    return decode(kind, json.dumps({"model": "m", **about, **fields}).encode())  # type: ignore[arg-type]


def test_what_is_asked_for() -> None:
    """In the words of each dialect; nothing where the caller asked already, or there is no such thing."""
    assert wish(body("chat"), 2) == {"logprobs": b"true", "top_logprobs": b"2"}
    assert wish(body("chat", logprobs=False), 0) == {"logprobs": b"true", "top_logprobs": b"0"}
    assert wish(body("chat", logprobs=True), 2) is None
    assert wish(body("completion"), 0) == {"logprobs": b"1"}
    assert wish(body("completion", logprobs=3), 2) is None
    assert wish(body("messages", max_tokens=5), 2) is None


@pytest.mark.parametrize("space", ["", " ", "\n\t "])
@pytest.mark.parametrize("text", ["hello", 'say "logprobs": {"content": []}', "\\", '"logprobs"', 'x\\"logprobs'])
def test_nothing_else_changes(text: str, space: str) -> None:
    """Whatever the answer says, and however the engine spaces it."""
    choices = [{"index": 0, "message": {"content": text}, "logprobs": SAID, "x": 1}, {"logprobs": None}, {"a": 2}]
    tree = {"id": "1", "choices": choices, "usage": {"logprobs": 5}}
    separators = f",{space}", f":{space}"
    raw = json.dumps(tree, separators=separators).encode()
    choices[0]["logprobs"] = None
    assert without(raw) == json.dumps(tree, separators=separators).encode()


@given(VALUES, VALUES, VALUES)
def test_any_answer(said: Any, before: Any, after: Any) -> None:
    """Whatever stands before, after and in it."""
    tree = {"before": before, "choices": [{"message": before, "logprobs": said, "tail": after}], "after": after}
    gone = {**tree, "choices": [{"message": before, "logprobs": None, "tail": after}]}
    assert json.loads(without(json.dumps(tree).encode())) == gone


@pytest.mark.parametrize("raw", [b"", b"[1]", b'{"choices": 5}', b'{"choices": [3]}', b"\xff", b'{"choices": []}'])
def test_what_is_no_answer_stays(raw: bytes) -> None:
    """Byte for byte."""
    assert without(raw) == raw


def test_streams() -> None:
    """Event by event, line ends and comments as they were; what is no JSON stays."""
    one = json.dumps({"choices": [{"delta": {"content": "a"}, "logprobs": SAID}]}, separators=(",", ":"))
    none = one.replace(json.dumps(SAID, separators=(",", ":")), "null")
    events = ': hi\n\ndata: {}\n\ndata: %s\r\n\r\nevent: x\ndata:%s\n\ndata: [DONE]\n\ndata: "logprobs" {\n\n'
    assert without_in_events((events % (one, one)).encode()) == (events % (none, none)).encode()
    assert without_in_events(b"data: {}\n\n") == b"data: {}\n\n"


def test_reading_chats() -> None:
    """By token, and how far ahead of the second; impossible and absurd numbers are held in bounds."""
    tops = [{"logprob": -0.5}, {"logprob": -2.0}, {"logprob": -0.1}, "x"]
    content = [
        {"logprob": -0.1, "top_logprobs": tops},
        {"logprob": -9999.0, "top_logprobs": tops[:1]},
        {"logprob": 3},
        7,
    ]
    sure, ahead = said_in("chat", {"content": [*content, {"logprob": "no", "top_logprobs": 5}]})
    assert (sure, ahead) == ([-0.1, -100.0, 0.0], [pytest.approx(0.4)])
    assert said_in("chat", None) == ([], [])
    assert said_in("chat", {"content": "x"}) == ([], [])


def test_reading_completions() -> None:
    """Two lists side by side."""
    told = {"token_logprobs": [None, -1.0, True], "top_logprobs": [None, {"a": -1.0, "b": -3.0}, {"a": -1}]}
    assert said_in("completion", told) == ([-1.0], [2.0])
    assert said_in("completion", {}) == ([], [])
