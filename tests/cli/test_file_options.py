"""The file of a configuration, with and without `-c`."""

from __future__ import annotations

import pytest

from wrp_router.cli import parser

SIMULATE = ("simulate", "--synthetic", "hot")


@pytest.mark.parametrize("command", [("check",), ("test",), ("config", "show"), SIMULATE])
@pytest.mark.parametrize("named", [("wrp.yaml",), ("-c", "wrp.yaml"), ("--config", "wrp.yaml")])
def test_both_ways_say_the_same(command: tuple[str, ...], named: tuple[str, ...]):
    """In whatever order."""
    assert parser().parse_args([*command, *named]).file == "wrp.yaml"


@pytest.mark.parametrize("named", [("wrp.yaml",), ("-c", "wrp.yaml")])
def test_serve_takes_a_file_or_backends(named: tuple[str, ...]):
    """Never both."""
    assert parser().parse_args(["serve", *named, "--workers", "2"]).config == "wrp.yaml"
    assert parser().parse_args(["serve", "--backend", "http://a"]).config is None
    with pytest.raises(SystemExit):
        parser().parse_args(["serve", *named, "--backend", "http://a"])


@pytest.mark.parametrize("command", [("check",), ("serve",), ("config", "show"), SIMULATE])
def test_one_has_to_be_given(command: tuple[str, ...], capsys: pytest.CaptureFixture[str]):
    """And not two; the error names what is missing."""
    with pytest.raises(SystemExit):
        parser().parse_args(list(command))
    assert "FILE" in capsys.readouterr().err
    with pytest.raises(SystemExit):
        parser().parse_args([*command, "a.yaml", "-c", "b.yaml"])
