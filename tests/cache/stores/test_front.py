"""What requests meet of an archive."""

from __future__ import annotations

import asyncio

import pytest

from tests.cache.makers import axis
from tests.cache.stores.kit import SECRET, Books, Time, fresh, named
from wrp_cache.stores import StoreFailed
from wrp_cache.stores.breaker import Breaker
from wrp_cache.stores.front import Front
from wrp_cache.stores.guarded import Guarded
from wrp_cache.stores.lessons import Lesson
from wrp_cache.stores.seal import Sealer, header_of
from wrp_cache.stores.times import Times

ENTRY = fresh(now=lambda: 0.0)
NAME = named(ENTRY)


class Scene:
    def __init__(self) -> None:
        self.wall, self.books = Time(1e9), Books()
        self.front = Front(Sealer(SECRET, b"x"), Times(lambda: 0.0, self.wall, lambda category: 60.0), 10_000, 10_000)
        self.front.tell(self.books.learn, self.books.forgotten.append, self.books.purge)
        self.guarded = Guarded(5.0, Breaker(3, 5.0, 60.0), self.find, (OSError,), self.wall)
        self.found = (header_of(ENTRY, 1e9), ENTRY.body)
        self.asked = 0
        self.go = asyncio.Event()
        self.go.set()

    async def find(self):
        self.asked += 1
        await self.go.wait()
        return self.found

    async def fetch(self):
        return await self.front.fetch(NAME, self.guarded, self.find)

    async def during(self, what) -> object:
        """What a fetch gives when this happens while it waits."""
        self.go.clear()
        task = asyncio.create_task(self.fetch())
        while not self.asked:
            await asyncio.sleep(0)
        what()
        self.go.set()
        return await task


@pytest.fixture
def scene():
    return Scene()


async def test_what_was_fetched_is_at_hand(scene):
    """The next one asks nobody."""
    assert [await scene.fetch(), await scene.fetch()] == [ENTRY, ENTRY]
    assert scene.asked == 1
    assert scene.front.stats(scene.guarded, 3).fetched == 1


async def test_what_changed_meanwhile_counts(scene):
    """Put, dropped or purged while somebody waits for what was there."""
    new = fresh(now=lambda: 0.0, body=b"new")
    assert await scene.during(lambda: scene.front.put(NAME, new, None)) == new
    scene.front.desk.wrote(1)
    scene.front.desk.forget(NAME)
    scene.asked = 0
    assert await scene.during(lambda: scene.front.desk.take(NAME, None)) is None
    assert await scene.fetch() is None
    scene.front.desk.wrote(2)
    scene.asked = 0
    assert await scene.during(lambda: scene.front.gone("a", None)) is None
    assert scene.books.purged == [("a", None)]
    assert await scene.fetch() == ENTRY


async def test_what_is_too_old_is_gone(scene):
    """By the time to live, whoever wrote it."""
    scene.wall.now += 61.0
    assert await scene.fetch() is None
    scene.found = None
    assert await scene.fetch() is None
    assert scene.front.stats(scene.guarded, 0).missing == 2


async def test_not_all_may_wait(scene):
    """The next one is refused at once."""
    scene.go.clear()
    tasks = [asyncio.create_task(scene.fetch()) for _ in range(256)]
    while scene.asked < 256:
        await asyncio.sleep(0)
    with pytest.raises(StoreFailed, match="wait"):
        await scene.fetch()
    scene.go.set()
    assert await asyncio.gather(*tasks) == [ENTRY] * 256


async def test_a_fetch_that_is_given_up_waits_no_more(scene):
    """It does not count for ever."""
    scene.go.clear()
    task = asyncio.create_task(scene.fetch())
    while not scene.asked:
        await asyncio.sleep(0)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    assert scene.front._fetching == 0


def test_what_is_heard_reaches_the_books(scene):
    """Unless it is too old; the document that was at hand is another's then."""
    header = header_of(ENTRY, 1e9)
    scene.front.desk.keep(NAME, ENTRY)
    scene.front.lesson(Lesson(NAME, header, axis(0)))
    assert (scene.books.told, scene.front.desk.get(NAME)) == ([NAME], None)
    scene.wall.now += 61.0
    scene.front.lesson(Lesson(NAME, header, None))
    assert scene.books.told == [NAME]


def test_what_is_from_before_is_told_twice(scene):
    """At first without vectors, which is quick."""
    told, rests = [], []
    lessons = [Lesson(NAME, header_of(ENTRY, 1e9), axis(0)), Lesson(b"other", header_of(fresh(b"2"), 1e9), None)]
    for rest in scene.front.rounds():
        rests.append(rest)
        told.append([scene.front.warm.is_set(), scene.front.loaded.is_set(), len(scene.books.told)])
        assert all(scene.front.recall(lesson) for lesson in lessons)
    assert told == [[False, False, 0], [True, False, 2]]
    assert (rests[0], rests[1] > 0, scene.front.loaded.is_set()) == (0.0, True, True)
    assert (scene.books.told[2:], scene.books.vectors[NAME] is not None) == ([NAME], True)
    assert scene.front.stats(scene.guarded, 0).learned == 2


def test_without_vectors_once_is_enough(scene):
    """And a round that was broken off is gone through again."""
    assert scene.front.recall(Lesson(NAME, header_of(ENTRY, 1e9), None))
    rounds = scene.front.rounds()
    next(rounds)
    rounds.close()
    assert list(scene.front.rounds()) == [0.0]
    assert list(scene.front.rounds()) == []
    assert scene.front.loaded.is_set()


def test_what_changed_here_is_not_recalled(scene):
    """Put, told of by another router, not wanted, or purged meanwhile; nor what is too old."""
    header = header_of(ENTRY, 1e9)
    scene.books.room = False
    assert not scene.front.recall(Lesson(NAME, header, None))
    assert scene.front.recall(Lesson(NAME, header, None))
    assert len(scene.books.told) == 1
    put, heard, other = (fresh(key, now=lambda: 0.0) for key in (b"put", b"heard", b"other"))
    scene.front.put(named(put), put, None)
    scene.front.lesson(Lesson(named(heard), header_of(heard, 1e9), None))
    assert len(scene.books.told) == 2
    for each in (put, heard):
        assert scene.front.recall(Lesson(named(each), header_of(each, 1e9), None))
    scene.front.purged.add("a", None)
    assert scene.front.recall(Lesson(named(other), header_of(other, 1e9), None))
    assert len(scene.books.told) == 2


def test_books_hear_of_what_is_nowhere(scene):
    """Not of what is at hand though it could not be written."""
    scene.front.put(NAME, ENTRY, None)
    scene.front.wrote(1, (NAME, b"gone"))
    assert scene.books.forgotten == [b"gone"]
    assert scene.front.stats(scene.guarded, 0).lost == 2


async def test_nobody_need_be_told(scene):
    """Before it begins; it counts all the same."""
    front = Front(Sealer(SECRET, b"x"), Times(lambda: 0.0, scene.wall, lambda category: 60.0), 0, 0)
    front.lesson(Lesson(NAME, header_of(ENTRY, 1e9), None))
    front.wrote(0, (NAME,))
    front.gone(None, None)
    await front.flush()
    stats = front.stats(scene.guarded, 0)
    assert (stats.learned, stats.lost, stats.waiting) == (1, 1, 0)


def test_vectors_that_are_taken_in_quickly_come_at_once(scene):
    """The others come in a second round, which there is only if somebody is owed one."""
    quick: list[bool] = []
    asked: list[object] = []

    def whether(name: bytes, where: object) -> bool:
        asked.append((name, where))
        return quick[-1]

    for says, rounds in ((True, 1), (False, 2)):
        quick.append(says)
        front, books = Scene().front, Books()
        front.tell(books.learn, books.forgotten.append, books.purge, whether)
        told = []
        for _ in front.rounds():
            front.recall(Lesson(NAME, header_of(ENTRY, 1e9), axis(0)))
            told.append(books.vectors[NAME] is not None)
        assert told == [False, True][-rounds:]
    assert asked == [(NAME, (ENTRY.tenant, ENTRY.partition, ENTRY.category))] * 2
