"""Values that several processes change at once."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path

import pytest

from tests.cache.stores.kit import redis_server
from tests.cache.stores.test_redis import speaking
from wrp_cache.stores.cell import COMMANDS, TRIES, Cells, Contended, reasons
from wrp_cache.stores.link import Server

KEY = b"wrp:n:learned:x"


@pytest.fixture
def port(tmp_path: Path) -> Iterator[int]:
    with redis_server(tmp_path) as (port, _):
        yield port


def cells(port: int, largest: int = 1000, **fields: str) -> Cells:
    return Cells(Server("127.0.0.1", port, **fields), largest)


def adding(text: bytes) -> Callable[[bytes], Awaitable[bytes | None]]:
    async def work(value: bytes) -> bytes | None:
        await asyncio.sleep(0)
        return value + text

    return work


async def test_nobody_overwrites_what_he_has_not_read(port):
    """Of many that change one value at once, each one's change is there, once."""
    tries = [asyncio.create_task(_patiently(cells(port), b"%x" % number)) for number in range(16)]
    await asyncio.gather(*tries)
    async with speaking(port) as client:
        assert sorted(await client.get(KEY)) == sorted(b"0123456789abcdef")
        assert 0 < await client.pttl(KEY) <= 60_000


async def _patiently(cells: Cells, text: bytes) -> None:
    while True:
        try:
            return await cells.change(KEY, adding(text), 60.0)
        except Contended:
            continue


async def test_who_always_comes_too_late_gives_up(port):
    """What the others wrote stays."""
    async with speaking(port) as client:

        async def work(value: bytes) -> bytes:
            await client.append(KEY, "o")
            return b"mine"

        with pytest.raises(Contended):
            await cells(port).change(KEY, work, 60.0)
        assert await client.get(KEY) == b"o" * TRIES


async def test_what_is_left_as_it_is(port):
    """Nothing is written."""

    async def work(value: bytes) -> None:
        assert value == b""

    await cells(port).change(KEY, work, 60.0)
    async with speaking(port) as client:
        assert await client.exists(KEY) == 0


async def test_what_somebody_else_put_there(port):
    """Of a value too long no more than one byte too many is read; a list is as good as nothing, and replaced."""
    async with speaking(port) as client:
        await client.set(KEY, b"x" * 5000)
        seen: list[bytes] = []

        async def work(value: bytes) -> bytes:
            seen.append(value)
            return b"new"

        await cells(port).change(KEY, work, 60.0)
        await client.delete(KEY)
        await client.lpush(KEY, b"a list")
        await cells(port).change(KEY, work, 60.0)
        assert [len(value) for value in seen] == [1001, 0]
        assert await client.get(KEY) == b"new"


async def test_a_user_who_may_do_only_that(port):
    """Is enough; without the permission to read it fails, and writes nothing."""
    async with speaking(port) as client:
        allowed = [f"+{command.lower()}" for command in COMMANDS]
        for name, rights in (("wrp", allowed), ("blind", [one for one in allowed if one != "+getrange"])):
            await client.execute_command("ACL", "SETUSER", name, "on", ">pw", "~wrp:n:*", "-@all", *rights)
    one = cells(port, user="wrp", password="pw")
    await one.ping()
    await one.change(KEY, adding(b"a"), 60.0)
    with pytest.raises(reasons()):
        await one.change(b"other", adding(b"a"), 60.0)
    with pytest.raises(reasons()):
        await cells(port, user="blind", password="pw").change(KEY, adding(b"b"), 60.0)
    async with speaking(port) as client:
        assert await client.get(KEY) == b"a"


async def test_a_server_that_hangs_or_dies(tmp_path):
    """Whoever has waited enough is rid of it at once, and what he had begun is not done."""
    with redis_server(tmp_path) as (port, process):
        await cells(port).change(KEY, adding(b"a"), 60.0)

        async def work(value: bytes) -> bytes:
            process.send_signal(signal.SIGSTOP)
            return b"late"

        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.2):
                await cells(port).change(KEY, work, 60.0)
        process.send_signal(signal.SIGCONT)
        async with speaking(port) as client:
            assert await client.get(KEY) == b"a"
        process.kill()
        process.wait()
        with pytest.raises(reasons()):
            await cells(port).change(KEY, work, 60.0)
