"""`wrp cache`: what it prints, where it writes, and what it says where it cannot."""

from __future__ import annotations

import json
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.cli.conftest import Wrp
from tests.cli.remembering import remembering
from wrp_router.cli.cache import _table

Config = Callable[..., str]


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    """Of a router that remembers three answers."""
    with remembering() as address:
        yield address


def test_stats(wrp: Wrp, url: str):
    """As a table for people, as JSON for programs."""
    code, out, err = wrp("cache", "stats", "--url", url)
    assert (code, err) == (0, "")
    assert out.splitlines()[0].split() == ["entries", "3"]
    assert [line.split()[0] for line in out.split("\n\n")[1].splitlines()] == ["category", "default"]
    told = json.loads(wrp("cache", "stats", "--url", url, "--json")[1])
    assert (told["cache"]["entries"], told["store"]) == (3, None)


def test_a_table_of_all_there_may_be():
    """Bars beside counts, and a store."""
    told = {
        "cache": {"entries": 1, "categories": {"code": {"hits": 7}}},
        "bars": {"code": {"threshold": 0.9}, "default": {}},
        "store": {"late": 2},
    }
    rows = [line.split() for line in _table(told)]
    assert rows == [
        ["entries", "1"],
        [],
        ["category", "threshold", "hits"],
        ["code", "0.9", "7"],
        [],
        ["store"],
        ["late", "2"],
    ]


def test_out_and_in(wrp: Wrp, url: str, tmp_path: Path):
    """A file that nobody else may read, and only when all of it is there."""
    file = tmp_path / "answers.jsonl"
    code, out, err = wrp("cache", "export", str(file), "--url", url)
    assert (code, err) == (0, "")
    assert out.startswith("3 exported")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert [one.name for one in tmp_path.iterdir()] == ["answers.jsonl"]
    code, out, err = wrp("cache", "import", str(file), "--url", url, "--json")
    assert (code, json.loads(out)["kept"], err) == (0, 3, "")


def test_through_pipes(wrp: Wrp, url: str, tmp_path: Path):
    """`-` is standard output and input."""
    code, out, err = wrp("cache", "export", "-", "--url", url, "--json")
    assert (code, out.count("\n"), err) == (0, 4, "")
    command = [sys.executable, "-m", "wrp_router", "cache", "import", "-", "--url", url]
    read_in = subprocess.run(command, input=out, capture_output=True, text=True, timeout=50, check=False)
    assert (read_in.returncode, read_in.stdout[:6], read_in.stderr) == (0, "3 kept", "")


@pytest.mark.parametrize("more", [(), ("--all", "--tenant", "a"), ("--all", "--partition", "cA==")])
def test_a_purge_names_something(wrp: Wrp, url: str, more: tuple[str, ...]):
    """Or says that it means all."""
    code, out, err = wrp("cache", "purge", "--url", url, *more)
    assert (code, out) == (1, "")
    assert "--all" in err


def test_what_is_not_there(wrp: Wrp, url: str, tmp_path: Path):
    """Files that cannot be read or written are named."""
    code, _, err = wrp("cache", "import", str(tmp_path / "none"), "--url", url)
    assert code == 1
    assert "none" in err
    assert wrp("cache", "export", str(tmp_path / "no" / "file"), "--url", url)[0] == 1


def test_a_failed_export_leaves_nothing(wrp: Wrp, tmp_path: Path):
    """And what was there before stays."""
    file = tmp_path / "answers.jsonl"
    file.write_text("before")
    assert wrp("cache", "export", str(file), "--url", "http://127.0.0.1:1")[0] == 1
    assert [one.read_text() for one in tmp_path.iterdir()] == ["before"]
