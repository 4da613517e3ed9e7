"""The words of this room."""

from __future__ import annotations

import numpy as np
import pytest

from wrp_signals.facts import Facts, Message, Reading, RequestView, facts_of, packed, with_readings

SYSTEM, USER, ANSWER, TOOL = (
    Message("system", "s"),
    Message("user", "u"),
    Message("assistant", "a"),
    Message("tool", "t"),
)


@pytest.mark.parametrize(
    ("messages", "asked"),
    [
        ((), ""),
        ((USER,), "u"),
        ((SYSTEM, USER, ANSWER), "u"),
        ((USER, ANSWER, Message("user", "v"), ANSWER, TOOL), "v"),
        ((SYSTEM,), "s"),
    ],
)
def test_what_is_asked(messages: tuple[Message, ...], asked: str):
    """The last user message; where there is none, the last of any."""
    assert RequestView("chat", "auto", messages).asked() == asked


def test_facts_before_any_signal():
    """Identity and shape, counted from the messages."""
    view = RequestView(
        "messages",
        "auto",
        (SYSTEM, Message("user", "u", images=2), ANSWER, Message("user", "v", images=1)),
        tools=("a", "b"),
        stream=True,
        max_tokens=9,
        response_format="json_schema",
        tenant="t",
        session="s",
        priority="sheddable",
    )
    assert facts_of(view, "dec_1", 7) == Facts(
        id="dec_1",
        operation="messages",
        asked_model="auto",
        tenant="t",
        session="s",
        prompt_tokens=7,
        max_tokens=9,
        stream=True,
        turns=2,
        tools=2,
        images=3,
        response_format="json_schema",
        priority="sheddable",
    )


def test_facts_after_signals():
    """The same, with what they said; the ones before stay as they were."""
    before = facts_of(RequestView("chat", "auto", (USER,)), "dec_1", 1)
    after = with_readings(before, {"category": Reading("law", 0.8)}, ("pii",))
    assert (after.category(), after.unknown) == ("law", ("pii",))
    assert (before.category(), before.unknown) == ("default", ())
    assert after.id == before.id


def test_vectors_are_kept_small():
    """Two bytes a number, the same on any machine; none where nobody embedded."""
    facts = Facts("dec_1", "chat", "auto", vectors={"static": packed(np.array([0.6, -0.8], np.float32))})
    assert facts.vectors["static"] == b"\xcd\x38\x66\xba"
    vector = facts.vector("static")
    assert vector is not None
    assert vector.dtype == np.float32
    assert vector == pytest.approx([0.6, -0.8], abs=1e-3)
    assert facts.vector("model") is None
