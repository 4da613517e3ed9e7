"""The types and how they meet."""

from __future__ import annotations

import pytest

from wrp_policies.when.types import (
    ANYTHING,
    BOOL,
    DOUBLE,
    INT,
    NULL,
    NULLABLE_INT,
    STRING,
    Type,
    articled,
    comparable,
    joined,
    list_of,
)  # fmt: skip


@pytest.mark.parametrize(
    ("left", "right", "answer"),
    [
        (INT, DOUBLE, True),
        (INT, STRING, False),
        (BOOL, INT, False),
        (NULL, NULLABLE_INT, True),
        (NULL, INT, False),
        (NULL, NULL, True),
        (NULLABLE_INT, DOUBLE, True),
        (ANYTHING, STRING, True),
        (list_of(INT), list_of(DOUBLE), True),
        (list_of(INT), list_of(STRING), False),
        (list_of(INT), INT, False),
    ],
)
def test_what_can_be_equal(left: Type, right: Type, answer: bool) -> None:
    """In either order."""
    assert (comparable(left, right), comparable(right, left)) == (answer, answer)


@pytest.mark.parametrize(
    ("types", "one"),
    [
        ([], ANYTHING),
        ([STRING, STRING], STRING),
        ([INT, DOUBLE], DOUBLE),
        ([NULL, NULLABLE_INT], NULLABLE_INT),
        ([INT, STRING], None),
        ([NULL, INT], NULLABLE_INT),
        ([NULL, NULL], NULL),
        ([NULL, STRING], None),
    ],
)
def test_one_type_for_a_list(types: list[Type], one: Type | None) -> None:
    """The widest that all fit, or none."""
    assert joined(types) == one


def test_types_in_a_sentence() -> None:
    """With their articles."""
    assert [articled(type_) for type_ in (INT, STRING, NULL, NULLABLE_INT, list_of(BOOL))] == [
        "an int", "a string", "null", "an int or null", "a list of bool",
    ]  # fmt: skip
