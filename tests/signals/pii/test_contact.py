"""Telephone numbers: which are right, and what only looks like one."""

import pytest

from wrp_signals.pii import contact


@pytest.mark.parametrize(
    ("check", "value", "sure"),
    [
        (contact.international, "+44 20 7946 0958", True),
        (contact.international, "+1 2", False),
        (contact.national, "(415) 555-2671", True),
        (contact.national, "123", False),
        (contact.trunk, "020 7946 0958", True),
        (contact.plain, "4155552671", True),
    ],
)
def test_values(check, value, sure):
    """Only what is right in every digit is certain."""
    assert (check(value) == 1.0) is sure


def test_dates_are_no_numbers():
    """Digits in the shape of a date."""
    assert contact.dated("2024-01-02")
    assert not contact.dated("415-555-2671")
