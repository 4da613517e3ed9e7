"""The file of keys: what it takes, who may read it, and that a change holds without a restart."""

from __future__ import annotations

import asyncio
import stat
from pathlib import Path
from typing import Any

import pytest

from tests.cache.stores.kit import Time
from tests.live.conftest import Connect
from tests.live.raw import request
from tests.live.scene import ASK, Scene, until
from wrp_router.accounts.keys import Issued, KeyBook, digest_of, made_of
from wrp_router.config import Secret
from wrp_router.config.structs import KeysFile
from wrp_router.fakes.engine import FakeEngine
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


def test_one_writer_at_a_time(tmp_path: Path):
    """The lock is let go at the end, and may be had again."""
    path = tmp_path / "keys.json"
    for _ in range(2):
        with alone(path):
            write(path, KeyBook())


def test_what_a_start_says(tmp_path: Path, caplog: pytest.LogCaptureFixture):
    """Of a file that is not there yet, or that others may read; one that is damaged ends it."""
    path = tmp_path / "keys.json"
    assert len(KeyFile(path, PEPPER.encode(), 2.0)) == 0
    write(path, KeyBook())
    KeyFile(path, PEPPER.encode(), 2.0)
    path.chmod(0o644)
    KeyFile(path, PEPPER.encode(), 2.0)
    path.write_text("half of it")
    with pytest.raises(Damaged):
        KeyFile(path, PEPPER.encode(), 2.0)
    assert ["no file of keys" in one.getMessage() for one in caplog.records] == [True, False]
    assert "chmod 600" in caplog.records[1].getMessage()


@pytest.mark.fault("K2")
async def test_a_change_is_noticed(tmp_path: Path):
    """New keys open, revoked ones do not; what is damaged or gone changes nothing."""
    path, time, changes = tmp_path / "keys.json", Time(), []
    (one, first), (two, second) = made(1), made(2)
    write(path, KeyBook(1, (first,)))
    file = KeyFile(path, PEPPER.encode(), 2.0, wall=time, pause=time.pause)
    watching = asyncio.create_task(file.watch(lambda: changes.append(time.now)))

    async def look() -> None:
        asked = len(time.asked)
        time.go(2.0)
        await until(lambda: len(time.asked) > asked)

    await until(lambda: time.asked)
    caller = file.find(one)
    assert caller is not None
    assert (caller.tenant, caller.key, caller.admin) == ("tenant-1", first.id, False)
    write(path, KeyBook(1, (first, second)))
    await look()
    assert file.find(two) is not None
    path.write_text("half of it")
    await look()
    path.unlink()
    await look()
    assert (len(file), len(changes)) == (2, 1)
    write(path, KeyBook(1, (first, second)).revoke(first.id, 1.0))
    await look()
    assert (file.find(one), len(changes)) == (None, 2)
    assert file.find(two) is not None
    watching.cancel()
    await asyncio.gather(watching, return_exceptions=True)


async def test_what_expires_is_told(tmp_path: Path):
    """Whoever remembers it must look again."""
    path, time, changes = tmp_path / "keys.json", Time(100.0), []
    key, issued = made(1, expires=103.0)
    write(path, KeyBook(1, (issued,)))
    file = KeyFile(path, PEPPER.encode(), 2.0, wall=time, pause=time.pause)
    watching = asyncio.create_task(file.watch(lambda: changes.append(time.now)))
    await until(lambda: time.asked)
    for looks in (2, 3, 4):
        time.go(2.0)
        await until(lambda looks=looks: len(time.asked) == looks)
    assert changes == [104.0]
    assert file.find(key) is None
    watching.cancel()
    await asyncio.gather(watching, return_exceptions=True)


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
