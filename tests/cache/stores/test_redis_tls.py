"""A server that is spoken to over TLS: its certificate and its name are checked."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cache.stores.kit import free_port, fresh, named, redis, running, same, serve, until
from wrp_cache.stores import StoreFailed
from wrp_cache.stores.link import Server

CURVE = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1"]
MADE = ["openssl", "req", "-x509", *CURVE, "-nodes", "-days", "2", "-subj", "/CN=a-test"]


def certificate(folder: Path, name: str, whom: str) -> tuple[Path, Path]:
    """A certificate that signs itself, for an address or a name; and its key."""
    if shutil.which("openssl") is None:
        pytest.skip("openssl is not installed: NOTHING OF TLS TO REDIS IS TESTED")
    made, key = folder / f"{name}.pem", folder / f"{name}.key"
    command = [*MADE, "-addext", f"subjectAltName={whom}", "-keyout", str(key), "-out", str(made)]
    subprocess.run(command, check=True, capture_output=True)
    return made, key


def speaking_tls(folder: Path, made: Path, key: Path) -> Iterator[int]:
    """A server that speaks nothing else, and its port."""
    pytest.importorskip("redis", reason="the extra `redis` is not installed: NOTHING OF REDIS IS TESTED")
    program = shutil.which("redis-server") or shutil.which("valkey-server")
    if program is None:
        pytest.skip("neither redis-server nor valkey-server is installed: NOTHING OF REDIS IS TESTED")
    port = free_port()
    files = ["--tls-cert-file", str(made), "--tls-key-file", str(key), "--tls-auth-clients", "no"]
    process = serve(program, port, folder, "--port", "0", "--tls-port", str(port), *files)
    try:
        yield port
    finally:
        process.kill()
        process.wait()


@pytest.fixture
def ours(tmp_path: Path) -> tuple[Path, Path]:
    return certificate(tmp_path, "ours", "IP:127.0.0.1")


@pytest.fixture
def port(tmp_path: Path, ours: tuple[Path, Path]) -> Iterator[int]:
    yield from speaking_tls(tmp_path, *ours)


async def test_answers_come_and_go_over_tls(port: int, ours: tuple[Path, Path]):
    """With its certificate among those that are trusted."""
    async with running(redis(port, server=Server("127.0.0.1", port, tls=True, ca=str(ours[0])))) as archive:
        await archive.loaded.wait()
        archive.put(named(fresh()), fresh(), None)
        await archive.flush()
        kept = archive.get(named(fresh()))
        archive._front.desk.forget(named(fresh()))
        found = await archive.fetch(named(fresh()))
        assert same(found, fresh(created=kept.created))


@pytest.mark.parametrize("trusted", ["another", None])
async def test_a_server_that_nobody_vouches_for_is_not_used(port: int, tmp_path: Path, trusted: str | None):
    """Neither by the certificates that are named nor by the system's; what is put stays at hand."""
    ca = str(certificate(tmp_path, trusted, "IP:127.0.0.1")[0]) if trusted else None
    async with running(redis(port, server=Server("127.0.0.1", port, tls=True, ca=ca))) as archive:
        with pytest.raises(StoreFailed):
            await archive.fetch(b"?" * 16)
        archive.put(named(fresh()), fresh(), None)
        assert await archive.fetch(named(fresh())) is not None
        assert not archive.loaded.is_set()


async def test_a_certificate_for_another_name_is_refused(tmp_path: Path):
    """Though it is trusted."""
    made, key = certificate(tmp_path, "elsewhere", "DNS:elsewhere.example")
    for port in speaking_tls(tmp_path, made, key):
        async with running(redis(port, server=Server("127.0.0.1", port, tls=True, ca=str(made)))) as archive:
            with pytest.raises(StoreFailed):
                await archive.fetch(b"?" * 16)


async def test_a_client_without_tls_gets_nowhere(port: int):
    """The server does not answer in the clear."""
    async with running(redis(port)) as archive:
        with pytest.raises(StoreFailed):
            await archive.fetch(b"?" * 16)
        await until(lambda: archive.stats().failed + archive.stats().late)
