"""What may be said of answers."""

from __future__ import annotations

import pytest

from tests.config.makers import codes, config


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("feedback: {signal: mood}\nsignals: {mood: {kind: feedback}}\n", []),
        ("feedback: {signal: mood}\n", ["E021"]),
        ("feedback: {keep: 0s}\n", ["E013"]),
        ("feedback: {most: -1}\n", ["E013"]),
        ("feedback: {keep: 2d, most: 100}\n", []),
        ("learned: {file: x.json, every: 5s}\n", []),
        ("learned: {file: ''}\n", ["E013", "E013"]),
        ("learned: {every: 5s}\n", ["E013"]),
    ],
)
def test_table(text: str, found: list[str]) -> None:
    """The signal is there; times and numbers are such."""
    assert codes(config(text)) == found
