"""Caches that begin again over a file: after a kill under load, and over files that were damaged.

Parts of `bench/cache_stores.py`. As a program (`python -m bench.cache_restart FOLDER ENTRIES`), the one to be killed.
"""

from __future__ import annotations

import asyncio
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from bench.cache_store_scene import DAY, DIM, Figures, entry, spread, sqlite
from wrp_cache import Bar, Cache, Hit
from wrp_cache.bars.acceptance import Neighbour
from wrp_cache.bars.budget import Budget
from wrp_cache.partition import PROMOTE_AT, PartitionIndex, graph_here
from wrp_cache.stores.folder import Folder
from wrp_cache.types import Refused, name_of
from wrp_router.live.keeping import Keeping
from wrp_router.live.snapshots import Snapshots

KEY = b"of the cache's secret"
PATHS = [str(Path(__file__).parents[1] / room) for room in (".", "policies", "signals", "cache")]
SMALL, FEW = 100, 160
_DIRECTIONS = np.random.default_rng(0).standard_normal((32, DIM), np.float32)


class Running:
    """A cache over the file in a folder, kept as a router keeps it. Graphs from `promote_at` vectors on."""

    def __init__(self, folder: Path, every: float = 300.0, promote_at: int = PROMOTE_AT) -> None:
        graph = graph_here()
        self.archive = sqlite(folder)
        self.cache = Cache(
            {"default": Bar(ttl=DAY)}, self.archive, 4 << 30, 1 << 20, random.Random(1), acceptance=Budget(),
            index=lambda dim: PartitionIndex(dim, graph, promote_at),
        )  # fmt: skip
        beside = Folder(str(folder / "cache.db.index"))
        self.snapshots = Snapshots(self.cache, beside, KEY, "e", every, self.archive.loaded)
        self.keeping = Keeping(self.cache, self.archive, self.snapshots)

    async def put(self, number: int) -> None:
        await polled(lambda: self.cache.put(entry(number), vector(number), time.monotonic()))
        await asyncio.sleep(0)

    def identical(self, number: int) -> bool:
        return self.cache.exact(b"%032d" % number, "acme", time.monotonic()) is not None

    async def answered(self, number: int) -> bool:
        """Whether the identical request is, as the router asks: of the archive where the cache has not heard of it."""
        if self.identical(number):
            return True
        key = b"%032d" % number
        entry = await self.archive.fetch(name_of("acme", key)) if self.cache.recalling else None
        return entry is not None and self.cache.met(entry, key, "acme", time.monotonic()) is not None

    def similar(self, number: int) -> bool | None:
        """Whether the question of that entry leads to it; None: to nothing."""
        found = self.cache.nearest(
            b"p" * 32, "acme", vector(number), entry(number).asked, "default", time.monotonic()
        )  # fmt: skip
        if isinstance(found, Hit):
            return found.entry.key == b"%032d" % number
        return False if isinstance(found, Refused) else None

    async def finished(self) -> None:
        """Returns when no index is under construction."""
        await polled(lambda: not self.cache.upkeep.tend(), 0.0)


async def polled(fact: Callable[[], object], pause: float = 0.002) -> None:
    """Returns when it is so."""
    while True:
        if fact():
            return
        await asyncio.sleep(pause)


def vector(number: int) -> Any:
    """Another for each entry, in as few directions as sentences have."""
    rng = np.random.default_rng(number)
    made = rng.standard_normal(len(_DIRECTIONS), np.float32) @ _DIRECTIONS + 0.5 * rng.standard_normal(DIM, np.float32)
    return made / np.linalg.norm(made)


async def victim(folder: Path, count: int) -> None:
    """Fill a cache, and go on putting; say what is acknowledged, and that graphs were written."""
    running, number = Running(folder, every=1e9), 0
    await running.keeping.start()
    while number < count:
        await running.put(number)
        number += 1
    await running.archive.flush()
    await running.finished()
    await running.snapshots.round()
    print("written", running.snapshots.counts["written"], flush=True)
    first = running.archive.durable - number
    while True:
        await running.put(number)
        number += 1
        if number % 50 == 0:
            print(running.archive.durable - first, flush=True)


def killed(folder: Path, count: int) -> int:
    """How many entries a process had acknowledged when it was killed under load."""
    command = [sys.executable, "-m", "bench.cache_restart", str(folder), str(count)]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(PATHS)}
    with subprocess.Popen(command, cwd=PATHS[0], env=environment, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline() in (b"written 1\n", b"written 2\n"), "the index, and bars that have learnt"
        said = 0
        while said < count + count // 200:
            said = int(process.stdout.readline())
        process.send_signal(signal.SIGKILL)
        rest = [line for line in process.stdout.read().splitlines(keepends=True) if line.endswith(b"\n")]
    return int(rest[-1]) if rest else said


async def again(folder: Path, known: int) -> Figures:
    """How long until requests are answered, by which kind, and whether all that was acknowledged is."""
    running, late = Running(folder), list[float]()
    beat = asyncio.create_task(_beat(late))
    cpu, since = time.process_time(), time.perf_counter()

    def took() -> Figures:
        passed = {"s": round(time.perf_counter() - since, 2), "cpu s": round(time.process_time() - cpu, 2)}
        return passed | {"similar of 500": sum(running.similar(int(at)) is True for at in sample)}

    sample = np.linspace(0, known - known // 100, 500)
    await running.keeping.start()
    figures: Figures = {"acknowledged": known, "snapshot read": took()}
    found, each = 0, list[float]()
    for at in sample:
        begun = time.perf_counter()
        found += await running.answered(int(at))
        each.append(time.perf_counter() - begun)
    figures["asked meanwhile"] = {"identical of 500": found, "ms each": spread(each, 1e3), **took()}
    await running.archive.warm.wait()
    lateness = spread(late, 1e3)
    figures["identical"] = took()
    figures["missing"] = sum(not running.identical(number) for number in range(known))
    cpu, since = time.process_time(), time.perf_counter()
    await running.archive.loaded.wait()
    figures["what came after the snapshot"] = took()
    figures["last hundred similar"] = sum(running.similar(known - 1 - at) is True for at in range(100))
    beat.cancel()
    await running.keeping.stop()
    return figures | {"loop late ms": lateness, "files": running.snapshots.counts}


async def _beat(late: list[float]) -> None:
    while True:
        since = time.perf_counter()
        await asyncio.sleep(0.001)
        late.append(time.perf_counter() - since - 0.001)


def restart(folder: Path, count: int) -> Figures:
    return asyncio.run(again(folder, killed(folder, count)))


async def corruptions(folder: Path, times: int) -> Figures:
    """Files as a killed process leaves them, one of them damaged at random, and a cache that begins with them."""
    from tests.cache.stores.damage import copy, corrupt

    running = Running(folder, promote_at=SMALL)
    await running.keeping.start()
    for number in range(FEW):
        if number == FEW // 2:
            running.archive.purge("nobody", None)  # so that the database has some, and the log the others
            await running.archive.flush()
        await running.put(number)
        running.cache.acceptance.learn(Neighbour("default", "acme", b"n" * 16, 0.95), True, time.monotonic())
    await running.archive.flush()
    await running.finished()
    await polled(lambda: running.snapshots.settled)
    await running.snapshots.round()
    image = copy(folder / "cache.db", folder / "image").parent
    shutil.copytree(folder / "cache.db.index", image / "cache.db.index")
    await running.keeping.stop()
    counts: Figures = dict.fromkeys(_COUNTED, 0)
    rng = random.Random(11)
    for _ in range(times):
        turn = folder / "turn"
        shutil.rmtree(turn, ignore_errors=True)
        shutil.copytree(image, turn)
        target = rng.choice([turn / "cache.db", *sorted((turn / "cache.db.index").iterdir())])
        before = target.read_bytes()
        corrupt(target, rng)
        beside = target.parent.name == "cache.db.index" and target.read_bytes() != before
        await look(turn, beside, counts)
    return counts


_COUNTED = (
    "corruptions", "right", "gone", "wrong", "similar right", "similar gone", "similar wrong", "snapshots damaged",
    "snapshots refused", "files set aside", "not rebuilt",
)  # fmt: skip


async def look(folder: Path, beside: bool, counts: Figures) -> None:
    """`beside`: it is a snapshot that was damaged."""
    running = Running(folder, promote_at=SMALL)
    await running.keeping.start()
    await running.archive.loaded.wait()
    await running.finished()
    counts["corruptions"] += 1
    whole = 0
    for number in range(FEW):
        hit = running.cache.exact(b"%032d" % number, "acme", time.monotonic())
        found = None if hit is None else running.cache.arrived(hit, await running.archive.fetch(name(hit)))
        right = found is not None and found.entry.body == entry(number).body
        counts["gone" if found is None else "right" if right else "wrong"] += 1
        similar = running.similar(number)
        counts["similar gone" if similar is None else "similar right" if similar else "similar wrong"] += 1
        whole += right and similar is True
    counts["snapshots damaged"] += beside
    counts["snapshots refused"] += running.snapshots.counts["refused"]
    counts["not rebuilt"] += beside and whole < FEW
    counts["files set aside"] += running.archive.stats().replaced
    await running.keeping.stop()


def name(hit: Hit) -> bytes:
    from bench.cache_store_scene import named

    return named(int(hit.entry.key))


if __name__ == "__main__":
    asyncio.run(victim(Path(sys.argv[1]), int(sys.argv[2])))
