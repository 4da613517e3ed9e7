"""The tree."""

from __future__ import annotations

from tests.config.makers import mapping, scalar


def test_entries_by_key():
    """The key with its place, or its value; None for what is not there."""
    tree = mapping("a: 1\nb: [x]\n")
    entry = tree.entry("b")
    assert entry is not None
    assert (entry.key.at.line, tree.get("b")) == (2, entry.value)
    assert (tree.entry("c"), tree.get("c")) == (None, None)


def test_scalars_keep_text_and_meaning():
    """What the file says, and what that is."""
    assert (scalar("0x1F").text, scalar("0x1F").value) == ("0x1F", 31)
    assert (scalar("'1'").value, scalar("'1'").style) == ("1", "single")
