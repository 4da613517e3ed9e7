"""Addresses of machines, dates and ages."""

import pytest

from wrp_signals.pii import network


@pytest.mark.parametrize(
    ("check", "value", "sure"),
    [
        (network.url, "https://example.com/a", True),
        (network.url, "http://localhost:8080", False),
        (network.domain, "example.com", True),
        (network.domain, "file.py", False),
        (network.date, "2024-02-28", True),
        (network.age, "34", True),
        (network.age, "340", False),
    ],
)
def test_values(check, value, sure):
    """Only what is right in every digit is certain."""
    assert (check(value) == 1.0) is sure


def test_a_url_ends_before_the_sentence_does():
    """A full stop and a closing bracket that was never opened are not part of it."""
    text = b"see https://example.com/a)."
    assert text[4 : network.url_end(text, 4, len(text))] == b"https://example.com/a"
