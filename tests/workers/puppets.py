"""A supervisor in this process, with workers that do nothing but say that they are ready and that they live."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from wrp_router.workers.pulse import SILENCE
from wrp_router.workers.supervisor import Supervisor

WORKER = """
import faulthandler, os, signal, sys, threading, time
sys.path[:0] = {path!r}
from pathlib import Path
from wrp_router.workers.messages import Leave, Ready, Reply, framed, from_supervisor
from wrp_router.workers.post import enlisted
folder = Path({folder!r})
post = enlisted(os.environ)
if (folder / "broken").exists():
    sys.exit(5)
number = post.welcome.number
signals = []
def while_there(name):
    end = time.monotonic() + 20.0
    while (folder / name).exists() and time.monotonic() < end:
        time.sleep(0.01)
def drain(*_):
    signals.append(1)
    (folder / f"told-{{number}}-{{len(signals)}}").touch()
    while_there("busy")
    sys.exit(0)
if (folder / "deaf").exists():
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
elif (folder / "busy").exists():
    signal.signal(signal.SIGTERM, drain)
else:
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
while_there(f"slow-{{number}}")
if (folder / f"broken-{{number}}").exists():
    sys.exit(5)
workers = int((folder / "workers").read_text()) if (folder / "workers").exists() else None
protocol = 99 if (folder / "strange").exists() else 1
listen = (folder / "listen").read_text() if (folder / "listen").exists() else "here"
post._sock.sendall(framed(Ready(listen, None, workers, 0.0, protocol)))
(folder / f"{{number}}-{{os.getpid()}}").touch()
faulthandler.register(signal.SIGUSR1, file=open(folder / f"stands-{{number}}", "ab"))
def beat():
    while not (folder / f"stuck-{{number}}").exists():
        post._sock.sendall(framed(Reply(-1, None)))
        time.sleep(0.05)
threading.Thread(target=beat, daemon=True).start()
frames = from_supervisor()
while data := post._sock.recv(4096):
    if any(isinstance(message, Leave) for message in frames.feed(data)):
        (folder / f"left-{{os.getpid()}}").touch()
        sys.exit(0)
"""


class Scene:
    """A folder in which workers leave their names, and whose files say what they are to be."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.script = WORKER.format(path=sys.path, folder=str(folder))
        self.running: asyncio.Task[int] | None = None
        self.supervisor: Supervisor | None = None

    def put(self, name: str, text: str = "") -> None:
        (self.folder / name).write_text(text)

    def drop(self, name: str) -> None:
        (self.folder / name).unlink()

    def begun(self) -> dict[int, int]:
        """Who began, ever: number by pid."""
        names = [path.name.partition("-") for path in self.folder.iterdir()]
        return {int(pid): int(number) for number, _, pid in names if number.isdigit()}

    def now(self) -> dict[int, int]:
        """Who is there now: pid by number."""
        assert self.supervisor is not None
        return {number: worker.pid for number, worker in self.supervisor._current.items()}

    async def until(self, fact: Callable[[], object]) -> None:
        async with asyncio.timeout(60):
            while not fact():
                assert self.running is None or not self.running.done() or fact()
                await asyncio.sleep(0.01)

    @asynccontextmanager
    async def open(self, workers: int = 2, *, fixed: bool = True, silence: float = SILENCE) -> AsyncIterator[None]:
        command, sock = [sys.executable, "-c", self.script], socket.socket().detach()
        self.supervisor = Supervisor(command, sock, None, workers, fixed=fixed, silence=silence)
        self.running = asyncio.create_task(self.supervisor.run())
        try:
            yield
        finally:
            os.kill(os.getpid(), signal.SIGTERM)
            async with asyncio.timeout(60):
                await self.running
