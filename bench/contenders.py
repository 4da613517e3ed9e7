"""The gateways that are compared, how each is started on one core, and what its process costs."""

from __future__ import annotations

import os
import subprocess
import sys
import time
import urllib.request
import venv
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

PEERS = Path(__file__).parent / ".peers"
PEER_EXTRAS = ["setproctitle", "aiohttp", "orjson", "uvicorn", "fastapi"]
GATEWAY_CORE, LOAD_CORE = 0, 1
ENGINE_PORT = 19000


@dataclass(frozen=True)
class Contender:
    """`command` starts it in front of the engine; `port` is where it listens."""

    name: str
    command: tuple[str, ...]
    port: int
    peer: str = ""


def contenders(config: Path) -> list[Contender]:
    """Ours with everything of this configuration on, and the peers in their plainest setting."""
    engine = f"http://127.0.0.1:{ENGINE_PORT}"
    peer = ("--worker-urls", engine, "--policy", "round_robin", "--host", "127.0.0.1", "--log-level", "error")
    return [
        Contender("direct", (), ENGINE_PORT),
        Contender("wrp", (sys.executable, "-m", "wrp_router", "serve", "-c", str(config)), 19010),
        Contender(
            "sglang-router",
            (*_peer("sglang-router"), *peer, "--port", "19020", "--prometheus-port", "19021"),
            19020,
            "sglang-router",
        ),
        Contender(
            "vllm-router",
            (*_peer("vllm-router"), *peer, "--port", "19030", "--prometheus-port", "19031"),
            19030,
            "vllm-router",
        ),
    ]


def _peer(name: str) -> tuple[str, ...]:
    python = str(PEERS / name / "bin" / "python")
    if name == "sglang-router":
        return (python, "-m", "sglang_router.launch_router")
    return (str(PEERS / name / "bin" / "vllm-router"),)


def install(name: str) -> None:
    """A peer into a venv of its own, once."""
    home = PEERS / name
    if (home / "installed").exists():
        return
    print(f"installing {name} ...", file=sys.stderr)
    venv.create(home, with_pip=True)
    subprocess.run([str(home / "bin" / "pip"), "install", "-q", name, *PEER_EXTRAS], check=True)
    (home / "installed").touch()


@contextmanager
def running(command: tuple[str, ...], port: int, core: int) -> Iterator[int]:
    """The process, pinned to `core`, once it answers; its pid. It is ended by that pid."""
    process = subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, preexec_fn=lambda: os.sched_setaffinity(0, {core})
    )
    try:
        _await_answer(process, port)
        yield process.pid
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _await_answer(process: subprocess.Popen[bytes], port: int) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        if process.poll() is not None:
            assert process.stderr is not None
            raise RuntimeError(f"{process.args!r} ended: {process.stderr.read().decode()[-2000:]}")
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/v1/models", timeout=1).read()
            return
        except OSError:
            time.sleep(0.1)
    raise RuntimeError(f"{process.args!r} did not answer within 60 s")


def cpu_seconds(pid: int) -> float:
    """User and system time of a process and its threads so far."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def rss_mb(pid: int) -> float:
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6
