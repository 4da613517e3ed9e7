"""Reading a configuration for a command."""

from __future__ import annotations

from wrp_router.cli.reading import read


def test_what_is_wrong_goes_to_standard_error(config, capsys):
    """And there is no configuration."""
    assert read(config("routs: []\n")) is None
    assert "E010" in capsys.readouterr().err


def test_warnings_do_not_stop(config, capsys):
    """They are said, and the configuration is there."""
    found = read(config("cache: {semantic: false, categories: {law: {ttl: 1h}}}\n"))
    assert found is not None
    assert found.pools[0].name == "small"
    assert "W005" in capsys.readouterr().err


def test_silence_where_all_is_well(config, capsys):
    """Nothing to say, nothing said."""
    assert read(config()) is not None
    assert capsys.readouterr() == ("", "")


def test_some_need_not_be_said(config, capsys):
    """A command may know a warning to be beside the point; errors are said always."""
    text = config("cache: {semantic: false, categories: {law: {ttl: 1h}}}\n")
    assert read(text, ("W005",)) is not None
    assert capsys.readouterr() == ("", "")
    assert read(config("routs: []\n"), ("E010",)) is None
    assert "E010" in capsys.readouterr().err
