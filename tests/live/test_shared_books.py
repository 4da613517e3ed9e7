"""Books that routers share: while the server is away each mode does what it says, and nothing is lost."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from time import monotonic
from typing import Any

import pytest

from tests.cache.stores.kit import redis_server, until
from wrp_cache.stores.breaker import Breaker
from wrp_cache.stores.link import Server
from wrp_router.accounts import Ceiling, Charge, Quota, Refused, Reserved
from wrp_router.flow import Reserve, Settle
from wrp_router.live.ledger import Ledger
from wrp_router.live.shared_books import MOST, OnLoss, SharedBooks

pytestmark = pytest.mark.fault("S8")

THREE = {"a": Quota(requests=Ceiling(3, 3600.0))}


@asynccontextmanager
async def router(port: int, on_loss: OnLoss = "local", deadline: float = 5.0) -> AsyncIterator[SharedBooks]:
    """One that asks this server."""
    ledger = Ledger(Server("127.0.0.1", port), THREE, "default", 60.0, deadline)
    books = SharedBooks(ledger, THREE, on_loss, deadline, Breaker(1, 0.02, 0.05))
    await books.start()
    try:
        yield books
    finally:
        await books.stop()


def come(books: SharedBooks, id: str) -> Any:
    return books.reserve(Reserve("a", id, Charge()))


async def admitted(books: SharedBooks, *ids: str) -> int:
    """How many of these are let in, and stay."""
    return sum([isinstance(await come(books, id), Reserved) for id in ids])


async def test_together_no_more_than_the_limit(tmp_path: Path):
    """A second router finds what the first let in."""
    with redis_server(tmp_path) as (port, _):
        async with router(port) as one, router(port) as other:
            assert await admitted(one, "1", "2") == 2
            assert await admitted(other, "3", "4") == 1
            one.settle(Settle("a", "1", Charge()))
            await until(lambda: not one.waiting)


@pytest.mark.parametrize(("on_loss", "more"), [("local", 1), ("refuse", 0), ("allow", 5)])
async def test_while_the_server_is_away(tmp_path: Path, on_loss: OnLoss, more: int):
    """A router alone goes on where it was, refuses, or lets everything through."""
    with redis_server(tmp_path) as (port, process):
        async with router(port, on_loss) as books:
            assert await admitted(books, "1", "2") == 2
            process.kill()
            process.wait()
            assert await admitted(books, *"34567") == more
            said = await come(books, "8")
            if on_loss == "refuse":
                assert said == Refused(None, 1.0)
            elif on_loss == "local":
                assert said.kind == "requests"


async def test_a_server_that_hangs_costs_one_deadline(tmp_path: Path):
    """Then nobody waits for it; when it answers again it is told of what happened, once."""
    with redis_server(tmp_path) as (port, process):
        async with router(port, "allow", deadline=0.3) as books:
            await admitted(books, "0")
            process.send_signal(signal.SIGSTOP)
            assert await admitted(books, "1") == 1
            assert await admitted(books, *[str(number) for number in range(2, 50)]) == 48
            assert books._guarded.skipped == 48
            for number in range(50):
                books.settle(Settle("a", str(number), Charge()))
            process.send_signal(signal.SIGCONT)
            await until(lambda: not books.waiting and not books._guarded.breaker.open)
            said = await come(books, "50")
            assert isinstance(said, Refused)
            assert said.levels[0].remaining == 0
            assert books.books.used("a", monotonic()).requests == 50


async def test_who_leaves_while_it_is_set_aside(tmp_path: Path):
    """Has nothing set aside: not there, not here."""
    with redis_server(tmp_path) as (port, process):
        async with router(port) as books:
            await admitted(books, "0")
            process.send_signal(signal.SIGSTOP)
            leaving = asyncio.create_task(come(books, "1"))
            await asyncio.sleep(0.02)
            leaving.cancel()
            with pytest.raises(asyncio.CancelledError):
                await leaving
            process.send_signal(signal.SIGCONT)
            await until(lambda: not books.waiting)
            assert await admitted(books, "2", "3", "4") == 2


async def test_a_refusal_that_came_late_leaves_nothing(tmp_path: Path):
    """What the server did after the deadline is undone when it is back."""
    with redis_server(tmp_path) as (port, process):
        async with router(port, "refuse", deadline=0.2) as books:
            await admitted(books, "0")
            process.send_signal(signal.SIGSTOP)
            assert await admitted(books, "1", "2") == 0
            process.send_signal(signal.SIGCONT)
            await until(lambda: not books.waiting and not books._guarded.breaker.open)
            assert await admitted(books, "3", "4", "5") == 2


async def test_who_ends_settles_the_rest(tmp_path: Path):
    """A drained router leaves nothing open."""
    with redis_server(tmp_path) as (port, _):
        async with router(port) as books:
            await admitted(books, "1")
            books.settle(Settle("a", "1", Charge()))
        async with router(port) as other:
            assert (await come(other, "1")).levels[0].remaining == 2  # it is known to be settled


async def test_what_waits_is_bounded(tmp_path: Path):
    """The oldest goes first, and is counted; its reservation ends by itself."""
    with redis_server(tmp_path) as (port, _):
        ledger = Ledger(Server("127.0.0.1", port), THREE, "default", 60.0, 1.0)
        books = SharedBooks(ledger, THREE, "local", 1.0)
        for number in range(MOST + 2):
            books._tell_later(Settle("a", str(number), Charge()))
        assert (books.waiting, books.lost) == (MOST, 2)
        books._waiting.clear()
        await books.stop()
