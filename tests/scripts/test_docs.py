"""What the documentation has from the code."""

from __future__ import annotations

import argparse

import pytest

from scripts.docs import PARTS, absent, cell, filled, leaves, section, spelt, table


@pytest.mark.parametrize("name", PARTS)
def test_every_part_is_markdown(name: str):
    """Text that ends its last line; tables have as many cells in every row."""
    text = PARTS[name]()
    assert text.strip()
    assert text.endswith("\n")
    for row in [line for line in text.splitlines() if line.startswith("|---")]:
        assert f"\n{row}\n" in text


def test_only_what_is_between_markers_changes():
    """And doing it twice changes nothing more."""
    text = "before\n<!-- breaker -->\nold\n<!-- /breaker -->\nafter\n"
    once = filled(text)
    assert once.startswith("before\n<!-- breaker -->\n| state |")
    assert once.endswith("|\n<!-- /breaker -->\nafter\n")
    assert filled(once) == once
    assert filled("no markers") == "no markers"


def test_a_marker_that_nothing_fills():
    """Is a mistake, not text."""
    with pytest.raises(KeyError):
        filled("<!-- tales -->\n<!-- /tales -->\n")


def test_commands():
    """Leaves only, with options as they are typed."""
    top = argparse.ArgumentParser(prog="x")
    below = top.add_subparsers()
    one = below.add_parser("one", description="do one thing")
    one.add_argument("file", metavar="FILE", help="a | b")
    one.add_argument("-v", "--level", choices=["a", "b"])
    below.add_parser("two").add_subparsers().add_parser("three")
    assert [name for name, _ in leaves("x", top)] == ["x one", "x two three"]
    assert section("x one", one) == (
        "## `x one`\n\nDo one thing.\n\n| option | meaning |\n|---|---|\n"
        "| `FILE` | a \\| b |\n| `-v a\\|b`, `--level a\\|b` |  |\n"
    )
    assert spelt(one._actions[0]) == "`-h`, `--help`"


def test_cells_and_tables():
    """One line a row, whatever the text."""
    assert cell("a\n  b | c") == "a b \\| c"
    assert table(("x", "y"), ["| 1 | 2 |"]) == "| x | y |\n|---|---|\n| 1 | 2 |\n"
    assert absent("overhead") == "Not measured yet: `python bench/overhead.py`.\n"
