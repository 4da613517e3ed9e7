"""Filling in variables and secret files."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.config.makers import brief, whole
from wrp_router.config.expand import ReadSecret, expand
from wrp_router.config.nodes import ListNode, MapNode, Node, Scalar
from wrp_router.config.problems import Place, Problems

ENV = {"NAME": "value", "N": "42", "EMPTY": "", "TRICK": "a: [b, ${NAME}]", "YES": "true"}


def filled(text: str, read_secret: ReadSecret | None = None) -> tuple[Node, list[str]]:
    problems = Problems()
    node = expand(whole(text), ENV, read_secret, problems)
    return node, brief(problems.listed())


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("${NAME}", "value"),
        ("a-${NAME}-${N}", "a-value-42"),
        ("${N}", 42),
        ('"${N}"', "42"),
        ("${YES}", True),
        ("${MISSING:-5}", 5),
        ("${MISSING:-}", None),
        ("${EMPTY:-x}", "x"),
        ("${EMPTY}", None),
        ("${NAME:-x}", "value"),
        ("$$", "$"),
        ("$${NAME}", "${NAME}"),
        ("$5/day", "$5/day"),
        ("$NAME", "$NAME"),
        ("'^a$'", "^a$"),
        ("${TRICK}", "a: [b, ${NAME}]"),
        ("plain", "plain"),
    ],
)
def test_filled_in(text: str, value: object) -> None:
    """Values come from the environment or the default; what comes in is neither YAML nor expanded again."""
    node, problems = filled(text)
    assert isinstance(node, Scalar)
    assert node.value == value
    assert problems == []


def test_text_is_what_the_file_says() -> None:
    """Messages show the text, so it never holds what was filled in."""
    node, _ = filled("${NAME}")
    assert isinstance(node, Scalar)
    assert (node.text, node.expanded) == ("${NAME}", "value")


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("${MISSING}", ["1:1 E015"]),
        ("${A} ${B} ${NAME}", ["1:1 E015", "1:1 E015"]),
        ("a${}", ["1:1 E017"]),
        ("${9}", ["1:1 E017"]),
        ("'${NAME'", ["1:1 E017"]),
        ("${NAME:?x}", ["1:1 E017"]),
        ("${file:/x}", ["1:1 E015"]),
    ],
)
def test_not_filled_in(text: str, found: list[str]) -> None:
    """All that is missing is noted, and the value is marked so that nobody complains again."""
    node, problems = filled(text)
    assert problems == found
    assert isinstance(node, Scalar)
    assert node.broken


def test_secret_files() -> None:
    """They are read by whoever may read files; their failures become problems."""
    contents: dict[str, str | Exception] = {
        "/ok": "s3cret",
        "/gone": FileNotFoundError(2, "No such file or directory"),
        "/odd": OSError("odd"),
        "/binary": ValueError("it is not UTF-8 text"),
    }

    def read_secret(path: str) -> str:
        content = contents[path]
        if isinstance(content, Exception):
            raise content
        return content

    node, problems = filled("- ${file:/ok}\n- ${file:/gone}\n- ${file:/odd}\n- ${file:/binary}\n", read_secret)
    assert isinstance(node, ListNode)
    assert isinstance(node.items[0], Scalar)
    assert node.items[0].value == "s3cret"
    assert problems == ["2:3 E015", "3:3 E015", "4:3 E015"]


def test_keys_are_left_alone() -> None:
    """Only values are filled in, at any depth."""
    node, problems = filled("{'${NAME}': ['${NAME}']}")
    assert isinstance(node, MapNode)
    assert node.entries[0].key.text == "${NAME}"
    assert isinstance(node.entries[0].value, ListNode)
    assert problems == []


def test_shared_nodes_stay_shared() -> None:
    """Or aliases would cost what they stand for."""
    node, _ = filled("[&x ['${NAME}'], *x]")
    assert isinstance(node, ListNode)
    assert node.items[0] is node.items[1]


@given(st.text("${}:-fileNAME_ ", max_size=30))
def test_any_text(text: str) -> None:
    """Never raises, and what is not broken has no variable left that is set."""
    problems = Problems()
    node = expand(Scalar(Place("f", 1, 1), text, text, "double"), ENV, None, problems)
    assert isinstance(node, Scalar)
    assert node.broken == problems.has_errors
