"""Bodies of feedback."""

from __future__ import annotations

import json
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wrp_router.errors import BadRequest
from wrp_router.wire.feedback import Said, said, taken


def test_a_score_or_a_verdict() -> None:
    """Either is a quality."""
    assert said(b'{"decision": "dec_1", "score": 0.25}').quality == 0.25
    assert said(b'{"decision": "dec_1", "verdict": "bad"}').quality == 0.0
    assert json.loads(taken(Said("dec_1", verdict="good"), counted=True)) == {
        "object": "feedback",
        "decision": "dec_1",
        "score": 1.0,
        "counted": True,
    }


@pytest.mark.parametrize(
    ("raw", "why"),
    [
        (b"", "cannot be read"),
        (b"{}", "decision"),
        (b'{"decision": ""}', "decision"),
        (b'{"decision": "d"}', "either"),
        (b'{"decision": "d", "score": 1, "verdict": "good"}', "either"),
        (b'{"decision": "d", "score": 1.1}', "score"),
        (b'{"decision": "d", "score": NaN}', "cannot be read"),
        (b'{"decision": "d", "score": "1"}', "score"),
        (b'{"decision": "d", "verdict": "meh"}', "verdict"),
        (b'{"decision": "d", "score": 1, "comment": "x"}', "comment"),
        (b'{"decision": "\xff", "score": 1}', "cannot be read"),
        (b"[" * 4000, "cannot be read"),
    ],
)
def test_what_cannot_be_read(raw: bytes, why: str) -> None:
    """Is refused, by name of the field."""
    with pytest.raises(BadRequest, match=why) as caught:
        said(raw)
    assert caught.value.code == "invalid_feedback"


@pytest.mark.parametrize("again", ['"score": 1', '"decision": "e"', '"sc\\u006fre": 1', '"score": 0'])
def test_a_field_that_is_given_twice(again: str) -> None:
    """As in the body of a request: which one counts would be a guess."""
    with pytest.raises(BadRequest) as caught:
        said(f'{{"decision": "d", "score": 0, {again}}}'.encode())
    assert (caught.value.code, caught.value.param) == ("duplicate_field", "decision" if again[-2] == "e" else "score")


@given(st.binary(max_size=200))
def test_any_bytes(raw: bytes) -> None:
    """Are read or refused."""
    with suppress(BadRequest):
        assert 0.0 <= said(raw).quality <= 1.0
