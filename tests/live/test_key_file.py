"""The file of keys: what it takes, who may read it, and that a change holds without a restart."""

from __future__ import annotations

import asyncio
import os
import stat
from pathlib import Path, PosixPath
from typing import Any

import pytest

from tests.live.conftest import Connect
from tests.live.raw import request
from tests.live.scene import ASK, Scene
from wrp_router.accounts.keys import Issued, KeyBook, digest_of, made_of
from wrp_router.config import Secret
from wrp_router.config.structs import KeysFile
from wrp_router.fakes.engine import FakeEngine
from wrp_router.live.issued import Unreadable
from wrp_router.live.key_file import Damaged, KeyFile, alone, load, write

PEPPER = "a pepper that is kept elsewhere"


def made(number: int, **fields: Any) -> tuple[str, Issued]:
    """A key, and how it is kept."""
    id, key = made_of(number.to_bytes(8, "big"), bytes([number]) * 32)
    return key, Issued(id, f"tenant-{number}", digest_of(key, PEPPER.encode()), 0.0, **fields)


def test_what_is_written_is_read(tmp_path: Path):
    """By its owner alone, and with nothing left beside it; there is no key in it."""
    path = tmp_path / "keys.json"
    key, issued = made(1, admin=True, expires=9.0)
    write(path, KeyBook(1, (issued,)))
    assert load(path) == KeyBook(1, (issued,))
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [one.name for one in tmp_path.iterdir()] == ["keys.json"]
    assert key not in path.read_text()


@pytest.mark.parametrize(
    "text", ["", "{", "[]", '{"version": 2}', '{"version": 1, "more": 1}', '{"version": 1, "keys": [{}]}']
)
def test_what_is_no_file_of_keys(tmp_path: Path, text: str):
    """Is said so; nothing is guessed."""
    path = tmp_path / "keys.json"
    path.write_text(text)
    with pytest.raises(Damaged):
        load(path)


def test_two_keys_of_one_id(tmp_path: Path):
    """Which of them counts would be a guess."""
    _, issued = made(1)
    path = tmp_path / "keys.json"
    write(path, KeyBook(1, (issued, issued)))
    with pytest.raises(Damaged):
        load(path)


async def test_one_writer_at_a_time(tmp_path: Path):
    """Who comes second waits for the first, and then has the lock."""
    path, written = tmp_path / "keys.json", KeyBook(1, (made(1)[1],))

    def second() -> KeyBook:
        with alone(path):
            return load(path)

    with alone(path):
        reading = asyncio.create_task(asyncio.to_thread(second))
        await asyncio.wait([reading], timeout=0.05)
        assert not reading.done()
        write(path, written)
    assert await reading == written


async def test_what_the_first_look_says(tmp_path: Path, caplog: pytest.LogCaptureFixture):
    """Of a file that is not there yet, or that others may read; one that is damaged cannot be read."""
    path = tmp_path / "keys.json"
    assert await KeyFile(path).look() == KeyBook()
    write(path, KeyBook())
    await KeyFile(path).look()
    path.chmod(0o644)
    await KeyFile(path).look()
    path.write_text("half of it")
    with pytest.raises(Damaged):
        await KeyFile(path).look()
    assert ["no file of keys" in one.getMessage() for one in caplog.records] == [True, False]
    assert "chmod 600" in caplog.records[1].getMessage()


async def test_looking_again(tmp_path: Path):
    """It tells what is new, and nothing twice; what is damaged or gone is no news of anybody."""
    path = tmp_path / "keys.json"
    _, issued = made(1)
    file = KeyFile(path)
    assert await file.look() == KeyBook()
    assert await file.look() is None
    write(path, KeyBook(1, (issued,)))
    assert await file.look() == KeyBook(1, (issued,))
    assert await file.look() is None
    path.write_text("half of it")
    with pytest.raises(Damaged):
        await file.look()
    path.unlink()
    with pytest.raises(Unreadable, match="is gone"):
        await file.look()
    write(path, KeyBook())
    assert await file.look() == KeyBook()


class Fleeting(PosixPath):
    """A file that is taken away as soon as somebody has looked at it."""

    def stat(self, *, follow_symlinks: bool = True) -> os.stat_result:
        found = super().stat(follow_symlinks=follow_symlinks)
        self.unlink()
        return found


async def test_it_goes_between_look_and_reading(tmp_path: Path):
    """As while somebody moves another to its place: that is gone, and not a file without keys, which would turn
    everybody away."""
    path = Fleeting(tmp_path / "keys.json")
    write(path, KeyBook(1, (made(1)[1],)))
    with pytest.raises(Unreadable):
        await KeyFile(path).look()


@pytest.mark.fault("K2")
@pytest.mark.parametrize("http", ["lean", "aiohttp"])
async def test_revoked_on_an_open_connection(
    scene: Scene, engine: FakeEngine, connect: Connect, tmp_path: Path, http: str
):
    """Also where its head is remembered: within the time between two looks it is 401, and the row has the id alone."""
    path = tmp_path / "keys.json"
    key, issued = made(1)
    write(path, KeyBook(1, (issued,)))
    file = KeysFile(str(path), Secret(PEPPER), 0.02)
    router = await scene.open(engine, keys_file=file, http=http)
    raw = await connect(router)

    async def ask() -> int:
        await raw.send(request(ASK, authorization=f"Bearer {key}"))
        return (await raw.answer())[0]

    assert [await ask(), await ask()] == [200, 200]
    write(path, load(path).revoke(issued.id, 1.0))
    async with asyncio.timeout(10):
        while await ask() == 200:
            await asyncio.sleep(0.01)
    assert await ask() == 401
    rows = await scene.rows()
    assert {(row.facts.tenant, row.key) for row in rows if row.status == 200} == {("tenant-1", issued.id)}
