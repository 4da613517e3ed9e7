"""The thread that writes."""

from __future__ import annotations

import sqlite3
import threading
from pathlib import Path

import pytest

from tests.cache.stores.kit import SECRET
from wrp_cache.stores.orders import Drop, Purge, Put, Strike
from wrp_cache.stores.rows import Rows
from wrp_cache.stores.seal import Sealer
from wrp_cache.stores.writer import Report, Writer


def put(number: int, body: bytes = b"body", until: float = 2e9) -> Put:
    return Put(number, b"%016d" % number, b"header", b"", body, b"a", b"p", until)


class Reports:
    """What the writer says."""

    def __init__(self) -> None:
        self.all: list[Report] = []
        self._more = threading.Condition()

    def __call__(self, report: Report) -> None:
        with self._more:
            self.all.append(report)
            self._more.notify_all()

    def wait(self, number: int) -> None:
        """Until this change was tried."""
        with self._more:
            assert self._more.wait_for(lambda: max((each.number for each in self.all), default=-1) >= number, 20.0)

    @property
    def lost(self) -> list[bytes]:
        return [name for report in self.all for name in report.lost]


@pytest.fixture
def scene(tmp_path):
    reports = Reports()
    writer = Writer(str(tmp_path / "x.db"), 300_000, Sealer(SECRET, b"x"), reports, lambda: 1e9)
    writer.start()
    yield tmp_path / "x.db", writer, reports
    writer.close(20.0)


def names(path: Path) -> list[bytes]:
    rows = Rows(str(path))
    found = [row.name for row in rows.newest(None, 1000)]
    rows.close()
    return found


def test_what_waits_at_the_end_is_written(scene):
    """Everything, in its order, and then the thread is gone."""
    path, writer, reports = scene
    for number in range(1, 700):
        writer.give(put(number))
    writer.give(Drop(700, b"%016d" % 1))
    assert writer.close(20.0)
    assert len(names(path)) == 698
    assert reports.all[0].opened
    assert max(report.number for report in reports.all) == 700
    assert len(reports.all) < 20


def test_large_answers_go_in_smaller_batches(tmp_path):
    """So that none takes long."""
    reports = Reports()
    writer = Writer(str(tmp_path / "x.db"), None, Sealer(SECRET, b"x"), reports)
    for number in range(1, 9):
        writer.give(put(number, b"x" * (2 << 20)))
    writer.start()
    reports.wait(8)
    assert writer.close(20.0)
    assert [report.number for report in reports.all if not report.opened] == [2, 4, 6, 8]


def test_what_does_not_fit_is_said_to_be_lost_and_never_found(scene):
    """Also where an older answer stood under its name; what is erased makes room again."""
    path, writer, reports = scene
    writer.give(put(1))
    reports.wait(1)
    writer.give(put(1, b"x" * 400_000)._replace(number=2))
    reports.wait(2)
    assert reports.lost == [b"%016d" % 1]
    writer.give(put(3))
    reports.wait(3)
    assert names(path) == [b"%016d" % 3]


def test_what_is_to_be_erased_is_erased_when_that_can_be(scene):
    """A purge is not forgotten because somebody else holds the file."""
    path, writer, reports = scene
    writer.give(put(1))
    reports.wait(1)
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    writer._rows._db.execute("PRAGMA busy_timeout = 1")
    writer.give(Purge(2, "a", None))
    reports.wait(2)
    other.close()
    assert names(path) == [b"%016d" % 1]
    writer.give(put(3))
    reports.wait(3)
    assert names(path) == [b"%016d" % 3]


def test_a_file_that_is_locked_for_a_moment_loses_nothing(tmp_path):
    """Neither when it is opened nor when it is written."""
    reports, other = Reports(), sqlite3.connect(tmp_path / "x.db", isolation_level=None, check_same_thread=False)
    other.execute("BEGIN EXCLUSIVE")
    writer = Writer(str(tmp_path / "x.db"), None, Sealer(SECRET, b"x"), reports)
    writer.give(put(1))
    writer.start()
    release = threading.Timer(1.2, other.close)
    release.start()
    reports.wait(1)
    assert writer.close(20.0)
    release.join()
    assert (reports.lost, names(tmp_path / "x.db")) == ([], [b"%016d" % 1])


def test_a_file_that_a_reader_doubts_is_replaced_once(scene):
    """However many doubt the same one."""
    path, writer, reports = scene
    writer.give(put(1))
    reports.wait(1)
    writer.doubt(0)
    writer.doubt(0)
    writer.give(put(2))
    reports.wait(2)
    assert writer.generation == 1
    assert names(path) == [b"%016d" % 2]
    assert [report.damaged for report in reports.all if report.damaged] != []


def test_damage_met_while_writing_loses_nothing_that_is_being_written(scene):
    """It goes into the new file, and is not said to be tried before it is there."""
    path, writer, reports = scene
    writer.give(put(1))
    reports.wait(1)
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("DROP TABLE entries")
    other.close()
    writer.give(put(2))
    reports.wait(2)
    assert names(path) == [b"%016d" % 2]
    assert reports.lost == []
    assert [report.number for report in reports.all if report.damaged] == [1]


def test_a_row_is_struck_by_its_number(scene):
    """Where its name cannot be believed."""
    path, writer, reports = scene
    writer.give(put(1))
    writer.give(Strike(0, 1))
    writer.give(put(2))
    reports.wait(2)
    assert names(path) == [b"%016d" % 2]


def test_a_file_that_cannot_be_set_aside_is_left_alone(tmp_path, caplog):
    """Nothing is written until it can be, and that is said once."""
    folder = tmp_path / "x.db.damaged-20010909T014640-0001"
    folder.mkdir()
    (folder / "in the way").touch()
    (tmp_path / "x.db").write_bytes(b"no database" * 1000)
    reports = Reports()
    writer = Writer(str(tmp_path / "x.db"), None, Sealer(SECRET, b"x"), reports, lambda: 1e9)
    writer.start()
    for number in (1, 2):
        writer.give(put(number))
        reports.wait(number)
    assert len(reports.lost) == 2
    assert writer.close(20.0)
    assert caplog.text.count("answers are kept in memory") == 1


def test_it_says_when_it_is_well_again(scene, caplog):
    """Once."""
    _, writer, reports = scene
    writer.give(put(1, b"x" * 400_000))
    reports.wait(1)
    writer.give(put(2))
    reports.wait(2)
    writer.give(put(3))
    reports.wait(3)
    assert caplog.text.count("can be written again") == 1


def test_what_comes_and_goes_is_said_once_a_minute(scene, caplog):
    """As on a full disk, on which every answer that is short enough still fits."""
    _, writer, reports = scene
    for number in range(1, 7):
        writer.give(put(number, b"x" * (400_000 if number % 2 else 1)))
        reports.wait(number)
    assert caplog.text.count("answers are kept in memory") == 1
    assert caplog.text.count("can be written again") == 1
