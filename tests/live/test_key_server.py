"""Keys on a real server: routers hear of what is made and revoked there, and know what they knew while it is away."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.cache.stores.kit import redis_server
from tests.live.conftest import Connect
from tests.live.raw import request
from tests.live.scene import ASK, Scene
from tests.live.test_key_file import PEPPER, made
from wrp_cache.stores.link import Server, client_of
from wrp_router.accounts.keys import KeyBook
from wrp_router.config import Secret
from wrp_router.config.structs import KeysRedis
from wrp_router.fakes.engine import FakeEngine
from wrp_router.live.issued import Unreadable
from wrp_router.live.key_server import COMMANDS, KeyServer


@pytest.fixture
async def port(tmp_path: Path) -> AsyncIterator[int]:
    """Of a server that runs."""
    with redis_server(tmp_path) as (port, _):
        yield port


async def test_what_is_made_is_seen(port: int):
    """By another, once; in the order it was made in. What is revoked stays there as revoked."""
    (_, first), (_, second) = made(1), made(2)
    writer, reader = [KeyServer(Server("127.0.0.1", port), "a", 2.0) for _ in range(2)]
    assert await reader.look() == KeyBook()
    assert await reader.look() is None
    await writer.add(first)
    await writer.add(second)
    found = await reader.look()
    assert found is not None
    assert {one.id for one in found.keys} == {first.id, second.id}
    assert await reader.look() is None
    assert (await writer.revoke(first.id, 5.0)).tenant == "tenant-1"
    found = await reader.look()
    assert found is not None
    assert [one.revoked for one in found.keys if one.id == first.id] == [5.0]
    for unknown in (first.id, "nobody"):
        with pytest.raises(KeyError):
            await writer.revoke(unknown, 6.0)
    for server in (writer, reader):
        await server.close()


async def test_namespaces_are_apart(port: int):
    """Who knows the keys of one knows none of another."""
    mine, other = [KeyServer(Server("127.0.0.1", port), name, 2.0) for name in ("a", "b")]
    await mine.add(made(1)[1])
    assert await other.look() == KeyBook()
    for server in (mine, other):
        await server.close()


async def test_a_server_that_lost_its_keys(port: int):
    """Has revoked nothing: that is said, until there are keys again."""
    server, client = KeyServer(Server("127.0.0.1", port), "a", 2.0), client_of(Server("127.0.0.1", port), 1)
    await server.add(made(1)[1])
    assert await server.look() is not None
    await client.execute_command("FLUSHALL")
    for _ in range(2):
        with pytest.raises(Unreadable, match="are gone"):
            await server.look()
    await server.add(made(2)[1])
    found = await server.look()
    assert found is not None
    assert len(found.keys) == 1
    await client.execute_command("HSET", "wrp:a:keys", "x", "{")
    with pytest.raises(Unreadable, match="no keys of ours"):
        await server.load()
    await server.close()
    await client.aclose()


@pytest.mark.fault("S8")
async def test_a_server_that_lost_the_keys_alone(port: int):
    """As one does that makes room: the word of the last change is asked for all the time, and the keys are not. To
    whoever begins then they are gone, too, and not no keys at all."""
    server = KeyServer(Server("127.0.0.1", port), "a", 2.0)
    await server.add(made(1)[1])
    client = client_of(Server("127.0.0.1", port), 1)
    await client.delete("wrp:a:keys")
    with pytest.raises(Unreadable, match="are gone"):
        await server.look()
    await client.aclose()
    await server.close()


async def test_a_server_that_is_away(tmp_path: Path):
    """Is said so within the deadline."""
    with redis_server(tmp_path) as (port, process):
        server = KeyServer(Server("127.0.0.1", port), "a", 0.5)
        process.kill()
        process.wait()
        with pytest.raises(Unreadable, match=f"127.0.0.1:{port}"):
            await server.look()
        await server.close()


async def test_a_user_who_may_do_only_that(tmp_path: Path):
    """The commands that are named are enough."""
    allowed = [f"+{command.lower()}" for command in COMMANDS]
    rules = ["--user", "keys", "on", ">secret-of-keys", "~wrp:*", *allowed]
    with redis_server(tmp_path, *rules) as (port, _):
        server = KeyServer(Server("127.0.0.1", port, user="keys", password="secret-of-keys"), "a", 2.0)
        _, issued = made(1)
        await server.add(issued)
        await server.revoke(issued.id, 1.0)
        assert await server.look() is not None
        await server.close()


@pytest.mark.fault("K2")
async def test_revoked_everywhere(scene: Scene, engine: FakeEngine, connect: Connect, port: int):
    """Two routers: both let the key in, and neither does soon after it was revoked once."""
    key, issued = made(1)
    server = KeyServer(Server("127.0.0.1", port), "default", 2.0)
    await server.add(issued)
    kept = KeysRedis(url=f"redis://127.0.0.1:{port}", pepper=Secret(PEPPER), every=0.02)
    raws = [await connect(await scene.open(engine, keys_redis=kept)) for _ in range(2)]

    async def ask() -> list[int]:
        for raw in raws:
            await raw.send(request(ASK, authorization=f"Bearer {key}"))
        return [(await raw.answer())[0] for raw in raws]

    assert await ask() == [200, 200]
    await server.revoke(issued.id, 1.0)
    async with asyncio.timeout(10):
        while await ask() != [401, 401]:
            await asyncio.sleep(0.01)
    await server.close()
