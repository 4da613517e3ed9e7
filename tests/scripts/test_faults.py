"""The rows of the fault suite: each is shown by a test, or says why by none."""

from __future__ import annotations

import ast

import pytest

from scripts.faults import ABSENT, GROUPS, ROOT, ROWS, _of, marked


def test_every_row_has_a_test_or_a_reason():
    """And never both, so that a reason goes when its test comes."""
    found = marked()
    assert [id for id in ROWS if id not in found and id not in ABSENT] == []
    assert [id for id in ABSENT if id in found] == []


def test_every_mark_is_of_a_row():
    """A mark of another would be shown nowhere."""
    assert set(marked()) <= set(ROWS)
    assert {id[0] for id in ROWS} == set(GROUPS)


def test_marks_are_read_as_pytest_reads_them(pytestconfig: pytest.Config):
    """Those of whole files, of lists, and of single tests."""
    text = """
pytestmark = [pytest.mark.long, pytest.mark.fault("R1")]

@pytest.mark.fault("R2", "R3")
@pytest.mark.parametrize("x", [1])
async def test_one(x): ...

def test_two(): ...

def helper(): ...
"""
    found = list(_of(ast.parse(text)))
    assert found == [("R1", "test_one"), ("R2", "test_one"), ("R3", "test_one"), ("R1", "test_two")]
    assert list(_of(ast.parse('pytestmark = pytest.mark.fault("B4")\ndef test_x(): ...'))) == [("B4", "test_x")]


def test_what_is_named_is_there():
    """As pytest would find it."""
    for names in marked().values():
        for name in names:
            path, _, test = name.partition("::")
            assert f"def {test}(" in (ROOT / path).read_text(encoding="utf-8")
