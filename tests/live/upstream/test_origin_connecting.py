"""Connecting: who refuses, who says nothing, and whose certificate is good."""

from __future__ import annotations

import asyncio
import logging
import socket
import ssl
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from tests.live.upstream.scripted import Scripted, replying, scripted
from tests.live.upstream.test_origin import OK, REQUEST, once
from wrp_router.live.upstream.origin import Origin
from wrp_router.live.upstream.words import Broken


@pytest.mark.fault("R4")
async def test_a_refused_connection_says_connect() -> None:
    """Nobody listens: reason `connect`, which is free to retry elsewhere."""
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        origin = Origin(f"http://127.0.0.1:{sock.getsockname()[1]}")
        with pytest.raises(Broken) as caught:
            await origin.send(REQUEST, 1.0)
    assert caught.value.reason == "connect"
    assert not caught.value.timer


@contextmanager
def black_hole() -> Iterator[str]:
    """The URL of a host that does not answer a SYN: nobody more fits into its queue."""
    with ExitStack() as stack:
        sock = stack.enter_context(socket.socket())
        sock.bind(("127.0.0.1", 0))
        sock.listen(0)
        for _ in range(4):
            filler = stack.enter_context(socket.socket())
            filler.setblocking(False)
            filler.connect_ex(sock.getsockname())
        yield f"http://127.0.0.1:{sock.getsockname()[1]}"


@pytest.mark.fault("R4")
async def test_a_black_hole_times_out() -> None:
    """A host that does not answer a SYN costs the connect timeout, no more."""
    with black_hole() as url, pytest.raises(Broken) as caught:
        await Origin(url).send(REQUEST, 0.05)
    assert (caught.value.reason, caught.value.timer) == ("connect", "connect")


async def test_connecting_is_within_the_callers_patience() -> None:
    """Whoever waits for less than the connect timeout is told at once, by the name of what it waits for."""
    with black_hole() as url, pytest.raises(Broken) as caught:
        async with asyncio.timeout(10):
            await Origin(url).send(REQUEST, 60.0, 0.05, "deadline")
    assert (caught.value.reason, caught.value.timer) == ("connect", "deadline")


@pytest.mark.fault("S13")
async def test_https_gets_a_verifying_context() -> None:
    """Port 443 and certificate checks are the default for https."""
    origin = Origin("https://example.invalid/v1/")
    assert (origin.base, origin.host_header) == ("/v1", "example.invalid")
    with pytest.raises(Broken):
        await origin.send(REQUEST, 0.5)


HERE = Path(__file__).parent


@pytest.mark.fault("S13")
@pytest.mark.parametrize(
    ("shown", "trusted", "host", "why"),
    [
        ("localhost", "localhost", "localhost", ""),
        ("localhost", "", "localhost", "self-signed certificate"),
        ("expired", "expired", "localhost", "certificate has expired"),
        ("localhost", "localhost", "127.0.0.1", "IP address mismatch, certificate is not valid for '127.0.0.1'."),
    ],
)
async def test_certificates(shown: str, trusted: str, host: str, why: str, caplog: pytest.LogCaptureFixture) -> None:
    """One that is trusted, in date and of that host is talked to. Of others the log says once what is wrong."""
    served = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    served.load_cert_chain(HERE / f"{shown}.pem")
    trust = ssl.create_default_context(cafile=HERE / f"{trusted}.pem") if trusted else None
    async with scripted(replying(OK), served) as server:
        origin = Origin(server.url.replace("localhost", host), tls=trust)
        if not why:
            assert await once(origin) == b"ok"
        else:
            for _ in range(2):
                with pytest.raises(Broken, match=why) as caught:
                    await origin.send(REQUEST, 1.0)
                assert caught.value.reason == "connect"
            assert server.requests == []
        origin.close()
    port = server.url.rpartition(":")[2]
    told = [one.getMessage() for one in caplog.records if one.levelno >= logging.WARNING]
    assert told == ([f"no TLS with {host}:{port}: {why}"] if why else [])


@pytest.mark.fault("S13")
async def test_https_where_there_is_none() -> None:
    """An engine that answers a handshake in plain text."""

    async def plain(server: Scripted, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1)
        writer.write(OK)
        await writer.drain()

    async with scripted(plain) as server:
        origin = Origin(server.url.replace("http", "https"))
        with pytest.raises(Broken, match="connect: wrong version number"):
            await origin.send(REQUEST, 1.0)
