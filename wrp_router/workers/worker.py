"""One worker process, as its supervisor sees it."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import subprocess
from collections.abc import Callable, Sequence

from .channel import Channel
from .messages import Ready, ToSupervisor, ToWorker, Welcome, framed, from_worker

VARIABLE = "WRP_WORKER"
"""In a worker's environment: the number of the socket to its supervisor."""

POLL = 0.02
"""Seconds between two looks at whether a process that hung up is gone."""


class Worker:
    """`ready` and `ended` are futures: what it said when it began to take requests, and its exit status. `heard` gets
    its messages; `place`: where it says how many connections it has; `unheard`: how often somebody looked since it
    last said anything."""

    def __init__(self, number: int, place: int, heard: Callable[[Worker, ToSupervisor], object]) -> None:
        loop = asyncio.get_running_loop()
        self.number, self.place = number, place
        self.pid = 0
        self.leaving = False
        self.unheard = 0
        self.ready: asyncio.Future[Ready] = loop.create_future()
        self.ended: asyncio.Future[int] = loop.create_future()
        self._born = loop.time()
        self._heard = heard
        self._channel: Channel[ToSupervisor] = Channel(from_worker(), self._said, self._hung)
        self._process: subprocess.Popen[bytes] | None = None
        self._reaping: asyncio.Task[None] | None = None

    def __repr__(self) -> str:
        return f"worker {self.number} (pid {self.pid})"

    async def start(self, command: Sequence[str], welcome: Welcome) -> None:
        """A fresh interpreter that inherits the sockets named in `welcome`. In a process group of its own: what is
        typed at a terminal reaches the supervisor alone. Raises OSError. Where this is cancelled there is a process
        all the same, and its end is heard of."""
        self._process, ours = _began(command, welcome)
        self.pid = self._process.pid
        opening = asyncio.ensure_future(self._channel.open(ours))
        try:
            await asyncio.shield(opening)
        except asyncio.CancelledError:
            await opening
            raise

    @property
    def lived(self) -> float:
        """Seconds since it was begun."""
        return asyncio.get_running_loop().time() - self._born

    @property
    def serving(self) -> bool:
        """Whether it can be asked: it is there, and said that it is ready."""
        return self.ready.done() and not self.ended.done()

    def send(self, message: ToWorker) -> bool:
        """False where it cannot be told."""
        return self._channel.send(message)

    def signal(self, number: int) -> None:
        """Nothing where it is gone."""
        if self._process is not None and not self.ended.done():
            self._process.send_signal(number)

    def kill_after(self, seconds: float) -> None:
        """Unless it has ended by then."""
        timer = asyncio.get_running_loop().call_later(seconds, self.signal, signal.SIGKILL)
        self.ended.add_done_callback(lambda _: timer.cancel())

    def _said(self, message: ToSupervisor) -> None:
        self.unheard = 0
        self._heard(self, message)

    def _hung(self) -> None:
        """A process that ends hangs up; one that hung up ends."""
        self._reaping = asyncio.get_running_loop().create_task(self._reap())

    async def _reap(self) -> None:
        assert self._process is not None
        while (status := self._process.poll()) is None:  # noqa: ASYNC110 - a process sets no event
            await asyncio.sleep(POLL)
        if not self.ended.done():
            self.ended.set_result(status)


def _began(command: Sequence[str], welcome: Welcome) -> tuple[subprocess.Popen[bytes], socket.socket]:
    """The process, and the supervisor's end of the channel to it."""
    ours, theirs = socket.socketpair()
    with theirs:
        ours.sendall(framed(welcome))  # a few bytes in an empty buffer
        fds = [fd for fd in (theirs.fileno(), welcome.turns, welcome.listen, welcome.admin) if fd is not None]
        environment = {**os.environ, VARIABLE: str(theirs.fileno())}
        try:
            process = subprocess.Popen(  # noqa: S603 - it is our own command
                command, pass_fds=fds, env=environment, stdin=subprocess.DEVNULL, process_group=0
            )
        except OSError:
            ours.close()
            raise
    return process, ours
