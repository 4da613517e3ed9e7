"""A file of answers that nobody has open: what can be read, written and erased there, and what is not believed."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

from wrp_cache.stores.folder import BESIDE, Folder
from wrp_cache.stores.offline import Offline
from wrp_cache.stores.rows import Damaged, Rows, Unwritable
from wrp_cache.types import Entry

NOW = 1e9


def entry(key: bytes = b"k", created: float = NOW, **changes: object) -> Entry:
    """An answer of a tenant."""
    fields = {"partition": b"p", "tenant": "t", "category": "default", "asked": "a", "body": b"{}"}
    return Entry(key=key, created=created, content_type="application/json", **(fields | changes))  # type: ignore[arg-type]


@pytest.fixture
def path(tmp_path: Path) -> str:
    """An empty file."""
    path = str(tmp_path / "answers.db")
    Rows(path).close()
    return path


def opened(path: str, secret: bytes = b"secret", ttl: float = 60.0) -> Offline:
    """With answers that are good for a minute."""
    return Offline(path, secret, lambda category: ttl, NOW)


@pytest.fixture
def file(path: str) -> Iterator[Offline]:
    """Two answers, one with a vector."""
    made = opened(path)
    assert made.put([(entry(b"1"), None), (entry(b"2", NOW - 1, tenant="u"), np.array([0.6, 0.8], np.float32))]) == 2
    yield made
    made.close()


def test_what_was_put_comes_back(file: Offline):
    """Whole, the newest row first, with its vector."""
    (second, vector), (first, none) = file.entries()
    assert (first, none) == (entry(b"1"), None)
    assert second == entry(b"2", NOW - 1, tenant="u")
    assert vector == pytest.approx([0.6, 0.8], abs=1e-3)
    assert file.totals() == (2, 4, 0)


def test_the_same_again(file: Offline):
    """Takes the place of what had its name."""
    assert file.put([(entry(b"1", body=b"new"), None)]) == 1
    assert [found.body for found, _ in file.entries()] == [b"new", b"{}"]


def test_a_purge_leaves_nothing_beside_the_file(file: Offline, path: str):
    """Indexes have vectors of what is purged."""
    beside = Folder(path + BESIDE)
    beside.write("graph", [b"x"])
    assert file.purge("u", None) == 1
    assert beside.names() == []


def test_what_is_older_than_what_is_there(file: Offline):
    """Is left out; what takes the place of a row that cannot be believed is not."""
    assert file.put([(entry(b"1", NOW - 5, body=b"old"), None)]) == 0
    file._rows._db.execute("UPDATE entries SET seal = x'00'")
    assert file.put([(entry(b"1", NOW - 5, body=b"old"), None)]) == 1


def test_what_is_too_old(file: Offline, path: str):
    """Is not written, and not read; nor are answers that are empty."""
    assert file.put([(entry(b"3", NOW - 60), None), (entry(b"4", body=b""), None)]) == 0
    file.close()
    late = opened(path, ttl=0.5)
    assert [found.key for found, _ in late.entries()] == [b"1"]
    late.close()
    later = Offline(path, b"secret", lambda category: 60.0, NOW + 59.5)
    assert later.totals() == (2, 4, 1)
    later.close()


def test_many_rows(file: Offline):
    """More than a page."""
    file.put([(entry(b"%d" % number), None) for number in range(10, 710)])
    assert len({found.key for found, _ in file.entries()}) == 702


def test_purges(file: Offline):
    """Of a tenant, of a partition, of all."""
    assert file.purge("t", b"q") == 0
    assert file.purge("t", None) == 1
    assert file.purge(None, b"p") == 1
    assert file.purge(None, None) == 0


def test_half_a_character(file: Offline):
    """Cannot be written, and nothing with it is."""
    with pytest.raises(UnicodeEncodeError):
        file.put([(entry(b"3"), None), (entry(asked="\ud800"), None)])
    assert file.totals()[0] == 2


@pytest.mark.parametrize(
    "change", ["body = x'00'", "header = x'00'", "vector = x'0000'", "name = randomblob(16)", "name = 'text' || id"]
)
def test_what_was_changed_is_not_believed(file: Offline, path: str, change: str):
    """And counted."""
    file.close()
    with closing(sqlite3.connect(path)) as db, db:
        db.execute(f"UPDATE entries SET {change}")
    again = opened(path)
    assert (list(again.entries()), again.broken) == ([], 2)
    again.close()


def test_another_secret(file: Offline, path: str):
    """Believes nothing."""
    file.close()
    other = opened(path, b"other")
    assert (list(other.entries()), other.broken) == ([], 2)
    other.close()


def test_somebody_has_it_open(path: str):
    """Also who only reads."""
    with closing(sqlite3.connect(path)) as db:
        db.execute("SELECT count(*) FROM entries").fetchall()
        with pytest.raises(Unwritable, match="open"):
            opened(path)


def test_no_file(tmp_path: Path):
    """None is made."""
    with pytest.raises(FileNotFoundError):
        opened(str(tmp_path / "none.db"))
    assert not list(tmp_path.iterdir())


def test_a_damaged_file(tmp_path: Path):
    """Is left as it is."""
    path = tmp_path / "bad.db"
    path.write_bytes(b"x" * 5000)
    with pytest.raises(Damaged):
        opened(str(path))
    assert path.read_bytes() == b"x" * 5000
