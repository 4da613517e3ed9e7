"""The file that only grows: rotation, modes, torn lines, a disk that is full."""

from __future__ import annotations

import errno
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wrp_router.telemetry.rotating import Rotating, rotated


class Disk:
    """Takes so many bytes and is full then; a write that does not fit in whole is cut short first."""

    def __init__(self, room: int) -> None:
        self.room = room

    def __call__(self, fd: int, data: bytes) -> int:
        if not self.room:
            raise OSError(errno.ENOSPC, "No space left on device")
        written = os.write(fd, data[: self.room])
        self.room -= written
        return written


def test_a_long_file_moves_aside_and_the_oldest_goes(tmp_path):
    """`keep` old files, numbered from the newest, each at most as long as allowed."""
    path = tmp_path / "log"
    file = Rotating(path, rotate_bytes=10, keep=2)
    for number in range(5):
        file.append(b"line %d\n" % number)
    file.close()
    assert [found.name for found in rotated(path)] == ["log", "log.1", "log.2"]
    assert [found.read_bytes() for found in rotated(path)] == [b"line 4\n", b"line 3\n", b"line 2\n"]


def test_without_old_files_the_log_begins_anew(tmp_path):
    """`keep=0` keeps nothing but the file in use."""
    path = tmp_path / "log"
    file = Rotating(path, rotate_bytes=10, keep=0)
    file.append(b"line 0\n")
    file.append(b"line 1\n")
    file.close()
    assert rotated(path) == [path]
    assert path.read_bytes() == b"line 1\n"


@pytest.mark.parametrize("before", [None, 0o644])
def test_only_the_owner_may_read(tmp_path, before):
    """Mode 0600, also for a file that was there and open to all."""
    path = tmp_path / "new" / "log"
    if before is not None:
        path.parent.mkdir()
        path.touch(before)
    file = Rotating(path, 100, 1)
    file.append(b"x\n")
    file.close()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (b"whole\n", b"whole\nnext\n"),
        (b"whole\ntorn", b"whole\nnext\n"),
        (b"torn", b"next\n"),
        (b"whole\n" + b"x" * 200_000, b"whole\nnext\n"),
    ],
)
def test_what_a_crash_left_of_a_line_is_cut_off(tmp_path, before, after):
    """The next line never joins a torn one, however long that is."""
    path = tmp_path / "log"
    path.write_bytes(before)
    file = Rotating(path, 1 << 20, 1)
    file.append(b"next\n")
    file.close()
    assert path.read_bytes() == after


@given(room=st.integers(0, 60), lines=st.lists(st.binary(max_size=9).map(lambda b: b.replace(b"\n", b"") + b"\n")))
def test_a_full_disk_leaves_whole_batches_only(tmp_path_factory, room, lines):
    """An append is in the file as a whole or not at all; what comes after the disk has room again is in it too."""
    path = tmp_path_factory.mktemp("disk") / "log"
    disk = Disk(room)
    file = Rotating(path, 1 << 20, 1, write=disk)
    written = []
    for line in lines:
        try:
            file.append(line)
        except OSError:
            continue
        written.append(line)
    disk.room = 100
    file.append(b"room\n")
    file.close()
    assert path.read_bytes() == b"".join([*written, b"room\n"])


def test_a_file_that_was_moved_away_is_opened_anew(tmp_path):
    """logrotate may move or delete the file under us."""
    path = tmp_path / "log"
    file = Rotating(path, 100, 1)
    file.append(b"one\n")
    path.rename(tmp_path / "elsewhere")
    file.append(b"two\n")
    path.unlink()
    file.append(b"three\n")
    file.close()
    assert (tmp_path / "elsewhere").read_bytes() == b"one\n"
    assert path.read_bytes() == b"three\n"


def test_a_device_is_written_as_it_is():
    """No rotation, no mode, no mending where the path is not a regular file; a full one says so."""
    mode = os.stat("/dev/full").st_mode
    file = Rotating(Path("/dev/full"), 1, 1)
    with pytest.raises(OSError, match="No space"):
        file.append(b"x\n")
    file.close()
    assert os.stat("/dev/full").st_mode == mode


def test_a_device_cut_short_stays_as_it_is():
    """What a device took of a batch cannot be taken back, and nothing is tried."""
    file = Rotating(Path(os.devnull), 1, 1, write=Disk(1))
    with pytest.raises(OSError, match="No space"):
        file.append(b"x\n")
    file.close()


def test_closing_twice_is_harmless(tmp_path):
    """Close means: not open."""
    file = Rotating(tmp_path / "log", 100, 1)
    file.close()
    file.append(b"x\n")
    file.close()
    file.close()


def test_only_numbered_neighbours_belong_to_the_log(tmp_path):
    """Newest first by number, not by name; other files of the directory are not the log's."""
    for name in ("log.10", "log.2", "log.old", "log.1.gz", "other.1", "log[1]"):
        (tmp_path / name).touch()
    assert [found.name for found in rotated(tmp_path / "log")] == ["log.2", "log.10"]
    assert rotated(tmp_path / "log[1]") == [tmp_path / "log[1]"]
    assert rotated(tmp_path / "nowhere" / "log") == []


WRITER = """
import sys
from pathlib import Path
from wrp_router.telemetry.rotating import Rotating
file = Rotating(Path(sys.argv[1]), 20_000, 1000)
for number in range(300):
    file.append(b"".join(b"%s %d %d %s\\n" % (sys.argv[2].encode(), number, one, b"x" * 60) for one in range(5)))
"""


def test_several_processes_write_to_one_path(tmp_path: Path):
    """No line is torn, glued, lost or there twice, whoever rotates."""
    path = tmp_path / "log"
    writers = [subprocess.Popen([sys.executable, "-c", WRITER, str(path), name]) for name in "abc"]
    assert [writer.wait(60) for writer in writers] == [0, 0, 0]
    lines = b"".join(found.read_bytes() for found in rotated(path)).splitlines()
    wanted = {
        f"{name} {number} {one} {'x' * 60}".encode() for name in "abc" for number in range(300) for one in range(5)
    }
    assert (len(lines), set(lines)) == (len(wanted), wanted)
    assert all(found.stat().st_size <= 20_000 for found in rotated(path))


def test_what_another_writer_left_torn_is_cut_off(tmp_path: Path):
    """Though this one has had the file open all the time."""
    path = tmp_path / "log"
    file = Rotating(path, 1000, 1)
    file.append(b"whole\n")
    with path.open("ab") as other:
        other.write(b"tor")
    file.append(b"next\n")
    file.close()
    assert path.read_bytes() == b"whole\nnext\n"
