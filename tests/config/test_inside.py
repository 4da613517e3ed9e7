"""Places inside values."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.config.makers import mapping
from wrp_router.config.inside import place_inside
from wrp_router.config.nodes import Scalar


def found(source: str, word: str) -> tuple[int, int]:
    """Line and column at which the word is said to stand in the value of `when`."""
    node = mapping(source).get("when")
    assert isinstance(node, Scalar)
    place = place_inside(node, node.text.index(word), source)
    return place.line, place.col


@pytest.mark.parametrize(
    ("source", "at"),
    [
        ("when: a && HERE\n", (1, 12)),
        ("when: a &&\n   HERE && b\n", (2, 4)),
        ("when: 'a == ''x'' && HERE'\n", (1, 22)),
        ('when: "a == \\"x\\" && HERE"\n', (1, 22)),
        ('when: "\\x61\\t\\u0062 \\\n  HERE"\n', (2, 3)),
        ("when: |\n  a &&\n\n    HERE\n", (4, 5)),
        ("when: >-\n  a &&\n  HERE\n", (3, 3)),
        ("# é\nwhen: 'é && HERE'\n", (2, 13)),
        ("when: |\r\n  a &&\r\n  HERE\r\n", (3, 3)),
    ],
)
def test_every_style(source: str, at: tuple[int, int]) -> None:
    """Quotes, escapes, folds and blocks do not lead astray."""

    assert found(source, "HERE") == at


def test_the_end() -> None:
    """Just past the last character, where something is missing."""
    source = "when: a && \n"
    node = mapping(source).get("when")
    assert isinstance(node, Scalar)
    assert place_inside(node, len(node.text), source).col == 11


def test_nowhere() -> None:
    """Text that came from a variable, an offset outside, or another file: where the value begins."""
    source = "when: abc\n"
    node = mapping(source).get("when")
    assert isinstance(node, Scalar)
    assert place_inside(replace(node, expanded="abcdef"), 4, source) == node.at
    assert place_inside(node, 9, source) == node.at
    assert place_inside(node, 0, "") == node.at
    assert place_inside(node, 1, "") == node.at


@given(st.text("ab'\" \n\\é", min_size=1, max_size=20), st.integers(0, 20))
def test_any_text(text: str, offset: int) -> None:
    """In single quotes, the place holds the very character, unless that is blank."""
    flat = " ".join(text.split()) or "x"
    source = "when: '" + flat.replace("'", "''") + "'\n"
    node = mapping(source).get("when")
    assert isinstance(node, Scalar)
    offset %= len(flat)
    place = place_inside(node, offset, source)
    if flat[offset] != " ":
        assert source[place.col - 1] == flat[offset]
