"""What the cache's archives cost, and what they do when files are damaged, processes killed and servers silent.

`python -m bench.cache_stores [--entries N] [--corruptions N] [--kills N] [--json FILE] [--only PART ...]`. Wants a
redis-server. Parts: sqlite, killed, damaged, restart, damaged indexes, redis.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import random
import shutil
import signal
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from bench.cache_restart import corruptions as damaged_indexes
from bench.cache_restart import restart
from bench.cache_store_scene import DAY, Figures, Redis, entry, fetches, fill, named, nobody, redis, spread, sqlite
from wrp_cache import Bar, Cache, Entry
from wrp_cache.stores import StoreFailed
from wrp_cache.stores.sqlite import SqliteArchive
from wrp_router.fakes.faultproxy import FaultProxy
from wrp_router.fakes.toxics import Latency

CALLS = 200


async def costs(folder: Path, count: int) -> Figures:
    """Puts, fetches, and how a router that starts gets warm."""
    archive = sqlite(folder)
    await nobody(archive)
    cpu, since = time.process_time(), time.perf_counter()
    puts = await fill(archive, count)
    wrote = time.perf_counter() - since
    figures: Figures = {"put us": spread(puts), "puts/s": round(count / wrote), "put cpu us": per(cpu, count)}
    figures["fetch us"] = spread(await fetches(archive, count))
    await archive.stop()
    figures["MB"] = round((folder / "cache.db").stat().st_size / 1e6, 1)
    figures["warm"] = await warm(folder, count)
    return figures


def per(since: float, count: int) -> float:
    return round((time.process_time() - since) / count * 1e6, 1)


async def warm(folder: Path, count: int) -> Figures:
    """Until every identical request is answered, by how much the loop was late meanwhile, and by how much while the
    vectors follow (their first two seconds)."""
    archive = sqlite(folder)
    cache = Cache({"default": Bar(ttl=DAY)}, archive, 4 << 30, 1 << 20, random.Random(1))

    def learn(header: Entry, vector: Any, size: int) -> bool:
        return cache.learn(header, vector, size, time.monotonic())

    cpu, since = time.process_time(), time.perf_counter()
    await archive.start(learn, cache.forget, lambda tenant, partition: None)
    late = await lateness(archive.warm.is_set)
    figures = {"seconds": round(time.perf_counter() - since, 2), "cpu us each": per(cpu, count)}
    assert all(cache.exact(b"%032d" % number, "acme", time.monotonic()) is not None for number in range(count))
    end = time.perf_counter() + 2.0
    later = await lateness(lambda: archive.loaded.is_set() or time.perf_counter() > end)
    await archive.stop()
    return {**figures, "loop late ms": spread(late, 1e3), "loop late ms, with vectors": spread(later, 1e3)}


async def lateness(done: Callable[[], bool]) -> list[float]:
    """By how many seconds a sleep of 1 ms was late, again and again."""
    late = []
    while not done():
        since = time.perf_counter()
        await asyncio.sleep(0.001)
        late.append(time.perf_counter() - since - 0.001)
    return late


def kills(folder: Path, times: int) -> Figures:
    """Processes killed while they write, and what they had acknowledged."""
    from tests.cache.stores.test_sqlite import killed_under_load

    known: set[int] = set()
    first, missing, seconds = 0, 0, []
    for _ in range(times):
        last = killed_under_load(folder, first)
        known |= set(range(first, last))
        first = last + 1_000_000
        since = time.perf_counter()
        missing += asyncio.run(absent(folder, known))
        seconds.append(time.perf_counter() - since)
    return {"kills": times, "acknowledged": len(known), "missing": missing, "check s": round(max(seconds), 2)}


async def absent(folder: Path, known: set[int]) -> int:
    from tests.cache.stores.kit import SECRET, fresh
    from tests.cache.stores.kit import named as name

    archive = SqliteArchive(str(folder / "cache.db"), SECRET, lambda category: DAY, time.monotonic, deadline=10.0)
    await nobody(archive)
    await archive.loaded.wait()
    found = [await archive.fetch(name(fresh(b"%d" % number))) for number in known]
    await archive.stop()
    pairs = zip(found, known, strict=True)
    return sum(each is None or each.body != b"answer %d " % number * 40 for each, number in pairs)


async def corruptions(folder: Path, times: int) -> Figures:
    """Files as killed processes leave them, each damaged once at random, and a router on each."""
    from tests.cache.stores.damage import copy, corrupt

    archive = sqlite(folder)
    await nobody(archive)
    await fill(archive, 60)
    archive.purge("nobody", None)
    await archive.flush()
    for number in range(60, 90):
        archive.put(named(number), entry(number), None)
    await archive.flush()
    image = copy(folder / "cache.db", folder / "image")
    await archive.stop()
    counts = {"corruptions": times, "wrong": 0, "right": 0, "gone": 0, "rows refused": 0, "files set aside": 0}
    rng = random.Random(7)
    for _ in range(times):
        shutil.rmtree(folder / "turn", ignore_errors=True)
        corrupt(copy(image, folder / "turn"), rng)
        await look(folder / "turn", counts)
    return counts


async def look(folder: Path, counts: Figures) -> None:
    archive = sqlite(folder)
    await nobody(archive)
    await archive.loaded.wait()
    for number in range(90):
        found = await archive.fetch(named(number))
        right = found is not None and (found.key, found.body) == (b"%032d" % number, entry(number).body)
        counts["gone" if found is None else "right" if right else "wrong"] += 1
    archive.put(named(1000), entry(1000), None)
    await archive.flush()
    archive._front.desk.forget(named(1000))
    assert await archive.fetch(named(1000)) is not None
    stats = archive.stats()
    counts["rows refused"] += stats.broken
    counts["files set aside"] += stats.replaced
    await archive.stop()


async def outage(archive: Any, begin: Callable[[], object], end: Callable[[], object]) -> Figures:
    """What requests wait for a document while the server is away: the first, and then the others."""
    took, answered = [], 0
    begin()
    for _ in range(CALLS):
        since = time.perf_counter()
        with suppress(StoreFailed):
            await archive.fetch(os.urandom(16))
        took.append(time.perf_counter() - since)
        answered += 1
    end()
    since = time.perf_counter()
    await asyncio.wait_for(archive._guarded.well(), 60.0)
    back = round(time.perf_counter() - since, 2)
    archive.put(named(1), entry(1), None)
    await archive.flush()
    archive._front.desk.forget(named(1))
    assert await archive.fetch(named(1)) is not None
    dear = sorted(took, reverse=True)
    return {
        "first ms": round(dear[0] * 1e3, 2),
        "others us": spread(dear[1:]),
        "answered": answered,
        "used again s": back,
    }


async def servers(folder: Path, count: int) -> Figures:
    """A server that answers, hangs, is slow and is gone."""
    server, figures = Redis(folder), Figures()
    archive = redis(server.port)
    await nobody(archive)
    figures["put us"] = spread(await fill(archive, count))
    figures["fetch us"] = spread(await fetches(archive, count))
    other, since = redis(server.port), time.perf_counter()
    await nobody(other)
    await other.loaded.wait()
    figures["warm s"] = round(time.perf_counter() - since, 2)
    hang, resume = (lambda: server.signal(signal.SIGSTOP)), (lambda: server.signal(signal.SIGCONT))
    figures["stalled"] = await outage(other, hang, resume)
    async with FaultProxy(server.port) as proxy:
        slow, toxic = redis(proxy.port), Latency(0.2)
        await nobody(slow)
        await slow.fetch(named(0))
        figures["slow, 200 ms"] = await outage(slow, lambda: proxy.add(toxic), lambda: proxy.remove(toxic))
        await slow.stop()
    figures["stopped"] = await outage(archive, server.kill, server.start)
    await other.stop()
    await archive.stop()
    server.kill()
    return figures


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--entries", type=int, default=100_000)
    options.add_argument("--corruptions", type=int, default=1000)
    options.add_argument("--kills", type=int, default=5)
    options.add_argument("--json", type=Path)
    options.add_argument("--only", nargs="*", default=[])
    given = options.parse_args()
    figures: Figures = {}
    parts: dict[str, Callable[[Path], Any]] = {
        "sqlite": lambda folder: asyncio.run(costs(folder, given.entries)),
        "killed": lambda folder: kills(folder, given.kills),
        "damaged": lambda folder: asyncio.run(corruptions(folder, given.corruptions)),
        "restart": lambda folder: restart(folder, given.entries),
        "damaged indexes": lambda folder: asyncio.run(damaged_indexes(folder, given.corruptions)),
        "redis": lambda folder: asyncio.run(servers(folder, min(given.entries, 20_000))),
    }
    for name, part in parts.items():
        if given.only and name not in given.only:
            continue
        with tempfile.TemporaryDirectory() as folder:
            figures[name] = part(Path(folder))
        print(name, json.dumps(figures[name], indent=2), flush=True)
    if given.json is not None:
        given.json.write_text(json.dumps(figures, indent=2) + "\n")


if __name__ == "__main__":
    main()
