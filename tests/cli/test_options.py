"""What each command may be told."""

from __future__ import annotations

import argparse

import pytest

from wrp_router.cli import parser
from wrp_router.cli.options import backend


@pytest.mark.parametrize(
    ("text", "url"),
    [
        ("http://localhost:8000", "http://localhost:8000"),
        ("http://localhost:8000/", "http://localhost:8000"),
        ("http://localhost:8000/v1", "http://localhost:8000"),
        ("https://api.example.com/v1/", "https://api.example.com"),
        ("http://[::1]:8000/base", "http://[::1]:8000/base"),
    ],
)
def test_backends_are_written_as_clients_write_them(text: str, url: str):
    """With or without the `/v1`."""
    assert backend(text) == url


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("localhost:8000", "is not like http://localhost:8000"),
        ("http://", "is not like"),
        ("ftp://host", "is not like"),
        ("http://host:0", "is not like"),
        ("http://host:99999", "Port out of range"),
        ("http://[::1", "Invalid IPv6 URL"),
        ("http://user:pass@host", "no credentials"),
        ("http://host?x=1", "no credentials, query or fragment"),
    ],
)
def test_backends_that_are_none(text: str, said: str):
    """Each is refused with what is wrong about it."""
    with pytest.raises(argparse.ArgumentTypeError, match=said):
        backend(text)


def test_several_backends():
    """In the order given."""
    options = parser().parse_args(["serve", "--backend", "http://a", "--backend", "http://b/v1"])
    assert options.backend == ["http://a", "http://b"]
    assert options.config is None


def test_explain_takes_one_question():
    """A prompt, a request or a decision."""
    options = parser().parse_args(["explain", "-c", "f", "--decision", "d"])
    assert (options.prompt, options.request, options.decision) == (None, None, "d")
    with pytest.raises(SystemExit):
        parser().parse_args(["explain", "-c", "f", "--decision", "d", "-f", "r"])


@pytest.mark.parametrize("limit", ["0", "-1", "x", "1.5"])
def test_a_limit_is_a_number_of_lines(limit: str, capsys):
    """One at least."""
    with pytest.raises(SystemExit):
        parser().parse_args(["eval", "signals", "--signal", "s", "--data", "d", "--limit", limit])
    assert "is no number of lines" in capsys.readouterr().err
