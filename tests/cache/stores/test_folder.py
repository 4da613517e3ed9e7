"""Whole files in a folder."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from wrp_cache.stores.folder import Folder

MANY = 1 << 20


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return Folder(str(tmp_path / "x.index"))


def test_there_and_back(folder: Folder, tmp_path: Path) -> None:
    """What was written last is read; only its owner may."""
    assert (folder.names(), folder.read("a", MANY)) == ([], None)
    assert folder.write("b", [b"one", memoryview(b"two")]) == 6
    folder.write("a", [b"x"])
    folder.write("a", [bytearray(b"y")])
    assert (folder.names(), folder.read("a", MANY), folder.read("b", MANY)) == (["a", "b"], b"y", b"onetwo")
    assert stat.S_IMODE((tmp_path / "x.index").stat().st_mode) == 0o700
    assert stat.S_IMODE((tmp_path / "x.index" / "a").stat().st_mode) == 0o600
    folder.drop("a")
    folder.drop("a")
    assert folder.names() == ["b"]


def test_all_or_nothing(folder: Folder) -> None:
    """Pieces that break off leave what was there."""

    def broken() -> Iterator[bytes]:
        yield b"new"
        raise ValueError("broken")

    folder.write("a", [b"old"])
    with pytest.raises(ValueError, match="broken"):
        folder.write("a", broken())
    assert (folder.names(), folder.read("a", MANY)) == (["a"], b"old")


def test_what_a_killed_process_left(folder: Folder, tmp_path: Path) -> None:
    """It is removed, and in nobody's way."""
    folder.write("a", [b"old"])
    left = tmp_path / "x.index" / "a.unfinished"
    left.write_bytes(b"half")
    assert folder.names() == ["a"]
    assert not left.exists()
    left.write_bytes(b"half")
    folder.write("a", [b"new"])
    assert folder.read("a", MANY) == b"new"


def test_what_is_no_file_of_ours(folder: Folder, tmp_path: Path) -> None:
    """Neither links, nor pipes, nor what is too long is read."""
    folder.write("a", [b"0123456789"])
    assert folder.read("a", 9) is None
    os.mkfifo(tmp_path / "x.index" / "pipe")
    assert folder.read("pipe", MANY) is None
    (tmp_path / "x.index" / "link").symlink_to(tmp_path / "x.index" / "a")
    assert folder.read("link", MANY) is None


def test_a_disk_that_cannot(tmp_path: Path) -> None:
    """Whoever writes is told."""
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(OSError, match="file"):
        Folder(str(tmp_path / "file")).write("a", [b"x"])
    with pytest.raises(NotADirectoryError):
        Folder(str(tmp_path / "file")).read("a", MANY)
