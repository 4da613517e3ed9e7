"""What the parser's complaints are turned into."""

from __future__ import annotations

import pytest

from tests.config.makers import tree
from wrp_router.config.syntax import lines_of


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("a: [${B}]\n", 'inside [ ] and { }, put quotes around "${NAME}"'),
        ("a:\n  - {b: c,\n     d: ${B}}\n", 'inside [ ] and { }, put quotes around "${NAME}"'),
        ("a: [b\nc: d\n", "close the list with ], and separate its items by commas"),
        ("a: {b: c\nd: e\n", "close the mapping with }, and separate its fields by commas"),
        ("a: b: c\n", 'put quotes around a value that holds ": ", or check the indentation'),
        ("a: 'b\n", "a quote is opened and not closed"),
        ("a: @b\n", "put quotes around the value"),
        ("a:\n  b: 1\n c: 2\n", "check the indentation of this line and of the one above"),
        ("a: 1\nb\nc: 2\n", "a key is followed by a colon and a space"),
        ("a: \x07\n", "remove the control character; save the file as UTF-8 text"),
        ("a:\n\tb: 1\n\tc: 2\n\td: 3\n", "indent with spaces (also line 3, 4)"),
        ("\t" + "a: 1\n\t" * 9, "indent with spaces (also line 2, 3, 4, 5, 6, …)"),
        ("\ta: 1\n", "indent with spaces"),
        ("%FOO\n", "see the YAML 1.2 core schema; `wrp config schema` helps an editor to check as you type"),
    ],
)
def test_hints(text: str, hint: str) -> None:
    """Words that say what to do."""
    assert [problem.hint for problem in tree(text)[1]] == [hint]


def test_lines() -> None:
    """Are counted as the parser counts them."""
    assert lines_of("a\r\nb\nc\rd\x85e\u2028f") == ["a", "b", "c", "d", "e", "f"]
