"""What the cache has built and learnt, written beside its file and read again."""

from __future__ import annotations

import asyncio
import logging
import random
from pathlib import Path
from typing import Any

import pytest

from tests.cache.makers import Elsewhere, clustered, entry, small_graphs
from wrp_cache import Bar, Cache, Hit
from wrp_cache.bars.acceptance import Acceptance, Neighbour
from wrp_cache.bars.verified import Verified
from wrp_cache.hnsw import available
from wrp_cache.stores.folder import Folder
from wrp_router.live.snapshots import BARS, Ended, Snapshots

pytestmark = pytest.mark.skipif(not available(), reason="usearch is not installed")
DATA = clustered(400, 8, 4)
KEY = b"key"


def room(acceptance: Acceptance | None = None, **fields: Any) -> Cache:
    """A cache over an archive that tells nothing by itself."""
    given = {"max_bytes": 64 << 20, "max_entry": 1 << 20, "rng": random.Random(1), "index": small_graphs}
    return Cache({"default": Bar()}, Elsewhere(), acceptance=acceptance, **(given | fields))


def filled(acceptance: Acceptance | None = None, count: int = 60) -> Cache:
    made = room(acceptance)
    for number in range(count):
        made.put(entry(b"%d" % number), DATA[number], 0.0)
    while made.upkeep.tend():
        pass
    return made


def beside(cache: Cache, folder: Path, told: bool = True, **fields: Any) -> Snapshots:
    event = asyncio.Event()
    if told:
        event.set()
    given = {"key": KEY, "embedder": "mini", "every": 300.0}
    return Snapshots(cache, Folder(str(folder / "x.index")), told=event, **(given | fields))


async def settled(snapshots: Snapshots) -> asyncio.Task[None]:
    """Its task, when the graphs are whole."""
    running = asyncio.create_task(snapshots.run())
    while not snapshots.settled:
        await asyncio.sleep(0)
    return running


async def end(snapshots: Snapshots, running: asyncio.Task[None]) -> None:
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    await snapshots.stop()


async def written(folder: Path, cache: Cache | None = None) -> Snapshots:
    """What a router that stops leaves behind."""
    snapshots = beside(cache or filled(), folder)
    await end(snapshots, await settled(snapshots))
    return snapshots


def files(folder: Path) -> list[Path]:
    return sorted((folder / "x.index").iterdir()) if (folder / "x.index").exists() else []


def learn(cache: Cache, count: int = 60) -> int:
    """Tell the cache what the archive has: how many are found by likeness."""
    for number in range(count):
        assert cache.learn(entry(b"%d" % number, body=b""), DATA[number], 2, 0.0)
    hits = [cache.nearest(b"p", "a", DATA[at], entry().asked, "default", 0.0) for at in range(count)]
    return sum(isinstance(hit, Hit) and hit.similarity > 0.99 for hit in hits)


async def test_a_restart_goes_on_with_its_graphs(tmp_path: Path):
    """No vector is added again; what bars have learnt is there too; what has not changed is not written again."""
    bars = Verified()
    bars.learn(Neighbour("default", "a", b"n" * 16, 0.9), True, 0.0)
    before = await written(tmp_path, filled(bars))
    assert (before.counts["written"], len(files(tmp_path))) == (2, 2)
    again = Verified()
    cache = room(again)
    snapshots = beside(cache, tmp_path)
    await snapshots.recall()
    assert (len(again), snapshots.counts["restored"]) == (1, 2)
    assert learn(cache) == 60
    graphs = [file.stat().st_mtime_ns for file in files(tmp_path) if file.name != BARS]
    await end(snapshots, await settled(snapshots))
    (home,) = [home for some in cache._held.homes() for home in some]
    assert (home.changes, home.index.kind) == (0, "hnsw")
    assert [file.stat().st_mtime_ns for file in files(tmp_path) if file.name != BARS] == graphs
    assert snapshots.counts == {"written": 1, "restored": 2, "refused": 0, "failed": 0}


@pytest.mark.fault("C3")
@pytest.mark.parametrize("change", [{"key": b"other"}, {"embedder": "maxi"}])
async def test_what_is_doubtful_is_refused(tmp_path: Path, caplog: Any, change: dict[str, Any]):
    """Of another key or embedder: said once, counted, removed, and built again."""
    await written(tmp_path)
    cache = room()
    snapshots = beside(cache, tmp_path, **change)
    with caplog.at_level(logging.WARNING):
        await snapshots.recall()
        await snapshots.recall()
    assert [record.levelname for record in caplog.records] == ["WARNING"]
    assert "1 snapshots of the cache are refused" in caplog.text
    assert (snapshots.counts["refused"], snapshots.counts["restored"], files(tmp_path)) == (1, 0, [])
    assert learn(cache) == 60


@pytest.mark.fault("C3")
async def test_damaged_files(tmp_path: Path):
    """None is believed, whatever it holds; nor is what is no file, or too long for the memory."""
    bars = Verified()
    bars.learn(Neighbour("default", "a", b"n" * 16, 0.9), True, 0.0)
    await written(tmp_path, filled(bars))
    for file in files(tmp_path):
        data = file.read_bytes()
        file.write_bytes(data[:-1] + bytes([data[-1] ^ 1]))
    (tmp_path / "x.index" / "link").symlink_to("/dev/zero")
    (tmp_path / "x.index" / "long").write_bytes(bytes(1 << 20))
    again = Verified()
    snapshots = beside(room(again, max_bytes=1 << 19), tmp_path)
    await snapshots.recall()
    assert (snapshots.counts["refused"], len(again), files(tmp_path)) == (4, 0, [])


async def test_a_graph_for_which_there_is_no_memory(tmp_path: Path):
    """It is refused, and said."""
    await written(tmp_path)
    snapshots = beside(room(max_bytes=280_000), tmp_path)
    await snapshots.recall()
    assert (snapshots.counts["refused"], snapshots.counts["restored"]) == (1, 0)


async def test_nothing_is_written_before_all_is_told(tmp_path: Path):
    """The files of before would lose what has not claimed its vectors yet."""
    await written(tmp_path)
    before = files(tmp_path)
    cache = room()
    snapshots = beside(cache, tmp_path, told=False)
    await snapshots.recall()
    learn(cache, 20)
    running = asyncio.create_task(snapshots.run())
    await asyncio.sleep(0)
    await end(snapshots, running)
    assert (files(tmp_path), snapshots.counts["written"]) == (before, 0)


async def test_what_is_purged_is_in_no_file(tmp_path: Path):
    """Soon after the order, and whatever is changed by little is not written for that."""
    cache = filled()
    snapshots = beside(cache, tmp_path, look=0.0)
    running = await settled(snapshots)
    await snapshots.round()
    cache.put(entry(b"other"), DATA[100], 0.0)
    assert len(files(tmp_path)) == 1
    cache.purge(tenant="a", now=0.0)
    while files(tmp_path):
        await asyncio.sleep(0)
    await end(snapshots, running)
    assert snapshots.counts["written"] == 1


async def test_rounds_write_what_has_changed_enough(tmp_path: Path):
    """A hundredth of a graph; the last round, anything."""
    cache = filled(count=250)
    snapshots = beside(cache, tmp_path, look=0.0, every=1e-9)
    running = await settled(snapshots)
    while snapshots.counts["written"] < 1:
        await asyncio.sleep(0)
    cache.put(entry(b"other"), DATA[300], 0.0)
    await snapshots.round()
    assert snapshots.counts["written"] == 1
    await end(snapshots, running)
    assert snapshots.counts["written"] == 2


async def test_never(tmp_path: Path):
    """With 0 nothing is written, and what was written before goes."""
    await written(tmp_path)
    snapshots = beside(filled(), tmp_path, every=0.0)
    await snapshots.recall()
    assert files(tmp_path) == []
    await end(snapshots, await settled(snapshots))
    assert (files(tmp_path), snapshots.counts["written"]) == ([], 0)


@pytest.mark.fault("C2")
async def test_a_disk_that_cannot(tmp_path: Path, caplog: Any):
    """Costs the files and nothing else; it is said once, and counted each time."""
    (tmp_path / "x.index").write_bytes(b"")
    snapshots = beside(filled(), tmp_path)
    with caplog.at_level(logging.WARNING):
        await snapshots.recall()
        running = await settled(snapshots)
        await snapshots.round()
        await snapshots.round()
        (tmp_path / "x.index").unlink()
        await end(snapshots, running)
    assert (snapshots.counts["failed"], snapshots.counts["written"]) == (3, 1)
    assert len(caplog.records) == 2


async def test_a_picture_goes_on_when_nobody_waits_for_it(tmp_path: Path):
    """The graph is held still until the thread is through with it, and free afterwards."""
    cache = filled()
    snapshots = beside(cache, tmp_path)
    running = await settled(snapshots)
    writing = asyncio.create_task(snapshots.round())
    (home,) = [home for some in cache._held.homes() for home in some]
    while home.index.hold() is not None:
        home.index.release()
        await asyncio.sleep(0)
    writing.cancel()
    await asyncio.gather(writing, return_exceptions=True)
    await end(snapshots, running)
    assert home.index.hold() is not None
    assert (snapshots.counts["written"], len(files(tmp_path))) == (1, 1)


async def test_a_round_that_takes_too_long(tmp_path: Path, caplog: Any):
    """Is broken off at the end; half a file is no file."""
    snapshots = beside(filled(), tmp_path, patience=0.0)
    await end(snapshots, await settled(snapshots))
    assert "could be written" in caplog.text
    await asyncio.get_running_loop().run_in_executor(None, snapshots._pool.shutdown)
    assert [file.name for file in files(tmp_path) if "unfinished" in file.name] == []
    with pytest.raises(Ended):
        list(snapshots._in_time([b"x"]))
