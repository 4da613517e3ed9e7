"""Problems for people and for programs."""

from __future__ import annotations

import hashlib
import json

from hypothesis import given
from hypothesis import strategies as st

from tests.live.scene import config
from wrp_router.config import Problem, Secret, render, render_json
from wrp_router.config.render import fingerprint, render_config

PROBLEM = Problem("f.yaml", 2, 4, "E010", 'unknown field "urll"', 'did you mean "url"?')
WARNING = Problem("f.yaml", 9, 1, "W004", "nothing uses it", "remove it")


def test_text() -> None:
    """One paragraph each: what, where, the line and a caret; then how many."""
    text = render([PROBLEM, WARNING], {"f.yaml": "a\n   urll: x\n"})
    assert text == (
        'f.yaml:2:4 E010 unknown field "urll" - did you mean "url"?\n'
        "  2 |    urll: x\n"
        "    |    ^\n"
        "\n"
        "f.yaml:9:1 W004 nothing uses it - remove it\n"
        "\n"
        "1 error, 1 warning\n"
    )


def test_nothing_wrong() -> None:
    """Says nothing."""
    assert render([], {}) == ""
    assert json.loads(render_json([])) == {"errors": 0, "warnings": 0, "problems": []}


def test_json() -> None:
    """The same on one line, with the severity spelt out."""
    text = render_json([PROBLEM, PROBLEM, WARNING])
    assert "\n" not in text
    data = json.loads(text)
    assert (data["errors"], data["warnings"]) == (2, 1)
    assert data["problems"][0] == {
        "file": "f.yaml",
        "line": 2,
        "col": 4,
        "code": "E010",
        "message": 'unknown field "urll"',
        "hint": 'did you mean "url"?',
        "severity": "error",
    }
    assert data["problems"][2]["severity"] == "warning"


def test_plural() -> None:
    """Two are errors."""
    assert render([PROBLEM, PROBLEM], {}).endswith("2 errors\n")


@given(st.text(max_size=300), st.integers(1, 5), st.integers(1, 310))
def test_any_source(source: str, line: int, col: int) -> None:
    """The caret stands under the column, in lines of bounded width that do nothing to a terminal."""
    shown = render([Problem("f", line, col, "E001", "m", "h")], {"f": source})
    for part in shown.split("\n"):
        assert part.isprintable()
        assert len(part) <= 420


def test_configurations_are_told_apart() -> None:
    """By all but their secrets, which are in neither text."""
    one, other = (config("http://127.0.0.1:1", secret=Secret(text)) for text in ("hidden", "another"))
    assert render_config(one) == render_config(other)
    assert "hidden" not in render_config(one)
    assert json.loads(render_config(one))["pools"][0]["servers"][0]["url"] == "http://127.0.0.1:1"
    assert fingerprint(one) == fingerprint(other) == hashlib.sha256(render_config(one).encode()).hexdigest()[:12]
    assert fingerprint(one) != fingerprint(config("http://127.0.0.1:2", secret=Secret("hidden")))
