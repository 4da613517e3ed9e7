"""What the books say beside what memory is really taken."""

from __future__ import annotations

import random
import subprocess
import sys
import tracemalloc
from pathlib import Path

import pytest

from tests.cache.makers import MIB, Elsewhere, cache, clustered, entry
from wrp_cache import Cache, Entry, FlatIndex, MemoryStore

ROOT = Path(__file__).parents[2]

MEASURE = """
import random
from wrp_cache import Cache, Entry, MemoryStore
def resident():
    return int(open("/proc/self/statm").read().split()[1]) * 4096
room = Cache({}, MemoryStore(), 1 << 30, 1 << 20, random.Random(1))
before = resident()
for number in range(60_000):
    name = "%08d" % number
    room.put(Entry(name.encode() * 4, b"p" * 40, "acme", "default", "question " + name, name.encode() * 64,
        "application/json", number / 8, "", "model" + name, "pool", number, 3, number / 7), None, number / 8)
print(resident() - before, room.stats().bytes)
"""


def fresh(number: int) -> Entry:
    """An entry that shares nothing with another."""
    texts = {name: f"{name} {number}" for name in ("asked", "content_type", "embedder", "model", "served_by")}
    numbers = {"created": number * 1e-6, "tokens_in": 1000 + number, "tokens_out": 2000 + number, "cost": 1.0 + number}
    partition = b"partition of some length %d" % (number % 7)
    return entry(b"%032d" % number, partition=partition, body=b"%06d" % number * 50, **texts, **numbers)


def taken(room: Cache, count: int, dim: int) -> int:
    """The bytes that Python and numpy take for the entries that a cache holds."""
    vectors = clustered(count, dim, 1) if dim else None
    tracemalloc.start()
    before = tracemalloc.get_traced_memory()[0]
    for number in range(count):
        room.put(fresh(number), None if vectors is None else vectors[number], 0.01)
    now = tracemalloc.get_traced_memory()[0] - before
    tracemalloc.stop()
    return now


@pytest.mark.parametrize("dim", [0, 64])
def test_the_bound_is_real(dim: int) -> None:
    """Whatever is taken, the books say at least that much, and not twice as much."""
    room = cache(index=FlatIndex)
    now = taken(room, 3000, dim)
    assert len(room) == 3000
    assert now <= room.stats().bytes <= 2 * now


def test_the_bound_is_real_where_entries_go() -> None:
    """Also after thousands came and went."""
    room = cache(max_bytes=2 * MIB)
    now = taken(room, 8_000, 0)
    assert room.stats().categories["default"].evicted > 6_000
    assert now <= room.stats().bytes <= 2 * MIB


def test_the_bound_is_real_over_an_archive() -> None:
    """Headers, names and slots are counted where nothing else is here."""

    class Nothing(Elsewhere):
        def put(self, name: bytes, entry: Entry, vector: object) -> None:
            """Far away."""

    room = cache(store=Nothing())
    now = taken(room, 3000, 0)
    assert now <= room.stats().bytes <= 3 * now


def test_the_bound_is_real_after_a_purge() -> None:
    """Places that stay behind are counted until they are taken again."""
    room = Cache({}, MemoryStore(), 64 * MIB, MIB, random.Random(1))
    tracemalloc.start()
    before = tracemalloc.get_traced_memory()[0]
    room.put(entry(b"stays", tenant="b"), None, 0.0)
    for number in range(8_000):
        room.put(entry(b"%d" % number), None, 0.0)
    room.purge(tenant="a", now=0.0)
    now = tracemalloc.get_traced_memory()[0] - before
    tracemalloc.stop()
    assert len(room) == 1
    assert now <= room.stats().bytes
    room.purge(now=0.0)
    assert room.stats().bytes == 0


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads /proc")
def test_resident_memory() -> None:
    """A process grows by what its books say, and not by less than half of it."""
    path = {"PYTHONPATH": f"{ROOT / 'cache'}:{ROOT / 'signals'}", "OMP_NUM_THREADS": "1", "PYTHONHASHSEED": "1"}
    done = subprocess.run([sys.executable, "-c", MEASURE], capture_output=True, text=True, env=path, check=True)
    grown, said = map(int, done.stdout.split())
    assert 0.5 * said <= grown <= said
