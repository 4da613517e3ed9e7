"""Hits whose documents are elsewhere."""

from __future__ import annotations

import random
from typing import Any

import pytest

from tests.flow.makers import NEARLY_NORTH, NORTH, arrived, ask, delivered, entry, play, rooms, row_of
from wrp_cache import Bar, Cache, MemoryStore
from wrp_cache.stores import ArchiveStats, Forget, Learn, Purge, Quick, never
from wrp_cache.types import Entry
from wrp_router.fakes.playbook import Throw, expect
from wrp_router.flow import Answer, ClientGone, Delivered, Embed, Fetch, Fetched, Relay, Send

HELLO = "Say hello to me"


class Elsewhere(MemoryStore):
    """An archive that has nothing at hand."""

    __slots__ = ()

    async def warmed(self) -> None:
        """It had nothing at the start."""

    async def start(self, learn: Learn, forget: Forget, purge: Purge, quick: Quick = never) -> None: ...

    async def fetch(self, name: bytes) -> Entry | None: ...

    def purge(self, tenant: str | None, partition: bytes | None) -> None: ...

    def stats(self) -> ArchiveStats: ...

    async def stop(self) -> None: ...


def learnt(kept: Entry, vector: Any = None) -> Cache:
    """A cache that has heard of this entry."""
    made = Cache({"default": Bar()}, Elsewhere(), 1 << 20, 1 << 16, random.Random(0))
    header = Entry(**{name: getattr(kept, name) for name in kept.__struct_fields__} | {"body": b""})
    assert made.learn(header, vector, len(kept.body), kept.created)
    return made


def test_an_answer_elsewhere_is_fetched() -> None:
    """And is a hit like others."""
    kept = entry()
    book = play(ask(), rooms(cache=learnt(kept)))
    book << expect(Fetch, key=b"k", tenant="local") >> Fetched(kept)
    book << expect(Answer, hit=lambda hit: hit.entry == kept and not hit.away) >> Delivered()
    assert row_of(book).cache == "hit-exact"


def test_so_is_one_to_a_like_question() -> None:
    """After the identical request was none."""
    kept = entry(HELLO, key=b"other")
    book = play(ask(HELLO), rooms(cache=learnt(kept, NORTH), semantic=True))
    book << Embed >> NEARLY_NORTH << Fetch >> Fetched(kept)
    book << expect(Answer, hit=lambda hit: hit.entry == kept) >> Delivered()
    assert row_of(book).cache == "hit-semantic"


@pytest.mark.parametrize(("late", "known"), [(True, 1), (False, 0)])
def test_what_does_not_come_is_a_miss(late: bool, known: int) -> None:
    """An engine is asked. What is gone is forgotten; what is late may come the next time."""
    made = learnt(entry())
    book = play(ask(), rooms(cache=made))
    book << Fetch >> Fetched(None, late=late)
    assert len(made) == known
    book << Send >> arrived() << Relay >> delivered()
    assert row_of(book).cache == "miss"


def test_another_answer_is_none() -> None:
    """Whatever stood under that name."""
    book = play(ask(), rooms(cache=learnt(entry())))
    book << Fetch >> Fetched(entry(key=b"another"))
    book << Send >> arrived() << Relay >> delivered()
    assert row_of(book).cache == "miss"


def test_who_leaves_meanwhile_leaves_a_row() -> None:
    """Without a hit."""
    book = play(ask(), rooms(cache=learnt(entry())))
    book << Fetch >> Throw(ClientGone("queue", None))
    assert row_of(book).cache == "miss"


def recalling(kept: Cache) -> Cache:
    """A cache whose archive still tells of what it has."""
    kept.recalling = True
    return kept


def test_an_archive_that_still_tells_is_asked() -> None:
    """Of the identical request; what it has is a hit, though the books have not heard of it."""
    made = recalling(learnt(entry(key=b"other")))
    book = play(ask(), rooms(cache=made)) << expect(Fetch, key=b"k", tenant="local") >> Fetched(entry())
    book << expect(Answer, hit=lambda hit: (hit.entry, hit.age, hit.away) == (entry(), 10.0, False)) >> Delivered()
    assert row_of(book).cache == "hit-exact"
    books = made.stats()
    assert (books.exact_misses, books.categories["default"].hits_exact) == (0, 1)


@pytest.mark.parametrize(
    ("found", "late"),
    [(None, False), (None, True), (entry(tenant="b"), False), (entry(key=b"z"), False), (entry(created=-9e9), False)],
)
def test_what_it_does_not_have_is_a_miss(found: Entry | None, late: bool) -> None:
    """Nor is another's answer a hit, or one that is too old."""
    book = play(ask(), rooms(cache=recalling(learnt(entry(key=b"other")))))
    book << Fetch >> Fetched(found, late=late) << Send >> arrived() << Relay >> delivered()
    assert row_of(book).cache == "miss"


def test_a_purge_ends_that() -> None:
    """Also for what is being fetched; and the caller's age is minded."""
    made = recalling(learnt(entry(key=b"other")))
    assert made.met(entry(), b"k", "local", 100.0, max_age=5.0) is None
    assert made.met(entry(), b"k", "local", 100.0) is not None
    made.purge("another", now=0.0)
    assert made.met(entry(), b"k", "local", 100.0) is None
    book = play(ask(), rooms(cache=made))
    book << Send >> arrived() << Relay >> delivered()
    assert row_of(book).cache == "miss"
