"""Secrets in the lines that are shown."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wrp_router.config.masking import masked


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("api_key: sk-123", "api_key: ******"),
        ("  key: 'sk-123' # why", "  key: '******' # why"),
        ("- {tenant: a, key: sk-123, sha256: x}", "- {tenant: a, key: ******, sha256: x}"),
        ("keys: [a]", "keys: [a]"),
        ("api_key: [sk-123]", "api_key: [******]"),
        ('"secret":"abc def"', '"secret":"*******"'),
        ("secret: ${NAME}", "secret: ${NAME}"),
        ("Authorization: Bearer x", "Authorization: ********"),
        ("monkey: banana", "monkey: banana"),
        ("url: http://me:pw@host/x", "url: http://*****@host/x"),
        ("secret:\n  x", "secret:\n  x"),
    ],
)
def test_by_name(text: str, shown: str) -> None:
    """What stands under a name for secrets, and in URLs before the @; columns stay."""
    assert masked(text, []) == shown


def test_known_secrets() -> None:
    """What was decoded as a secret is masked wherever it stands, the longest first; too short ones would hide text."""
    text = "a: sk-1234, b: sk-12345, c: abc"
    assert masked(text, ["sk-1234", "sk-12345", "abc"]) == "a: *******, b: ********, c: abc"


@given(st.text(max_size=60), st.lists(st.text(max_size=6), max_size=3))
def test_lengths_stay(text: str, secrets: list[str]) -> None:
    """So that a caret still points at its place."""
    assert len(masked(text, secrets)) == len(text)
