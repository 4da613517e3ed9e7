"""Collecting problems."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from wrp_router.config.problems import CODES, MOST, Place, Problems, closest, nearest, one_of, shown


def test_order() -> None:
    """By file in the order of reading, then by position."""
    problems = Problems()
    problems.reading("main")
    problems.reading("part")
    for file, line, col in (("part", 1, 1), ("main", 3, 1), ("main", 1, 9), ("main", 1, 2)):
        problems.add(Place(file, line, col), "E001", "m")
    assert [(p.file, p.line, p.col) for p in problems.listed()] == [
        ("main", 1, 2),
        ("main", 1, 9),
        ("main", 3, 1),
        ("part", 1, 1),
    ]


def test_the_same_twice() -> None:
    """Counts once: aliases lead to the same place more than once."""
    problems = Problems()
    for _ in range(2):
        problems.add(Place("f", 1, 1), "E012", "m")
    assert len(problems.listed()) == 1


def test_too_many() -> None:
    """Are counted, not kept."""
    problems = Problems()
    for line in range(1, MOST + 51):
        problems.add(Place("f", line, 1), "E012", "m", near=("a", ["b"]))
    *_, last = problems.listed()
    assert (len(problems.listed()), last.code, last.message) == (MOST + 1, "E009", "50 more problems are not shown")


def test_warnings_are_no_errors() -> None:
    """The first letter of the code says which it is."""
    problems = Problems()
    problems.add(Place("f", 1, 1), "W004", "m")
    assert not problems.has_errors
    problems.add(Place("f", 1, 1), "E012", "m")
    assert problems.has_errors


def test_every_code_has_its_words() -> None:
    """A meaning, and what helps where nothing better is known."""
    for code, (meaning, hint) in CODES.items():
        assert code[0] in "EW"
        assert code[1:].isdigit()
        assert meaning.endswith(".")
        assert hint


def test_hints() -> None:
    """The closest word, or all of them if there are few."""
    assert nearest("poolz", ["pools", "routes"]) == 'did you mean "pools"?'
    assert nearest("x", ["pools", "routes"]) == "one of: pools, routes"
    assert nearest("x", []) == ""
    assert closest("x", ["pools"]) == ""
    assert one_of([str(i) for i in range(20)]).endswith("11, … (8 more)")


@given(st.text(max_size=80))
def test_shown(text: str) -> None:
    """One printable line, of bounded length."""
    quoted = shown(text)
    assert quoted.isprintable()
    assert quoted.startswith('"')
    assert len(quoted) <= 41 * 10 + 2
