"""The strict reader: what values mean, where they stand, and what is refused."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.config.makers import brief, mapping, scalar, tree
from wrp_router.config.nodes import ListNode, MapNode, Scalar
from wrp_router.config.problems import Place, Problems
from wrp_router.config.yaml import MOST_BYTES, read, resolve


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("true", True),
        ("FALSE", False),
        ("null", None),
        ("~", None),
        ("", None),
        ("0", 0),
        ("-12", -12),
        ("+3", 3),
        ("010", 10),
        ("0o17", 15),
        ("0xFf", 255),
        ("1.5", 1.5),
        (".5", 0.5),
        ("5.", 5.0),
        ("1e3", 1000.0),
        ("-1.5E-2", -0.015),
        (".inf", math.inf),
        ("-.INF", -math.inf),
        ("yes", "yes"),
        ("No", "No"),
        ("on", "on"),
        ("off", "off"),
        ("22:22", "22:22"),
        ("2026-01-31", "2026-01-31"),
        ("1_000", "1_000"),
        ("0b11", "0b11"),
        ("-0x1", "-0x1"),
        ("9" * 41, float("9" * 41)),
        ("NULL ", "NULL "),
    ],
)
def test_core_schema(text: str, value: object) -> None:
    """Unquoted values mean what YAML 1.2 says, and nothing that YAML 1.1 said."""
    assert resolve(text) == value
    assert type(resolve(text)) is type(value)


def test_not_a_number() -> None:
    """There are three ways to write it."""
    for text in (".nan", ".NaN", ".NAN"):
        value = resolve(text)
        assert isinstance(value, float)
        assert math.isnan(value)


@pytest.mark.parametrize("text", ['"true"', "'1'", "|\n  1", ">\n  true", "!!str 1", '! "a"'])
def test_quoted_is_text(text: str) -> None:
    """What is quoted, a block or tagged as text is text."""
    assert isinstance(scalar(text).value, str)


def test_places() -> None:
    """Every key and value knows its line and column, counted from 1 in characters."""
    root = mapping("a: 1\nbé:\n  - x\n  - {c: 'y'}\n")
    assert [entry.key.at for entry in root.entries] == [Place("f.yaml", 1, 1), Place("f.yaml", 2, 1)]
    items = root.get("bé")
    assert isinstance(items, ListNode)
    assert items.items[0].at == Place("f.yaml", 3, 5)
    inner = items.items[1]
    assert isinstance(inner, MapNode)
    assert inner.entries[0].value.at == Place("f.yaml", 4, 9)


def test_styles() -> None:
    """The way a value is written is kept, for finding places inside it."""
    root = mapping("a: x\nb: 'x'\nc: \"x\"\nd: |\n  x\ne: >\n  x\n")
    values = [entry.value for entry in root.entries if isinstance(entry.value, Scalar)]
    assert [value.style for value in values] == ["plain", "single", "double", "literal", "folded"]


def test_keys_stay_words() -> None:
    """Keys are text, whatever they would mean as values."""
    root = mapping("on: 1\n1: 2\nnull: 3\n")
    assert [entry.key.text for entry in root.entries] == ["on", "1", "null"]
    assert root.get("1") is not None
    assert root.get("missing") is None


def test_aliases_are_shared() -> None:
    """An alias is the anchored node itself, and anchors may be set again."""
    root = mapping("a: &x [1]\nb: *x\nc: &x [2]\nd: *x\n")
    assert root.get("b") is root.get("a")
    assert root.get("d") is root.get("c")


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("a: 1\na: 2\nb: {c: 1, c: 2, c: 3}\n", ["2:1 E002", "3:11 E002", "3:17 E002"]),
        ("a: *x\n", ["1:4 E005"]),
        ("a: &x [*x]\n", ["1:8 E005"]),
        ("<<: {a: 1}\n", ["1:1 E004"]),
        ("? [a]\n: 1\n", ["1:3 E004"]),
        ("a: !!int 1\nb: !x [1]\nc: !!python/name:os.system {}\n", ["1:4 E004", "2:4 E004", "3:4 E004"]),
        ("a: 1\n---\nb: 2\n", ["2:1 E004"]),
        ("a: 1\n\tb: 2\n", ["2:1 E003"]),
        ("a:\n  - b\n\t- c\n\t- d\n", ["3:1 E003"]),
        ("a: [1,\n", ["2:1 E001"]),
        ("a: 'b\n", ["1:4 E001"]),
        ("a: b: c\n", ["1:5 E001"]),
        ("@a\n", ["1:1 E001"]),
        ("a: \x01\n", ["1:4 E001"]),
        ("a: \ud800\n", ["1:1 E001"]),
        ('a: "\\q"\n', ["1:5 E001"]),
        ("%YAML 3.0\n---\na\n", ["1:1 E001"]),
        ("[" * 40, ["1:33 E006"]),
        ("{a: " * 40, ["1:129 E006"]),
        ("a: " + "x" * MOST_BYTES, ["1:1 E006"]),
    ],
)
def test_refused(text: str, found: list[str]) -> None:
    """What is wrong is noted at its place."""
    assert brief(tree(text)[1]) == found


def test_a_merge_key_in_quotes_is_a_key() -> None:
    """Only the plain word has the old meaning."""
    assert mapping('"<<": 1\n').get("<<") is not None


def test_tags_of_plain_data_are_allowed() -> None:
    """They say what is so anyway."""
    assert isinstance(mapping("a: !!map {b: !!seq [1]}\n").get("a"), MapNode)


def test_byte_order_mark() -> None:
    """It is not part of the text."""
    assert scalar("\ufeffa").text == "a"


@pytest.mark.parametrize("text", ["", "# nothing\n", "---\n", "--- \n...\n"])
def test_empty_file(text: str) -> None:
    """A file without a value holds nothing."""
    assert scalar(text).value is None


def test_laughter() -> None:
    """Aliases that multiply are refused before they cost anything."""
    levels = ["a0: &a0 [x, x]"] + [f"a{i}: &a{i} [*a{i - 1}, *a{i - 1}]" for i in range(1, 30)]
    found = tree("\n".join(levels))[1]
    assert [problem.code for problem in found] == ["E006"]


def test_deep_aliases() -> None:
    """Depth counts what aliases stand for."""
    deep = "a: &a " + "[" * 20 + "]" * 20 + "\nb: " + "[" * 20 + "*a" + "]" * 20
    assert [problem.code for problem in tree(deep)[1]] == ["E006"]
    shallow = "a: &a " + "[" * 14 + "]" * 14 + "\nb: " + "[" * 14 + "*a" + "]" * 14
    assert tree(shallow)[1] == ()


def test_many_values() -> None:
    """There is a bound on them."""
    assert [problem.code for problem in tree("[" + "a," * 50_001 + "]")[1]] == ["E006"]


@given(st.text(max_size=200))
def test_any_text(text: str) -> None:
    """Never raises; what cannot be read has a problem."""
    problems = Problems()
    node = read(text, "f", problems)
    assert node is not None or problems.has_errors


PIECES = [
    "a",
    "b: ",
    "- ",
    "\n",
    "  ",
    "[",
    "]",
    "{",
    "}",
    ",",
    "&x ",
    "*x",
    "'",
    '"',
    "|\n",
    ">",
    "?",
    ":",
    "\t",
    "---\n",
]


@given(st.lists(st.sampled_from([*PIECES, "!!x ", "<<: ", "#", "${A}", "\r\n", "\x00", "é"]), max_size=40).map("".join))
def test_anything_like_yaml(text: str) -> None:
    """Never raises, and every place is inside the text."""
    problems = Problems()
    read(text, "f", problems)
    for problem in problems.listed():
        assert 1 <= problem.line <= text.count("\n") + text.count("\r") + 2
        assert problem.hint
