"""Reading on threads, and believing nothing that is not sealed."""

from __future__ import annotations

import sqlite3

import pytest

from tests.cache.makers import axis, entry
from tests.cache.stores.kit import SECRET, named
from wrp_cache.stores.orders import Put, Strike
from wrp_cache.stores.reader import Reader
from wrp_cache.stores.rows import Rows, Unwritable
from wrp_cache.stores.seal import Sealer, halves, header_of

SEALER = Sealer(SECRET, b"sqlite")


class Writer:
    """Writes down what it is told."""

    def __init__(self) -> None:
        self.generation = 0
        self.readers: list[Reader] = []
        self.orders: list[object] = []
        self.doubted: list[int] = []

    def give(self, order: object) -> None:
        self.orders.append(order)

    def doubt(self, generation: int) -> None:
        self.doubted.append(generation)


def filled(path: str, count: int = 3) -> None:
    rows = Rows(path)
    for at in range(count):
        kept = entry(b"%d" % at, body=b"body %d" % at)
        header, vector = SEALER.write(header_of(kept, 1e9)), halves(axis(at))
        seal = SEALER.seal(header, vector)
        put = Put(0, named(kept), header, vector, kept.body, b"a", b"p", 2e9)
        rows.apply([(put, seal, SEALER.proof(seal, kept.body))])
    rows.close()


@pytest.fixture
async def scene(tmp_path):
    path = str(tmp_path / "x.db")
    filled(path)
    writer = Writer()
    reader = Reader(path, SEALER, writer, "reader")
    yield path, writer, reader
    await reader.close()
    await reader.close()


def change(path: str, statement: str, *values: object) -> None:
    db = sqlite3.connect(path, isolation_level=None)
    db.execute(statement, values)
    db.close()


async def test_headers_and_documents_are_read(scene):
    """In pieces, the newest first."""
    _, _, reader = scene
    first = await reader.newest(None, 2)
    second = await reader.newest(first.last, 2)
    third = await reader.newest(second.last, 2)
    assert [lesson.header.key for lesson in [*first.lessons, *second.lessons]] == [b"2", b"1", b"0"]
    assert [float(lesson.vector @ axis(2)) for lesson in first.lessons] == [1.0, 0.0]
    assert (third.last, third.lessons) == (None, [])
    header, body = await reader.find(named(entry(b"1")))
    assert (header.key, body) == (b"1", b"body 1")
    assert await reader.find(b"?" * 16) is None


@pytest.mark.parametrize(
    "column",
    [
        "name = zeroblob(16)",
        "tenant = x'62'",
        "partition = x'62'",
        "header = zeroblob(5)",
        "vector = 'text'",
        "seal = 7",
    ],
)
async def test_a_row_that_is_not_what_was_written_is_erased(scene, column):
    """Whichever column it is, and whatever type it has."""
    path, writer, reader = scene
    change(path, f"UPDATE entries SET {column} WHERE id = 2")
    batch = await reader.newest(None, 10)
    assert [lesson.header.key for lesson in batch.lessons] == [b"2", b"0"]
    assert writer.orders == [Strike(0, 2)]
    assert await reader.find(named(entry(b"1"))) is None
    assert reader.broken >= 1


@pytest.mark.parametrize("column", ["body = x'00'", "proof = zeroblob(16)", "body = 'body 1'", "proof = 1"])
async def test_a_body_that_is_not_what_was_written_is_erased(scene, column):
    """Its header is still believed, until somebody asks for it."""
    path, writer, reader = scene
    change(path, f"UPDATE entries SET {column} WHERE id = 2")
    assert len((await reader.newest(None, 10)).lessons) == 3
    assert await reader.find(named(entry(b"1"))) is None
    assert (writer.orders, reader.broken) == ([Strike(0, 2)], 1)


async def test_rows_that_changed_places_are_not_believed(scene):
    """The answer to one question under the name of another."""
    path, _, reader = scene
    one, other = named(entry(b"1")), named(entry(b"2"))
    change(path, "UPDATE entries SET name = ? WHERE id = 2", b"-" * 16)
    change(path, "UPDATE entries SET name = ? WHERE id = 3", one)
    assert await reader.find(one) is None
    assert await reader.find(other) is None


async def test_damage_is_told_to_the_writer(scene):
    """With the generation that was read; nothing is found meanwhile."""
    path, writer, reader = scene
    writer.generation = 4
    change(path, "CREATE TABLE more (x)")
    assert (await reader.newest(None, 10)).last is None
    assert await reader.find(named(entry(b"1"))) is None
    assert writer.doubted == [4, 4]


async def test_a_new_file_is_opened_anew(scene, tmp_path):
    """After the writer has shut the old one, with the lock."""
    path, writer, reader = scene
    assert await reader.find(named(entry(b"1"))) is not None
    assert writer.readers == [reader]
    with reader.lock:
        reader.shut()
        for end in ("", "-wal", "-shm"):
            (tmp_path / f"x.db{end}").unlink(missing_ok=True)
        filled(path, 1)
    assert await reader.find(named(entry(b"1"))) is None
    assert await reader.find(named(entry(b"0"))) is not None


async def test_a_file_that_cannot_be_had_is_said_so(tmp_path):
    """To whoever asks."""
    reader = Reader(str(tmp_path / "no" / "x.db"), SEALER, Writer(), "reader")
    with pytest.raises(Unwritable):
        await reader.find(b"?" * 16)
    await reader.close()
