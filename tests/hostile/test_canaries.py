"""What is secret stays where it belongs, whatever fails: keys of tenants and providers, prompts, the own secret.

A router is told all of them, and led down every path on which something goes wrong, as a process, at its most
talkative. Then everything that it ever wrote or said is searched.
"""

from __future__ import annotations

import asyncio
import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.cli.serving import free_port
from tests.hostile.canaries import KEYS, PHRASE, STRANGER, Party, collecting, found_in, written
from tests.hostile.parrot import NAMES, parrot
from tests.workers.scene import PATIENCE, polled

WORDS = (
    *("x-wrp-deadline-ms: ", "x-stainless-read-timeout: ", "x-wrp-priority: ", "x-wrp-cache: ", "traceparent: "),
    *("idempotency-key: ", "anthropic-version: ", "x-tenant: "),
)
"""Headers whose values somebody reads, or might."""


def malformed(key: str) -> list[bytes]:
    """Requests that are no HTTP, with a key in every place where a parser could quote it."""
    told, end = b"authorization: Bearer " + key.encode(), b"\r\n\r\n"
    first = b"POST /v1/chat/completions HTTP/1.1\r\nhost: x\r\n"
    return [
        first + told + b"\x00" + end,
        first + told + b"\r\n folded" + end,
        first + told.replace(b": ", b" : ") + end,
        first + told.replace(b"authorization", b"auth\xffrization") + end,
        first + told + b"\r\n" + told + b"\r\ncontent-length: 0" + end,
        first + told + b"\r\ncontent-length: " + key.encode() + end,
        first + told + b"\r\ntransfer-encoding: " + key.encode() + end,
        first + told + b"\r\ntransfer-encoding: chunked" + end + key.encode() + b"\r\n",
        first + b"authorization: " + key.encode() * 2000 + end,
        b"POST /v1/" + key.encode() + b"\x01 HTTP/1.1\r\nhost: x" + end,
        b"GET /v1/models/" + key.encode() + b" HTTP/1.1\r\nhost: x\r\nconnection: close" + end,
        b"GET /metrics?api_key=" + key.encode() + b" HTTP/1.1\r\nhost: x\r\nconnection: close" + end,
        b"GET /v1/models HTTP/1.1\r\nhost: " + key.encode() + b"/\r\nconnection: close" + end,
        key.encode() + b" / HTTP/1.1\r\nhost: x" + end,
        b"GET / " + key.encode() + end,
        key.encode() + end,
        b"\x16\x03\x01" + key.encode() + end,
    ]


def bodies() -> list[bytes]:
    """Bodies that cannot be read, or not be meant, with the prompt in them."""
    said = json.dumps({"model": "fake", "messages": [{"role": "user", "content": PHRASE}]}).encode()
    return [
        said[:-1],
        said + b"x",
        b"\xff" + said,
        b"\xef\xbb\xbf" + said,
        json.dumps(PHRASE).encode(),
        json.dumps([PHRASE]).encode(),
        said[:-1] + b',"model":"fake"}',
        said[:-1] + b',"temperature":NaN}',
        said[:-1] + b',"n":' + b"9" * 5000 + b"}",
        said[:-1] + b',"stream":"%b"}' % PHRASE.encode(),
        json.dumps({"model": "fake", "messages": PHRASE}).encode(),
        json.dumps({"model": "fake", "messages": [{"role": PHRASE, "content": 1}]}).encode(),
        json.dumps({"model": [PHRASE], "messages": []}).encode(),
        b"[" * 100_000 + PHRASE.encode(),
        said[:-1] + b',"x":"' + PHRASE.encode() * 2000 + b'"}',
    ]


async def strangers(port: int) -> Party:
    """Somebody without a key who sends what it found."""
    party = Party("red", port)
    for raw in malformed(STRANGER):
        await party.send(raw)
    for header in ("authorization: Bearer ", "x-api-key: ", "authorization: Basic ", "authorization: "):
        await party.send(
            f"GET /v1/models HTTP/1.1\r\nhost: x\r\n{header}{STRANGER}\r\nconnection: close\r\n\r\n".encode()
        )
    return party


async def mishaps(port: int) -> Party:
    """A tenant to whom everything happens."""
    red = Party("red", port)
    for name in NAMES:
        for stream in (False, True):
            await red.ask(f"x-parrot: {name}", stream=stream)
            await red.ask(f"x-parrot: {name}", path="/v1/messages", model="claude", max_tokens=5, stream=stream)
        await red.ask(f"x-parrot: {name}", model="dear")
    for raw in malformed(KEYS["red"]):
        await red.send(raw)
    for body in bodies():
        for path in ("/v1/chat/completions", "/v1/messages", "/v1/feedback"):
            await red.ask(path=path, body=body)
    for word in WORDS:
        await red.ask(f"{word}{PHRASE}")
    await red.ask("content-encoding: gzip")
    await red.ask(f"x-api-key: {KEYS['blue']}-not")
    head = f"POST /v1/chat/completions HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {KEYS['red']}\r\n"
    await red.send(f"{head}content-length: 900\r\n\r\n{PHRASE}".encode())
    await red.send(f"{head}transfer-encoding: chunked\r\n\r\n5\r\n{PHRASE}".encode())
    await asyncio.gather(*[red.ask("x-parrot: silent", "x-wrp-cache: no-cache", seed=n) for n in range(30)])
    assert red.statuses.count(503) > 5  # of two workers, each has room for four
    return red


async def others(port: int, admin: int) -> dict[str, Party]:
    """Another tenant, and whoever runs the router, who look at all there is for them."""
    blue, staff = Party("blue", port), Party("staff", admin)
    said = [{"role": "user", "content": "hello"}]
    for name in ("sound", "cut"):
        await blue.ask(f"x-parrot: {name}", messages=said, user="me")
    paths = [(blue, "/v1/models"), (staff, "/metrics"), (staff, "/admin/servers"), (staff, "/admin/cache")]
    for party, path in paths:
        head = f"GET {path} HTTP/1.1\r\nhost: 127.0.0.1\r\nauthorization: Bearer {KEYS[party.name]}\r\n"
        await party.send(f"{head}connection: close\r\n\r\n".encode())
    assert staff.statuses == [200, 200, 200]
    assert b"wrp_requests_total" in staff.saw
    return {"blue": blue, "staff": staff}


@contextmanager
def talkative(file: Path, said: Path) -> Iterator[subprocess.Popen[bytes]]:
    """Two workers that take requests, and write all they have to say to `said`; in the end they are told to end."""
    command = [sys.executable, "-m", "wrp_router", "serve", "-c", str(file), "--workers", "2", "--log-level", "debug"]
    env = {**os.environ, "PYTHONFAULTHANDLER": "1"}
    with said.open("wb") as out, subprocess.Popen(command, stdout=out, stderr=out, env=env) as process:
        try:
            assert polled(lambda: "2 workers take requests" in said.read_text()), said.read_text()
            yield process
            process.send_signal(signal.SIGTERM)
            assert process.wait(PATIENCE) in (0, 1)
        finally:
            process.kill()


def crashed(file: Path, said: Path, process: subprocess.Popen[bytes]) -> None:
    """A configuration that is broken around its secrets, and a worker that dies with a dump of its threads."""
    well = file.read_text()
    broken = well.replace("secret: ", "secret: [").replace("keys:\n", f"kes: {PHRASE}\nkeys:\n  {KEYS['red']}: [\n")
    file.write_text(broken)
    process.send_signal(signal.SIGHUP)
    assert polled(lambda: "those before go on" in said.read_text())
    file.write_text(well)
    found = subprocess.run(["pgrep", "-P", str(process.pid)], capture_output=True, text=True, check=True)
    worker = int(found.stdout.split()[0])
    assert re.search(r"Max core file size +0 ", Path(f"/proc/{worker}/limits").read_text())
    os.kill(worker, signal.SIGABRT)
    assert polled(lambda: "ended with signal 6" in said.read_text())


def explained(folder: Path) -> str:
    """All that `wrp explain` says of what was decided, and `wrp config show` of the file."""
    rows = [json.loads(line) for line in (folder / "decisions.jsonl").read_text().splitlines()]
    file, id, told = str(folder / "wrp.yaml"), rows[len(rows) // 2]["facts"]["id"], ""
    command = [sys.executable, "-m", "wrp_router"]
    for options in (["config", "show", file], ["explain", "-c", file, "-v", "--decision", id]):
        done = subprocess.run([*command, *options], capture_output=True, text=True, timeout=PATIENCE, check=False)
        assert done.returncode == 0, done.stderr
        told += done.stdout + done.stderr
    return told


async def everything(port: int, admin: int) -> dict[str, Party]:
    """All that is asked, by whom."""
    return {"stranger": await strangers(port), "red": await mishaps(port), **await others(port, admin)}


@pytest.mark.fault("S15")
async def test_nothing_is_seen_again(tmp_path: Path):
    """Neither in what it writes (both streams, the decision log, the audit log), nor in what it tells (metrics, traces,
    the state of servers, explanations), nor in what anybody else is answered; nor when it crashes."""
    port, admin = free_port(), free_port()
    said = tmp_path / "said"

    def lived(url: str, collector: str) -> dict[str, Party]:
        file = written(tmp_path, url, collector, port, admin)
        with talkative(file, said) as process:
            seen = asyncio.run(everything(port, admin))
            crashed(file, said, process)
        return seen

    with collecting() as (collector, traces):
        async with parrot() as engine:
            seen = await asyncio.to_thread(lived, engine.url, collector)
    stranger, red = seen["stranger"], seen["red"]
    assert {200, 400, 401, 404, 408, 413, 415, 431, 502, 504} <= {*red.statuses, *stranger.statuses}
    assert traces
    assert "Fatal Python error: Aborted" in said.read_text()
    assert found_in(said.read_bytes()) == []
    assert found_in((tmp_path / "decisions.jsonl").read_bytes()) == []
    assert found_in((tmp_path / "audit.jsonl").read_bytes()) == []
    assert found_in(b"".join(traces)) == []
    assert found_in(explained(tmp_path)) == []
    assert found_in(stranger.saw, "stranger") == []
    assert found_in(red.saw, "red", "phrase") == []
    assert found_in(seen["blue"].saw) == []
    assert found_in(seen["staff"].saw) == []


def test_what_is_looked_for_would_be_found():
    """The control: the search finds each of them, whole or most of it."""
    assert found_in(f"... {PHRASE[:-4]} ... {KEYS['blue']}", "blue") == ["phrase"]
    assert found_in(STRANGER.encode()) == ["stranger"]
