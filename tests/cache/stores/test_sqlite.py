"""Answers that survive the process, and a file that may be anything."""

from __future__ import annotations

import asyncio
import os
import random
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from tests.cache.makers import near
from tests.cache.stores.damage import copy, corrupt
from tests.cache.stores.kit import Books, fresh, named, running, same, sqlite, until
from wrp_cache.stores import StoreFailed
from wrp_cache.stores.rows import Unwritable
from wrp_cache.types import Entry

ROOT = Path(__file__).parents[3]
PATHS = [str(ROOT / room) for room in (".", "policies", "signals", "cache")]


def killed_under_load(folder: Path, first: int) -> int:
    """The number up to which a process had acknowledged everything when it was killed."""
    command = [sys.executable, "-m", "tests.cache.stores.victim", str(folder), str(first)]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(PATHS)}
    with subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE) as victim:
        assert victim.stdout is not None
        said = first
        while said < first + 400:
            said = int(victim.stdout.readline())
        victim.send_signal(signal.SIGKILL)
        lines = [line for line in victim.stdout.read().splitlines(keepends=True) if line.endswith(b"\n")]
    return int(lines[-1]) if lines else said


@pytest.mark.fault("R18")
async def test_what_is_acknowledged_survives_a_kill(tmp_path):
    """Every entry, after each of three kills in a row."""
    acknowledged: set[int] = set()
    first = 0
    for _ in range(3):
        last = killed_under_load(tmp_path, first)
        acknowledged |= set(range(first, last))
        books = Books()
        async with running(sqlite(tmp_path), books) as archive:
            await archive.loaded.wait()
            for number in acknowledged:
                found = await archive.fetch(named(fresh(b"%d" % number)))
                assert found is not None
                assert found.body == b"answer %d " % number * 40
                assert named(found) in books.headers
            assert archive.stats().broken == archive.stats().replaced == 0
        first = last + 100_000
    assert len(acknowledged) >= 1200


async def image(folder: Path, rng: random.Random) -> tuple[Path, dict[bytes, Entry]]:
    """A file as a killed process leaves it, and what is in it."""
    put = {}
    async with running(sqlite(folder)) as archive:
        for turn in range(3):
            for at in range(12 * turn, 12 * turn + 12):
                entry = fresh(b"%d" % at, body=b"%d" % at * rng.randint(1, 2000))
                put[named(entry)] = entry
                archive.put(named(entry), entry, near(at % 8, 0.7))
            if turn == 1:
                archive.purge("nobody", None)  # so that the database has some, and the log the others
            await archive.flush()
        return copy(folder / "cache.db", folder / "image"), put


@pytest.mark.fault("C3")
async def test_a_damaged_file_costs_answers_and_nothing_else(tmp_path):
    """Whatever is written over it: what is found is what was put, and new answers are kept."""
    rng = random.Random(5)
    file, put = await image(tmp_path, rng)
    for turn in range(40):
        folder = copy(file, tmp_path / str(turn)).parent
        corrupt(folder / "cache.db", rng)
        new = fresh(b"new")
        async with running(sqlite(folder)) as archive:
            await archive.loaded.wait()
            for name, entry in put.items():
                found = await archive.fetch(name)
                assert found is None or same(found, entry)
            archive.put(named(new), new, None)
            await archive.flush()
            assert archive.stats().lost == 0
        async with running(sqlite(folder)) as archive:
            assert same(await archive.fetch(named(new)), new)


@pytest.mark.fault("C3")
async def test_a_damaged_file_is_set_aside_and_named(tmp_path, caplog):
    """While it is in use, and at the start; what is at hand is still served."""
    async with running(sqlite(tmp_path)) as archive:
        archive.put(named(fresh()), fresh(), None)
        await archive.flush()
    for end in ("-wal", "-shm"):  # where they are left, on a busy machine, SQLite would mend the file by them
        (tmp_path / f"cache.db{end}").unlink(missing_ok=True)
    (tmp_path / "cache.db").write_bytes(b"This is no database. " * 1000)
    async with running(sqlite(tmp_path)) as archive:
        await archive.loaded.wait()
        assert archive.stats().replaced == 1
        aside = [path.name for path in tmp_path.iterdir() if ".damaged-" in path.name]
        assert [name for name in aside if name in caplog.text] == aside != []
        assert await archive.fetch(named(fresh())) is None
        archive.put(named(fresh(b"2")), fresh(b"2"), None)
        await archive.flush()
        archive._front.desk.forget(named(fresh(b"2")))
        assert await archive.fetch(named(fresh(b"2"))) is not None


@pytest.mark.fault("C3")
async def test_a_reader_that_finds_damage_has_the_file_replaced(tmp_path):
    """The pages that the writer never looks at."""
    async with running(sqlite(tmp_path)) as archive:
        for at in range(200):
            archive.put(named(fresh(b"%d" % at)), fresh(b"%d" % at, body=b"x" * 3000), None)
        await archive.flush()
    file = tmp_path / "cache.db"
    content = bytearray(file.read_bytes())
    for page in range(2, len(content) // 4096):
        content[page * 4096 : page * 4096 + 8] = b"\x99" * 8
    file.write_bytes(content)
    books = Books()
    async with running(sqlite(tmp_path), books) as archive:
        await until(lambda: archive.stats().replaced == 1)
        await archive.loaded.wait()
        archive.put(named(fresh()), fresh(), None)
        await archive.flush()
        assert archive.stats().lost == 0


@pytest.mark.fault("C2")
async def test_a_full_disk_costs_what_does_not_fit(tmp_path):
    """Requests go on; what cannot be written is counted, the books hear of what is nowhere, and room is used again."""
    books = Books()
    async with running(sqlite(tmp_path, most=400_000, hot=20_000), books) as archive:
        for at in range(300):
            archive.put(named(fresh(b"%d" % at)), fresh(b"%d" % at, body=b"x" * 3000), None)
            if at % 10 == 0:
                await archive.flush()
        await archive.flush()
        lost = archive.stats().lost
        assert 0 < lost <= 300
        assert 0 < len(books.forgotten) <= lost
        assert [name for name in books.forgotten if await archive.fetch(name) is not None] == []
        for at in range(300):
            archive.drop(named(fresh(b"%d" % at)))
        await archive.flush()
        archive.put(named(fresh()), fresh(), None)
        await archive.flush()
        assert archive.stats().lost == lost
        assert archive.stats().replaced == 0


@pytest.mark.fault("C2")
async def test_a_folder_that_is_not_there_is_no_error(tmp_path):
    """Answers are kept in memory, and lost with it."""
    books = Books()
    async with running(sqlite(tmp_path / "nowhere"), books) as archive:
        archive.put(named(fresh()), fresh(), None)
        await archive.flush()
        assert archive.get(named(fresh())) is not None
        assert archive.stats().lost == 1
        with pytest.raises(StoreFailed):
            await archive.fetch(b"?" * 16)
        assert not archive.loaded.is_set()


async def test_books_without_room_have_it_erased(tmp_path):
    """What nobody will ask for takes no room in the file."""
    async with running(sqlite(tmp_path)) as archive:
        archive.put(named(fresh()), fresh(), None)
        await archive.flush()
    async with running(sqlite(tmp_path), Books(room=False)) as archive:
        await archive.loaded.wait()
        await archive.flush()
    books = Books()
    async with running(sqlite(tmp_path), books) as archive:
        await archive.loaded.wait()
        assert books.headers == {}


async def test_what_is_too_old_leaves_the_file(tmp_path):
    """Without anybody asking."""
    async with running(sqlite(tmp_path, ttl=lambda category: 0.01)) as archive:
        archive.put(named(fresh()), fresh(), None)
        await archive.flush()
        await until(lambda: rows(tmp_path) == 0)


def rows(folder: Path) -> int:
    with closing(sqlite3.connect(folder / "cache.db")) as db:
        return db.execute("SELECT count(*) FROM entries").fetchone()[0]


async def test_the_file_is_for_its_owner_only(tmp_path):
    """It has what users were told."""
    async with running(sqlite(tmp_path)) as archive:
        archive.put(named(fresh()), fresh(), None)
        await archive.flush()
        assert {path.stat().st_mode & 0o077 for path in tmp_path.iterdir()} == {0}


async def test_a_reader_that_hangs_costs_its_deadline_once(tmp_path):
    """Then nobody asks until it answers again."""
    archive = sqlite(tmp_path, deadline=0.02)
    async with running(archive):
        await archive.loaded.wait()
        hanging = asyncio.Event()

        async def hang(name: bytes) -> None:
            await hanging.wait()

        find, archive._reader.find = archive._reader.find, hang
        for _ in range(5):
            with pytest.raises(StoreFailed):
                await archive.fetch(b"?" * 16)
        archive._reader.find = find
        assert (archive.stats().late, archive.stats().skipped, archive.stats().openings) == (1, 4, 1)


async def test_a_file_that_is_locked_is_read_later(tmp_path):
    """Nothing is lost for it."""
    async with running(sqlite(tmp_path)) as archive:
        archive.put(named(fresh()), fresh(), None)
        await archive.flush()
    books = Books()
    archive = sqlite(tmp_path)
    newest, times = archive._loader.newest, []

    async def locked(before: int | None, most: int) -> object:
        times.append(most)
        if len(times) == 1:
            raise Unwritable("locked")
        return await newest(before, most)

    archive._loader.newest = locked
    async with running(archive, books):
        await archive.loaded.wait()
        assert list(books.headers) == [named(fresh())]
