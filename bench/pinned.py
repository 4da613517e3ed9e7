"""Processes on cores of their own: started, waited for, weighed and ended; and the engine that they stand before."""

from __future__ import annotations

import http.client
import json
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

T = TypeVar("T")

LOOK = 0.05
"""Seconds between two looks at what is waited for."""

HERE = Path(__file__).parent
GATEWAY_CORE, LOAD_CORE = 0, min(2, (os.cpu_count() or 1) - 1)
"""Core 1 is for a second worker; where there are but two cores it is the load's."""

EVENTS, EVERY_MS = 100, 10
TICK = os.sysconf("SC_CLK_TCK")
PAGE = os.sysconf("SC_PAGE_SIZE")


@dataclass(frozen=True)
class Engine:
    """One process that listens on several ports: so many servers of one pool."""

    pid: int
    ports: tuple[int, ...]

    def count(self) -> tuple[int, int]:
        """Answers and events that it sent so far."""
        found = json.loads(got(self.ports[0], "/count"))
        return found["answers"], found["events"]


def got(port: int, path: str) -> bytes:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request("GET", path, headers={"authorization": "Bearer sk-bench"})
        return connection.getresponse().read()
    finally:
        connection.close()


def free_port() -> int:
    """One that nobody listens on now."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


@contextmanager
def running(
    command: Sequence[str], log: Path, cores: Sequence[int], env: Mapping[str, str] | None = None
) -> Iterator[subprocess.Popen[bytes]]:
    """The process, pinned to `cores`, with what it says in `log`. It ends by its pid, then its children by theirs."""
    with log.open("wb") as said:
        process = subprocess.Popen(
            command,
            stdout=said,
            stderr=said,
            env={**os.environ, **(env or {})},
            preexec_fn=lambda: os.sched_setaffinity(0, set(cores)),
        )
    try:
        yield process
    finally:
        children = family(process.pid)[1:]
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        for child in children:
            with suppress(ProcessLookupError):
                os.kill(child, 9)


def until_answered(
    process: subprocess.Popen[bytes],
    port: int,
    body: bytes,
    log: Path,
    patience: float = 180.0,
    key: str = "sk-bench",
    every: float = 0.1,
) -> None:
    """Returns when the gateway has answered `body` with 200. Raises RuntimeError with its last words if it does not."""
    deadline, last = time.monotonic() + patience, "nothing yet"
    head = {"content-type": "application/json", "authorization": f"Bearer {key}"}
    while time.monotonic() < deadline and process.poll() is None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        try:
            connection.request("POST", "/v1/chat/completions", body, head)
            answer = connection.getresponse()
            last = f"{answer.status} {answer.read()[:200]!r}"
            if answer.status == 200:
                return
        except (OSError, http.client.HTTPException) as error:
            last = repr(error)
        finally:
            connection.close()
        time.sleep(every)
    tail = log.read_text(errors="replace")[-2000:]
    raise RuntimeError(f"{process.args!r} did not answer ({last}):\n{tail}")


@contextmanager
def engine(
    folder: Path, ports: int = 2, compiler: str = "cc", *, events: int = EVENTS, every_ms: int = EVERY_MS
) -> Iterator[Engine]:
    """The C one; where that cannot be compiled the Python one, said aloud. Its streams have so many `events`."""
    chosen = [free_port() for _ in range(ports)]
    words = [str(events), str(every_ms), *map(str, chosen)]
    log = folder / "engine.log"
    with running([*_engine(folder, compiler), *words], log, [LOAD_CORE]) as process:
        deadline = time.monotonic() + 20
        while True:
            with suppress(OSError):
                got(chosen[-1], "/count")
                break
            if process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"the engine does not answer: {log.read_text()}")
            time.sleep(0.05)
        yield Engine(process.pid, tuple(chosen))


def compiled(source: str, folder: Path, compiler: str = "cc") -> Path:
    """The program that a C file beside this one makes, in `folder`. Raises RuntimeError with what the compiler says."""
    found, target = shutil.which(compiler), folder / Path(source).stem
    if found is None:
        raise RuntimeError(f"there is no {compiler}")
    made = subprocess.run([found, "-O2", "-o", target, HERE / source], capture_output=True, text=True)
    if made.returncode:
        raise RuntimeError(f"{compiler} failed: {made.stderr[-500:]}")
    return target


def _engine(folder: Path, compiler: str) -> list[str]:
    try:
        return [str(compiled("mock_engine.c", folder, compiler))]
    except RuntimeError as why:
        print(f"ATTENTION: {why}. The engine is the one in Python, a third as fast.", file=sys.stderr)
        return [sys.executable, str(HERE / "mock_engine.py")]


def family(pid: int) -> list[int]:
    """The process and all its descendants."""
    parents: dict[int, list[int]] = {}
    for entry in os.listdir("/proc"):
        if entry.isdigit():
            with suppress(OSError):
                fields = Path(f"/proc/{entry}/stat").read_text().rpartition(")")[2].split()
                parents.setdefault(int(fields[1]), []).append(int(entry))
    found = [pid]
    for one in found:
        found += parents.get(one, [])
    return found


def cpu_seconds(pid: int) -> float:
    """User and system time so far, with threads, descendants, and those that ended and were waited for."""
    used = 0
    for one in family(pid):
        with suppress(OSError):
            fields = Path(f"/proc/{one}/stat").read_text().rpartition(")")[2].split()
            used += sum(int(fields[at]) for at in (11, 12, 13, 14))
    return used / TICK


def settled(
    value: Callable[[], T],
    quiet: float,
    patience: float = 30.0,
    clock: Callable[[], float] = time.monotonic,
    pause: Callable[[float], object] = time.sleep,
) -> T:
    """What it is as soon as it was the same for `quiet` seconds; after `patience` seconds whatever it is then."""
    found, since = value(), clock()
    end = since + patience
    while clock() < min(since + quiet, end):
        pause(LOOK)
        if (now := value()) != found:
            found, since = now, clock()
    return found


def rss_mb(pid: int) -> float:
    """Memory of the process and its descendants, with what they share counted for each."""
    pages = 0
    for one in family(pid):
        with suppress(OSError):
            pages += int(Path(f"/proc/{one}/statm").read_text().split()[1])
    return pages * PAGE / 1e6


def own_mb(pid: int) -> float:
    """Memory of the process and its descendants that no other can share: that of no file, or changed since."""
    kib = 0
    for one in family(pid):
        with suppress(OSError):
            lines = Path(f"/proc/{one}/smaps_rollup").read_text().splitlines()
            kib += sum(int(line.split()[1]) for line in lines if line.startswith("Anonymous:"))
    return kib * 1024 / 1e6
