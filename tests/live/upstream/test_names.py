"""Names of engines that mean another address, or none, after a while."""

from __future__ import annotations

import asyncio
import socket
from typing import Any

import pytest

from tests.live.upstream.scripted import Scripted, scripted
from wrp_router.live.upstream.origin import Origin
from wrp_router.live.upstream.words import Broken

pytestmark = pytest.mark.fault("R20")

REPLY = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n"
REQUEST = b"POST / HTTP/1.1\r\nhost: engine.test\r\ncontent-length: 0\r\n\r\n"


class Resolving(asyncio.SelectorEventLoop):
    """A loop in which `engine.test` is wherever the test says; "" for nowhere."""

    where = ""

    async def getaddrinfo(self, host: Any, port: Any, **more: Any) -> Any:
        if host != "engine.test":
            return await super().getaddrinfo(host, port, **more)
        if not self.where:
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (self.where, port))]


async def said(server: Scripted, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Who it is."""
    while await server.read_request(reader):
        writer.write(REPLY + server.url[-2:].encode())
        await writer.drain()


async def asked(origin: Origin) -> bytes:
    """What the engine said."""
    connection, _ = await origin.send(REQUEST, 5.0)
    found = connection.take() if connection.finished else await connection.chunk()
    origin.release(connection)
    return found


async def moved() -> list[bytes]:
    """An engine at one address, then at another, then nowhere, then back: who answered, or why nobody did."""
    loop = asyncio.get_running_loop()
    assert isinstance(loop, Resolving)
    found = []
    async with scripted(said) as first:
        port = int(first.url.rpartition(":")[2])
        second = Scripted()
        second.url = "--"

        async def elsewhere(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await said(second, reader, writer)
            writer.close()
            await writer.wait_closed()

        listening = await asyncio.start_server(elsewhere, "127.0.0.2", port)
        origin = Origin(f"http://engine.test:{port}", keep_alive=0.05)
        loop.where = "127.0.0.1"
        found.append(await asked(origin))
        loop.where = "127.0.0.2"
        while origin.idle:
            await asyncio.sleep(0.01)
        found.append(await asked(origin))
        while origin.idle:
            await asyncio.sleep(0.01)
        loop.where = ""
        with pytest.raises(Broken) as caught:
            await asked(origin)
        found.append(caught.value.reason.encode())
        loop.where = "127.0.0.1"
        found.append(await asked(origin))
        origin.close()
        listening.close()
        await listening.wait_closed()
        while len(asyncio.all_tasks()) > 1:  # those that were told to close
            await asyncio.sleep(0.01)
        assert (first.url[-2:].encode(), first.accepted) == (found[0], 2)
    return found


def test_a_name_is_asked_for_with_every_connection():
    """The old address is left as soon as its connections are idle; a name that means nothing is a refused connection,
    which another server is asked instead of, and nothing of it is remembered."""
    with asyncio.Runner(loop_factory=Resolving) as runner:
        found = runner.run(moved())
    assert found[1:3] == [b"--", b"connect"]
    assert found[3] == found[0]
