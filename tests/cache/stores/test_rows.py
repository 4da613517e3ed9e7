"""A file of rows, and what its errors mean."""

from __future__ import annotations

import os
import random
import sqlite3
import stat
from contextlib import closing

import pytest

from tests.cache.stores.damage import copy, corrupt
from wrp_cache.stores.orders import Drop, Purge, Put, Strike
from wrp_cache.stores.rows import Damaged, Rows, Unwritable, set_aside


def put(name: bytes, until: float = 100.0, **fields: bytes):
    """With seal and proof."""
    given = {"header": b"header " + name, "vector": b"v", "body": b"body", "tenant": b"a", "partition": b"p"}
    return Put(0, name, **(given | fields), until=until), b"seal", b"proof"


def order(what: object):
    return what, b"", b""


@pytest.fixture
def rows(tmp_path):
    opened = Rows(str(tmp_path / "x.db"))
    yield opened
    opened.close()


def names(rows: Rows, before: int | None = None, most: int = 100) -> list[bytes]:
    return [row.name for row in rows.newest(before, most)]


@pytest.mark.parametrize("mode", [0o644, 0o666, 0o600])
def test_a_file_that_was_there_is_for_its_owner_alone(tmp_path, mode):
    """However it came there; and so is what is beside it, left by a process that was killed."""
    path = tmp_path / "x.db"
    Rows(str(path)).close()
    held = sqlite3.connect(path)  # so that what is beside it stays
    held.execute("SELECT count(*) FROM entries").fetchone()
    for one in tmp_path.iterdir():
        one.chmod(mode)
    with closing(Rows(str(path))) as rows:
        rows.apply([put(b"1")])
        found = {one.name: stat.S_IMODE(one.stat().st_mode) for one in tmp_path.iterdir()}
    held.close()
    assert found == dict.fromkeys(("x.db", "x.db-wal", "x.db-shm"), 0o600)


def test_rows_come_the_newest_first(rows):
    """In pieces, and one that was put again is new."""
    rows.apply([put(b"%d" % at) for at in range(5)])
    rows.apply([put(b"1")])
    assert names(rows) == [b"1", b"4", b"3", b"2", b"0"]
    piece = list(rows.newest(None, 2))
    assert names(rows, piece[-1].row, 2) == [b"3", b"2"]
    assert rows.find(b"1")[1:] == (b"1", b"a", b"p", b"header 1", b"v", b"seal", b"proof", b"body", None)
    assert all(row.found == row.row for row in rows.newest(None, 9))
    assert rows.find(b"?") is None


def test_long_headers_come_in_smaller_pieces(rows):
    """So that one answer is bounded."""
    rows.apply([put(b"%d" % at, header=b"h" * (3 << 20)) for at in range(4)])
    assert len(names(rows)) == 2


def test_orders_are_carried_out_in_their_order(rows):
    """All of a batch."""
    rows.apply([put(b"1"), put(b"2"), order(Drop(0, b"1")), order(Drop(0, b"9")), put(b"3"), put(b"1")])
    assert names(rows) == [b"1", b"3", b"2"]
    rows.apply([order(Strike(0, next(iter(rows.newest(None, 1))).row))])
    assert names(rows) == [b"3", b"2"]


@pytest.mark.parametrize(
    ("tenant", "partition", "left"),
    [
        (None, None, []),
        ("a", None, [b"3"]),
        (None, b"p", [b"2"]),
        ("a", b"p", [b"3", b"2"]),
        ("", None, [b"3", b"2", b"1"]),
    ],
)
def test_purges_are_of_a_tenant_a_partition_or_both(rows, tenant, partition, left):
    """Or of all."""
    rows.apply([put(b"1"), put(b"2", partition=b"q"), put(b"3", tenant=b"b")])
    rows.apply([order(Purge(0, tenant, partition))])
    assert names(rows) == left


def test_what_is_purged_is_in_no_file(rows, tmp_path):
    """Neither in the database nor in its log."""
    rows.apply([put(b"1", body=b"something private" * 500)])
    rows.erasing(True)
    rows.apply([order(Purge(0, "a", None))])
    rows.scrub()
    assert [path.name for path in tmp_path.iterdir() if b"something private" in path.read_bytes()] == []


def test_totals(rows):
    """Rows, the bytes of their bodies, and those that are too old."""
    assert rows.totals(0.0) == (0, 0, 0)
    rows.apply([put(b"%d" % at, until=float(at), body=b"12345") for at in range(3)])
    assert rows.totals(1.0) == (3, 15, 2)


def test_what_is_too_old_goes_a_few_at_a_time(rows):
    """As many as asked for."""
    rows.apply([put(b"%d" % at, until=float(at)) for at in range(10)])
    assert rows.expire(6.0, 4) == 4
    assert rows.expire(6.0, 4) == 3
    assert rows.expire(6.0, 4) == 0
    assert len(names(rows)) == 3


def test_a_batch_that_does_not_fit_leaves_no_trace(tmp_path):
    """All of it or nothing; and what is erased makes room."""
    rows = Rows(str(tmp_path / "x.db"), most=200_000)
    rows.apply([put(b"1")])
    with pytest.raises(Unwritable) as error:
        rows.apply([put(b"2"), put(b"3", body=b"x" * 400_000)])
    assert error.value.passing
    assert names(rows) == [b"1"]
    rows.apply([put(b"4", body=b"x" * 100_000)])
    rows.close()
    rows.close()


def test_a_file_that_cannot_be_had_is_not_damaged(tmp_path):
    """No folder, a folder in its place, or somebody who holds it."""
    with pytest.raises(Unwritable):
        Rows(str(tmp_path / "no" / "x.db"))
    with pytest.raises(Unwritable):
        Rows(str(tmp_path))
    rows = Rows(str(tmp_path / "x.db"))
    other = sqlite3.connect(tmp_path / "x.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    rows._db.execute("PRAGMA busy_timeout = 1")
    with pytest.raises(Unwritable, match="locked"):
        rows.apply([put(b"1")])
    other.close()
    rows.apply([put(b"1")])
    rows.close()


@pytest.mark.fault("C3")
@pytest.mark.parametrize(
    "statement",
    [
        "PRAGMA user_version = 2",
        "PRAGMA application_id = 7",
        "CREATE TABLE more (x)",
        "CREATE TRIGGER t AFTER INSERT ON entries BEGIN DELETE FROM entries; END",
        "DROP INDEX entries_until",
    ],
)
def test_tables_of_another_version_are_damage(tmp_path, statement):
    """Whatever they might do is not done."""
    Rows(str(tmp_path / "x.db")).close()
    other = sqlite3.connect(tmp_path / "x.db", isolation_level=None)
    other.execute(statement)
    other.close()
    with pytest.raises(Damaged):
        Rows(str(tmp_path / "x.db"))


@pytest.mark.parametrize("content", [b"no database" * 1000, b"SQLite format 3\0" + b"\xff" * 5000])
def test_what_is_no_database_is_damage(tmp_path, content):
    """At the first look."""
    (tmp_path / "x.db").write_bytes(content)
    with pytest.raises(Damaged):
        Rows(str(tmp_path / "x.db"))


def test_a_file_marked_as_read_only_is_damage(tmp_path):
    """A byte in its head says so, and its owner does not."""
    Rows(str(tmp_path / "x.db")).close()
    content = bytearray((tmp_path / "x.db").read_bytes())
    content[18] = 9
    (tmp_path / "x.db").write_bytes(content)
    with closing(Rows(str(tmp_path / "x.db"))) as rows, pytest.raises(Damaged):
        rows.apply([put(b"1")])


def test_every_method_says_what_is_wrong(rows):
    """And raises nothing else."""
    rows._db.execute("DROP TABLE entries")
    works = [
        lambda: rows.apply([put(b"1")]),
        lambda: rows.expire(1.0, 1),
        lambda: rows.find(b"1"),
        lambda: names(rows),
    ]
    for work in works:
        with pytest.raises(Damaged):
            work()
    rows.close()
    for work in (rows.scrub, lambda: rows.erasing(True), lambda: rows.apply([put(b"1")])):
        with pytest.raises(Damaged):
            work()


def test_a_damaged_file_is_renamed_with_what_belongs_to_it(tmp_path):
    """And only the last two of such are kept."""
    path = tmp_path / "x.db"
    for stamp in ("1", "2", "3"):
        for end in ("", "-wal", "-shm"):
            (tmp_path / f"x.db{end}").write_text(stamp)
        assert set_aside(str(path), stamp) == f"{path}.damaged-{stamp}"
        assert not path.exists()
    left = [f"x.db.damaged-{stamp}{end}" for stamp in "23" for end in ("", "-shm", "-wal")]
    assert sorted(os.listdir(tmp_path)) == left


@pytest.mark.fault("C3")
def test_no_corruption_does_more_than_damage(tmp_path):
    """Three hundred of them, read and written to the end: rows, Damaged or Unwritable, and never a crash."""
    rng, first = random.Random(9), Rows(str(tmp_path / "x.db"))
    for at in range(60):
        first.apply([put(b"%016d" % at, body=rng.randbytes(rng.randrange(6000)))])
        if at == 40:
            first.scrub()  # so that the database has some, and the log the others
    image = copy(tmp_path / "x.db", tmp_path / "image")
    first.close()
    said = set()
    for turn in range(300):
        file = copy(image, tmp_path / "copy")
        corrupt(file, rng)
        try:
            rows = Rows(str(file))
            list(rows.newest(None, 1000))
            [rows.find(b"%016d" % at) for at in range(60)]
            rows.apply([put(b"new %d" % turn), order(Drop(0, b"%016d" % 3)), order(Purge(0, "b", None))])
            rows.expire(1.0, 10)
        except (Damaged, Unwritable) as error:
            said.add(type(error))
        finally:
            rows.close()
    assert Damaged in said
