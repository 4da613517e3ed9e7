"""Decisions: exactly what they should be, or nothing."""

from __future__ import annotations

import json

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wrp_policies.consulting.decisions import LONGEST, Put, Write, decided, schema_of

POOLS = ("small", "large")
WORDS = st.sampled_from(["ask", "question", "answer", "done", "small", "large", "", "nobody"])
VALUES = WORDS | st.none() | st.booleans() | st.integers() | st.lists(WORDS, max_size=2)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ('{"ask": "small", "question": " What? ", "answer": ""}', Put("small", "What?")),
        ('{"ask": "small", "question": "What?"}', Put("small", "What?")),
        ('{"ask": null, "question": null, "answer": "large"}', Write("large")),
        ('{"answer": "small"}', Write("small")),
        ('{"done": true}', Write()),
        ('{"done": true, "answer": "small"}', Write("small")),
        ('```json\n{"answer": "small"}\n```', Write("small")),
        ('```\n{"answer": "small"}```', Write("small")),
        ('<think>{"answer": "large"}</think> {"answer": "small"}', Write("small")),
        ("", None),
        ("small", None),
        ("```", None),
        ("null", None),
        ('"small"', None),
        ("{}", None),
        ('{"done": false}', None),
        ('{"done": "true"}', None),
        ('{"answer": ["small"]}', None),
        ('{"ask": "small"}', None),
        ('{"ask": "small", "question": "  "}', None),
        ('{"ask": "nobody", "question": "What?"}', None),
        ('{"ask": "small", "question": "What?", "answer": "large"}', None),
        ('{"ask": "small", "question": "What?", "done": true}', None),
        ('{"answer": "nobody"}', None),
        ('{"answer": "small", "question": "What?"}', None),
        ('{"answer": "small", "why": "it can"}', None),
        ('{"answer": "small"} and so on', None),
        ('{"answer": "small"}{"answer": "small"}', None),
        (json.dumps({"ask": "small", "question": "x" * (LONGEST + 1)}), None),
        ('{"answer": "small", "question": "' + " " * 40_000 + '"}', None),
        ("[" * 10_000, None),
        ('{"ask": "\ud800"}', None),
    ],
)
def test_table(text: str, found: Put | Write | None) -> None:
    """One meaning or none."""
    assert decided(text, POOLS) == found


@given(st.text() | st.dictionaries(WORDS, VALUES, max_size=4).map(json.dumps))
def test_whatever_it_says(text: str) -> None:
    """It names a pool that there is, and a question that is one; it never raises."""
    found = decided(text, POOLS)
    if isinstance(found, Put):
        assert found.pool in POOLS
        assert 0 < len(found.question) <= LONGEST
    elif found is not None:
        assert found.pool in ("", *POOLS)


@pytest.mark.parametrize(
    "said",
    [{"ask": "small", "question": "What?", "answer": ""}, {"ask": "", "question": "", "answer": "large"}],
)
def test_the_schema_is_what_is_read(said: dict[str, str]) -> None:
    """An engine that sees to it makes decisions that can be read."""
    jsonschema.validate(said, schema_of(POOLS))
    assert decided(json.dumps(said), POOLS) is not None


def test_the_schema_names_who_there_is() -> None:
    """And nobody else."""
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({"ask": "nobody", "question": "What?", "answer": ""}, schema_of(POOLS))
