"""Hidden characters anywhere in a conversation."""

import pytest

from wrp_signals import Materials, Message, RequestView, SmugglingSpec
from wrp_signals.normalise import Finding
from wrp_signals.smuggling import MESSAGES, merged, said


def read(*texts, at_least=1):
    messages = tuple(Message("user", text) for text in texts)
    return SmugglingSpec(at_least=at_least).build(Materials.none()).read(RequestView("chat", "m", messages))


def test_classes_and_counts_are_the_evidence():
    """The most frequent first, over all messages, with what they hid."""
    hidden = "".join(chr(0xE0000 + ord(c)) for c in "hi")
    reading = read("a\u200bb", f"x{hidden}", "p\u200ba\u200bss")
    assert (reading.value, reading.score) == (True, 1.0)
    assert reading.evidence == ("3 zero-widths", "2 tag characters: 'hi'")


@pytest.mark.parametrize("texts", [(), ("",), ("plain ASCII",), ("naïve ❤️ Привет",)])
def test_ordinary_conversations_smuggle_nothing(texts):
    """No score, no evidence."""
    assert read(*texts) == (read("x"))
    assert read(*texts).evidence == ()


def test_at_least_sets_how_many_count():
    """Below it the evidence stays, the value does not."""
    assert not read("a\u200bb", at_least=2).value
    assert read("a\u200bb", at_least=2).evidence == ("1 zero-width",)
    assert read("a\u200bb\u200bc", at_least=2).value


def test_the_latest_messages_are_read():
    """A long conversation costs no more."""
    assert not read("a\u200bb", *["é"] * MESSAGES).value
    assert read(*["é"] * MESSAGES, "a\u200bb").value


def test_findings_of_one_class_are_one():
    """Counts add up, hidden texts join."""
    found = merged([Finding("a", 1, "x"), Finding("b", 1), Finding("a", 2, "y")])
    assert found == [Finding("a", 3, "x y"), Finding("b", 1)]
    assert said(found[0]) == "3 as: 'x y'"
