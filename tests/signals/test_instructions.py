"""Applications are known by their system prompts: by beginnings, or by a keyed digest, and never quoted whole."""

from __future__ import annotations

import msgspec
import pytest

from wrp_signals import BadPattern, InstructionsSpec, Materials, Message, RequestView, SignalSpec

SUPPORT = "You are Acme's support assistant. Be brief."
GROUPS = {"support": ("You are Acme's support*",), "coder": ("You write code.",)}


def read(*messages: tuple[str, str], secret: bytes = b"k", **fields: object):
    """What the signal says of a conversation."""
    view = RequestView("chat", "m", tuple([Message(role, text) for role, text in messages]))
    return InstructionsSpec(**fields).build(Materials(secret=secret)).read(view)


@pytest.mark.parametrize(
    ("messages", "value"),
    [
        ([("system", SUPPORT), ("user", "hi")], "support"),
        ([("developer", SUPPORT)], "support"),
        ([("system", "You write code.")], "coder"),
        ([("system", "You write code. In Rust.")], ""),
        ([("user", SUPPORT)], ""),
        ([("system", "")], ""),
        ([], ""),
    ],
)
def test_the_group_of_an_application(messages, value):
    """By what system and developer say; users may say what they like."""
    found = read(*messages, groups=GROUPS)
    assert (found.value, found.score) == (value, 1.0 if value else 0.0)


def test_without_groups_it_is_a_digest():
    """The same for the same prompt and secret, another for any other; of a prompt in several messages, of all."""
    one = read(("system", SUPPORT), ("user", "a"))
    assert one == read(("system", SUPPORT), ("user", "b"))
    assert len(one.value) == 16
    assert one.evidence == ()
    others = {
        read(("system", SUPPORT), secret=b"l").value,
        read(("system", SUPPORT + " ")).value,
        read(("system", SUPPORT), ("system", "More.")).value,
        read(("system", "\ud800")).value,
    }
    assert len(others | {one.value}) == 5


def test_the_evidence_is_what_was_declared():
    """Not what the application says."""
    assert read(("system", SUPPORT + "\nsecret"), groups=GROUPS).evidence == ("You are Acme's support*",)


def test_a_star_in_the_middle_is_refused():
    """It would look like a pattern, and be none."""
    with pytest.raises(BadPattern):
        msgspec.convert({"kind": "instructions", "groups": {"a": ["x*y"]}}, SignalSpec).build(Materials())
