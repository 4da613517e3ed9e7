"""Keys that come and go: what is noticed, and what holds while nothing can be read."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import msgspec
import pytest

from tests.cache.stores.kit import Time
from tests.live.scene import until
from tests.live.test_key_file import PEPPER, made
from wrp_router.accounts.keys import KeyBook, fingerprint_of
from wrp_router.live.issued import IssuedKeys, Unreadable


class Shelf:
    """Keys kept in memory, or out of reach."""

    def __init__(self, *keys: Any) -> None:
        self.book: KeyBook | None = KeyBook(1, keys)
        self.trouble = ""
        self.closed = False

    def put(self, *keys: Any) -> None:
        self.book = KeyBook(1, keys)

    async def look(self) -> KeyBook | None:
        if self.trouble:
            raise Unreadable(self.trouble)
        book, self.book = self.book, None
        return book

    async def close(self) -> None:
        self.closed = True


class Watched:
    """Keys that are looked at whenever `look` says so."""

    def __init__(self, shelf: Shelf, time: Time) -> None:
        self.time = time
        self.changes: list[float] = []
        self.keys = IssuedKeys(shelf, PEPPER.encode(), 2.0, wall=time, pause=time.pause)

    async def look(self) -> None:
        asked = len(self.time.asked)
        self.time.go(2.0)
        await until(lambda: len(self.time.asked) > asked)


@asynccontextmanager
async def watched(shelf: Shelf, now: float = 0.0) -> AsyncIterator[Watched]:
    time = Time(now)
    scene = Watched(shelf, time)
    await scene.keys.start(lambda: scene.changes.append(time.now))
    await until(lambda: time.asked)
    yield scene
    await scene.keys.stop()
    assert shelf.closed


@pytest.mark.fault("K2")
async def test_a_change_is_noticed():
    """New keys open, revoked ones do not."""
    (one, first), (two, second) = made(1), made(2)
    shelf = Shelf(first)
    async with watched(shelf) as scene:
        caller = scene.keys.find(one)
        assert caller is not None
        assert (caller.tenant, caller.key, caller.admin) == ("tenant-1", first.id, False)
        shelf.put(first, second)
        await scene.look()
        assert scene.keys.find(two) is not None
        shelf.book = KeyBook(1, (first, second)).revoke(first.id, 1.0)
        await scene.look()
        assert (scene.keys.find(one), len(scene.changes)) == (None, 2)
        assert scene.keys.find(two) is not None


async def test_what_cannot_be_read_changes_nothing(caplog: pytest.LogCaptureFixture):
    """The log says so once, and once that it is over."""
    (one, first), (two, second) = made(1), made(2)
    shelf = Shelf(first)
    async with watched(shelf) as scene:
        shelf.trouble = "nobody there"
        for _ in range(3):
            await scene.look()
        assert scene.keys.find(one) is not None
        shelf.trouble = ""
        shelf.put(second)
        await scene.look()
        assert (scene.keys.find(one), len(scene.keys)) == (None, 1)
        assert scene.keys.find(two) is not None
        assert len(scene.changes) == 1
    said = [one.getMessage() for one in caplog.records]
    assert said == ["the keys are as they were: nobody there", "the keys can be read again"]


async def test_a_router_that_knows_nobody_does_not_start():
    """What is behind it may know; who is turned away would not come back."""
    shelf = Shelf()
    shelf.trouble = "nobody there"
    keys = IssuedKeys(shelf, PEPPER.encode(), 2.0)
    with pytest.raises(Unreadable, match="nobody there"):
        await keys.start(lambda: None)
    await keys.stop()
    assert shelf.closed


async def test_what_expires_is_told():
    """Whoever remembers it must look again."""
    key, issued = made(1, expires=103.0)
    async with watched(Shelf(issued), 100.0) as scene:
        for _ in range(3):
            await scene.look()
        assert scene.changes == [104.0]
        assert scene.keys.find(key) is None


async def test_keys_under_another_pepper(caplog: pytest.LogCaptureFixture):
    """Open nothing; that is said whenever keys are read, by fingerprints and public ids."""
    (_, good), (strange, other) = made(1, pepper=fingerprint_of(PEPPER.encode())), made(2, pepper="0badc0de")
    shelf = Shelf(good)
    async with watched(shelf) as scene:
        assert "pepper" not in caplog.text
        other = msgspec.structs.replace(other, digest="00" * 32)
        shelf.put(good, other)
        await scene.look()
        assert scene.keys.find(strange) is None
    assert "1 of 2 keys open nothing here: they were made under another pepper (0badc0de)" in caplog.text
    assert fingerprint_of(PEPPER.encode()) in caplog.text
    assert other.id in caplog.text
    assert PEPPER not in caplog.text
