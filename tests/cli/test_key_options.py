"""What `wrp keys` may be told."""

from __future__ import annotations

import argparse

import pytest

from wrp_router.cli import parser
from wrp_router.cli.key_options import duration, tenant


def test_all_of_it():
    """And what it is without."""
    line = "keys create --file f --tenant red --expires 12h --priority sheddable --max-priority critical"
    options = parser().parse_args(line.split())
    assert (options.part, options.tenant, options.expires, options.admin) == ("create", "red", 43_200.0, False)
    assert (options.priority, options.max_priority) == ("sheddable", "critical")
    assert parser().parse_args(["keys", "revoke", "-c", "f", "abc"]).id == "abc"


@pytest.mark.parametrize("text", ["", "0d", "5", "d", "1y", "-1d", "1.5d"])
def test_what_is_no_duration(text: str):
    """An end is some time away."""
    with pytest.raises(argparse.ArgumentTypeError):
        duration(text)


@pytest.mark.parametrize("text", ["", " red", "a/b", "x" * 65, "red\n"])
def test_what_is_no_tenant(text: str):
    """A name as the configuration has it."""
    with pytest.raises(argparse.ArgumentTypeError):
        tenant(text)
