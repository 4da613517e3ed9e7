"""The cache's desk where documents are elsewhere: they are fetched, and what fails is told."""

from __future__ import annotations

import json
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from time import monotonic
from typing import Any, cast

import numpy as np
import pytest

from tests.live.asking import Desk, cache_of
from tests.live.lean.front import state
from tests.live.raw import Raw, request
from tests.live.serving import serving
from wrp_cache import Cache, Entry, MemoryStore, StoreFailed
from wrp_cache.stores import ArchiveStats, Store
from wrp_cache.transfer import Heading
from wrp_router.live.admin import CacheDesk
from wrp_router.live.gateway import Gateway
from wrp_router.live.pacing import Pace


class Elsewhere(MemoryStore):
    """An archive whose documents are all away; `fails` makes it answer nothing, `empty` have nothing."""

    def __init__(self) -> None:
        super().__init__()
        self.fails = self.empty = False

    def get(self, name: bytes) -> Entry | None:
        return None

    async def warmed(self) -> None:
        """It had nothing at the start."""

    async def start(self, learn: object, forget: object, purge: object) -> None:
        raise AssertionError("not here")

    async def stop(self) -> None:
        raise AssertionError("not here")

    async def fetch(self, name: bytes) -> Entry | None:
        if self.fails:
            raise StoreFailed("too slow")
        return None if self.empty else super().get(name)

    def purge(self, tenant: str | None, partition: bytes | None) -> None:
        if self.fails:
            raise StoreFailed("too slow")

    def stats(self) -> ArchiveStats:
        return ArchiveStats(0, 0, 0, 0, 0, 0, 0, 0, 7, 0, 0, 0)


@asynccontextmanager
async def away(archive: Elsewhere) -> AsyncIterator[Raw]:
    """A connection to the desk of a cache that holds one entry, which is away."""
    cache = Cache({}, cast(Store, archive), 1 << 20, 1 << 16, random.Random(1))
    now = monotonic()
    entry = Entry(b"k", b"p", "t", "default", "one", b"{}", "application/json", now)
    assert cache.put(entry, np.ones(4, np.float32), now)
    desk = CacheDesk(
        cache, archive, {}, lambda: Heading("minilm", "k", 0.0), keyed=False, pace=Pace(0.1, 0, 1.0), longest=1 << 16
    )
    gateway = Gateway(replace(state(), desks=desk.desks()))
    async with serving(gateway.handle) as dial:
        yield await dial()


def ordered(method: str, path: str, body: Any = None) -> bytes:
    """A request to the desk."""
    return request(body, f"/admin/cache{path}", method, host="127.0.0.1")


async def test_what_is_away_is_fetched():
    """And exported whole, with its vector."""
    async with away(Elsewhere()) as raw:
        await raw.send(ordered("GET", "/export"))
        body = await raw.until(b"\r\n0\r\n\r\n")
        line = json.loads(next(one for one in body.split(b"\n") if one.startswith(b'{"key"')))
        assert (line["asked"], line["body"], len(line["vector"])) == ("one", "e30=", 24)


async def test_what_is_gone_is_left_out():
    """Its books are older than what the archive knows."""
    archive = Elsewhere()
    archive.empty = True
    async with away(archive) as raw:
        await raw.send(ordered("GET", "/export"))
        assert (await raw.until(b"\r\n0\r\n\r\n")).count(b'"key"') == 0


async def test_what_json_cannot_say_is_left_out(desk: Desk):
    """Half a character in a question."""
    now = monotonic()
    entry = Entry(b"k", b"p", "t", "default", "half a \ud800", b"{}", "application/json", now)
    assert cache_of(desk).put(entry, None, now)
    assert (await desk.ask("GET", "/export"))[1].count(b"\n") == 1


async def test_an_export_that_breaks_off_has_no_end():
    """So that nobody takes it for all there is."""
    archive = Elsewhere()
    archive.fails = True
    async with away(archive) as raw:
        await raw.send(ordered("GET", "/export"))
        got = await raw.rest()
        assert not got.endswith(b"\r\n0\r\n\r\n")


async def test_a_store_that_cannot_be_told(caplog: pytest.LogCaptureFixture):
    """Is asked again by whoever purges; here nothing of it is served any more."""
    archive = Elsewhere()
    archive.fails = True
    async with away(archive) as raw:
        await raw.send(ordered("POST", "/purge", {"all": True}))
        status, headers, body = await raw.answer()
        assert (status, json.loads(body)["error"]["code"]) == (503, "store_failed")
        assert "retry-after" in headers
        await raw.send(ordered("GET", ""))
        told = json.loads((await raw.answer())[2])
        assert (told["cache"]["entries"], told["store"]["late"]) == (0, 7)


async def test_an_import_that_stalls():
    """Is given up."""
    async with away(Elsewhere()) as raw:
        await raw.send(ordered("POST", "/import", "x").replace(b"content-length: 3", b"content-length: 300"))
        status, _, body = await raw.answer()
        assert (status, json.loads(body)["error"]["code"]) == (408, "request_timeout")
