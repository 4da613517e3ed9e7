"""What a cache wants done while nobody asks."""

from __future__ import annotations

import pytest

from tests.cache.makers import Elsewhere, cache, clustered, entry, small_graphs
from wrp_cache import Cache, Hit, name_of
from wrp_cache.hnsw import available
from wrp_cache.snapshot import Remains, place_of, read, write
from wrp_cache.upkeep import Sitting

pytestmark = pytest.mark.skipif(not available(), reason="usearch is not installed")
DATA = clustered(400, 8, 4)
WHERE = ("a", b"p", "default")
KEY = b"key"


def place(where: tuple[str, bytes, str]) -> str:
    return place_of(where, KEY)


def filled(count: int = 60, **fields: object) -> Cache:
    """So many entries in one place, their index finished."""
    room = cache(store=Elsewhere(), index=small_graphs, **fields)
    for number in range(count):
        assert room.put(entry(b"%d" % number), DATA[number], 0.0)
    while room.upkeep.tend():
        pass
    return room


def held(room: Cache) -> list[Sitting]:
    """A sitting for every graph."""
    return [each for each in room.upkeep.sittings(lambda home: True) if each is not None]


def remains_of(room: Cache) -> dict[str, Remains]:
    """What a restart would read."""
    (sitting,) = held(room)
    picture = sitting.take(lambda: None)
    sitting.end()
    data = b"".join(write(sitting.corrected(picture), place(sitting.where), "mini", KEY))
    return {place(WHERE): read(data, place(WHERE), "mini", KEY)}


def learn(room: Cache, number: int, quick: bool = True) -> None:
    assert room.upkeep.quick(name_of("a", b"%d" % number), WHERE) == quick
    assert room.learn(entry(b"%d" % number, body=b""), DATA[number], 2, 0.0)


def finds(room: Cache, number: int) -> bool:
    hit = room.nearest(b"p", "a", DATA[number], entry().asked, "default", 0.0)
    return isinstance(hit, Hit) and hit.similarity > 0.99


def test_indexes_are_finished() -> None:
    """A successor under construction is complete after some steps, with no put; then there is nothing to do."""
    room = cache(index=small_graphs)
    for number in range(15):
        room.put(entry(b"%d" % number), DATA[number], 0.0)
    (home,) = [home for some in room._held.homes() for home in some]
    assert home.index.kind == "flat>hnsw"
    steps = 0
    while room.upkeep.tend():
        steps += 1
        assert room.stats().bytes <= 64 << 20
    assert (home.index.kind, steps > 0, home.charged) == ("hnsw", True, home.nbytes)
    assert not room.upkeep.tend()


def test_no_step_takes_memory_that_is_not_there() -> None:
    """Nor is anything evicted for it."""
    room = cache(index=small_graphs)
    for number in range(15):
        room.put(entry(b"%d" % number), DATA[number], 0.0)
    room._held._max_bytes = room._held.nbytes
    assert (room.upkeep.tend(), room.upkeep.spare) == (False, 0)
    room._held._max_bytes = 64 << 20
    assert room.upkeep.tend()


def test_a_place_that_is_gone_wants_nothing() -> None:
    """Its index went with it."""
    room = cache(index=small_graphs)
    for number in range(15):
        room.put(entry(b"%d" % number), DATA[number], 0.0)
    assert room._held.unfinished
    room.purge(now=0.0)
    assert (room.upkeep.tend(), room._held.unfinished, room.upkeep.purges) == (False, {}, 1)


def test_entries_claim_their_vectors() -> None:
    """What is learnt after a restart is found by likeness at once; the books count what is there, as before."""
    before = filled()
    room = cache(store=Elsewhere(), index=small_graphs)
    assert room.upkeep.recall(remains_of(before), place) == []
    assert room.stats().bytes > before._held.home(WHERE).index.nbytes
    for number in range(60):
        learn(room, number)
    graph = room._held.home(WHERE).index
    assert (graph.kind, len(graph), graph.index.span) == ("hnsw", 60, 60)
    assert all(finds(room, number) for number in range(60))
    assert sum(room.upkeep.settle()) == 0
    assert room.stats().bytes == before.stats().bytes
    assert (room._held.home(WHERE).changes, bool(room._held.heritage)) == (0, False)


def test_what_came_later_is_added_and_what_is_gone_is_not_found() -> None:
    """An entry that the snapshot does not have is not taken in quickly; what nobody claimed goes when all is told."""
    room = cache(store=Elsewhere(), index=small_graphs)
    room.upkeep.recall(remains_of(filled()), place)
    for number in range(20, 60):
        learn(room, number)
    learn(room, 70, quick=False)
    room.put(entry(b"30"), DATA[200], 0.0)
    room.forget(name_of("a", b"31"))
    assert not finds(room, 5)
    assert sum(room.upkeep.settle()) == 20
    index = room._held.home(WHERE).index
    assert (len(index), index.index.tombstones) == (40, 21)
    assert [finds(room, number) for number in (5, 29, 70, 200)] == [False, True, True, True]
    assert room._held.home(WHERE).changes >= 3


def test_graphs_that_nobody_wants() -> None:
    """Of a place that is not there any more, and those for which there is no room."""
    remains = remains_of(filled())
    room = cache(store=Elsewhere(), index=small_graphs)
    room.upkeep.recall(remains, place)
    assert sum(room.upkeep.settle()) == 60
    assert room.stats().bytes == 0
    small = cache(store=Elsewhere(), index=small_graphs, max_bytes=100_000)
    assert small.upkeep.recall(remains, place) == [place(WHERE)]


def test_a_place_that_empties_before_all_is_told() -> None:
    """Its graph goes with it: no memory is left behind, and what is put there again is found by likeness."""
    room = cache(store=Elsewhere(), index=small_graphs)
    room.upkeep.recall(remains_of(filled()), place)
    for number in range(5):
        learn(room, number)
    for number in range(5):
        assert room.forget(name_of("a", b"%d" % number))
    assert (room.stats().bytes, bool(room._held.heritage)) == (0, False)
    for number in range(3, 30):
        assert room.put(entry(b"%d" % number), DATA[number], 0.0)
    assert all(finds(room, number) for number in range(3, 30))
    assert sum(room.upkeep.settle()) == 0


def test_vectors_of_another_length() -> None:
    """A graph of other vectors is of no use, and in nobody's way."""
    room = cache(store=Elsewhere(), index=small_graphs)
    room.upkeep.recall(remains_of(filled()), place)
    assert room.learn(entry(body=b""), clustered(1, 16, 1)[0], 2, 0.0)
    assert sum(room.upkeep.settle()) == 60


def test_few_vectors_are_taken_in_quickly() -> None:
    """Into an exact index, with or without a heritage; not into a graph."""
    room = cache(store=Elsewhere())
    for number in range(3):
        learn(room, number)
    assert not filled().upkeep.quick(b"x" * 16, WHERE)


def test_what_changes_while_a_picture_is_taken() -> None:
    """What goes has nobody's name in it, and what takes its slot is not taken for it."""
    room = filled()
    (sitting,) = held(room)
    assert held(room) == []
    room.forget(name_of("a", b"7"))
    room.put(entry(b"new"), DATA[300], 0.0)
    picture = sitting.take(lambda: None)
    assert bytes(name_of("a", b"new")) in picture.names
    sitting.end()
    names = sitting.corrected(picture).names
    assert name_of("a", b"new") not in names
    assert name_of("a", b"7") not in names
    while room.upkeep.tend():
        pass
    assert finds(room, 300)
    assert not finds(room, 7)


def test_a_cache_that_is_emptied_while_its_picture_is_taken() -> None:
    """The picture is of nobody."""
    room = filled()
    (sitting,) = held(room)
    room.purge(now=0.0)
    picture = sitting.take(lambda: None)
    sitting.end()
    assert sitting.corrected(picture).names[:16] == bytes(16)
