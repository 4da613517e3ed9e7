"""A worker's end of the channel: it answers and asks siblings, tells what it counted, and hears when to leave. Without
its supervisor a worker drains and ends."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import logging
import socket
from collections.abc import Awaitable, Callable, MutableMapping

from wrp_router.live.siblings import Answer, Answers, Hear, Kind, Said

from .channel import Channel
from .messages import (
    PROTOCOL,
    Ask,
    Asked,
    Counted,
    Leave,
    Ready,
    Reply,
    Tell,
    Told,
    ToWorker,
    Welcome,
    from_supervisor,
)
from .messages import Answers as Replies
from .worker import VARIABLE

log = logging.getLogger(__name__)

EVERY = 1.0
"""Seconds between two tallies: what is counted in between is lost with a worker that is killed. And between two signs
of life (`pulse.SILENCE`)."""

NOBODY = -1
"""Asked: a reply to nothing is a sign of life, to supervisors of before, too."""

LAST = 2.0
"""Seconds for the last words to be read."""

PATIENCE = 12.0
"""Seconds after which even the supervisor is not waited for."""


def enlisted(environment: MutableMapping[str, str]) -> Post | None:
    """What this process is to be, where a supervisor began it. What it began does not inherit that. Raises OSError
    where the supervisor is gone already."""
    number = environment.pop(VARIABLE, "")
    if not number:
        return None
    sock = socket.socket(fileno=int(number))
    sock.set_inheritable(False)
    frames = from_supervisor()
    while data := sock.recv(4096):
        for message in frames.feed(data):  # nothing comes after the first word until we are ready
            assert isinstance(message, Welcome)
            return Post(sock, message)
    sock.close()
    raise ConnectionResetError("the supervisor is gone")


class Post:
    """The siblings of a worker. `leave` is set when others took over, `lost` when the supervisor is gone."""

    def __init__(self, sock: socket.socket, welcome: Welcome) -> None:
        self.welcome = welcome
        self.leave, self.lost = asyncio.Event(), asyncio.Event()
        self._sock = sock
        self._channel: Channel[ToWorker] = Channel(from_supervisor(), self._heard, self.lost.set)
        self._answers: dict[str, Answer] = {}
        self._hears: dict[str, Hear] = {}
        self._asking: dict[int, asyncio.Future[Answers]] = {}
        self._begun: dict[int, Answers] = {}
        self._ids = itertools.count()
        self._tasks: set[asyncio.Task[None]] = set()
        self._beating: asyncio.Task[None] | None = None

    @property
    def several(self) -> bool:
        return True

    @property
    def number(self) -> int:
        return self.welcome.number

    async def open(self) -> None:
        """From now on it can be asked."""
        await self._channel.open(self._sock)

    def ready(self, listen: str, admin: str | None, workers: int | None, patience: float) -> None:
        """This worker takes requests, and from now on says so."""
        self._channel.send(Ready(listen, admin, workers, patience, PROTOCOL))
        self._beating = asyncio.create_task(self._beat())

    async def _beat(self) -> None:
        """A word every so often. Apart from tallies, which wait for a thread."""
        while True:
            await asyncio.sleep(EVERY)
            self._channel.send(Reply(NOBODY, None))

    async def count(self, tally: Callable[[], Awaitable[bytes]]) -> None:
        """Tells what was counted, again and again, and once more at the end."""
        try:
            while True:
                await asyncio.sleep(EVERY)
                self._channel.send(Counted(await tally()))
        finally:
            self._channel.send(Counted(await tally()))

    async def close(self) -> None:
        """What was told still goes out, if that does not take long."""
        if self._beating is not None:
            self._beating.cancel()
        self._channel.close()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(LAST):
                await self.lost.wait()

    async def ask(self, kind: Kind, payload: bytes = b"") -> Answers:
        number = next(self._ids)
        answered: asyncio.Future[Answers] = asyncio.get_running_loop().create_future()
        self._asking[number] = answered
        try:
            if not self._channel.send(Ask(number, kind, payload)):
                return Answers(missing=1)
            async with asyncio.timeout(PATIENCE):
                return await answered
        except TimeoutError:
            return Answers(missing=1)
        finally:
            del self._asking[number]
            self._begun.pop(number, None)

    def answer(self, kind: Kind, answer: Answer) -> None:
        self._answers[kind] = answer

    def tell(self, kind: Kind, payload: bytes) -> None:
        self._channel.send(Tell(kind, payload))

    def hear(self, kind: Kind, hear: Hear) -> None:
        self._hears[kind] = hear

    def _heard(self, message: ToWorker) -> None:
        match message:
            case Asked():
                task = asyncio.get_running_loop().create_task(self._reply(message))
                self._tasks.add(task)
                task.add_done_callback(self._tasks.discard)
            case Replies():
                self._answered(message)
            case Told():
                self._told(message)
            case Leave():
                self.leave.set()
            case Welcome():
                pass  # it was said before

    def _answered(self, page: Replies) -> None:
        asking = self._asking.get(page.id)
        if asking is None or asking.done():
            return
        before = self._begun.get(page.id, Answers())
        replies = before.replies + tuple([Said(one.number, one.payload) for one in page.replies])
        answers = self._begun[page.id] = Answers(replies, before.missing + page.missing)
        if not page.more:
            asking.set_result(answers)

    def _told(self, told: Told) -> None:
        hear = self._hears.get(told.kind)
        try:
            if hear is not None:
                hear(told.place, told.payload)
        except Exception as error:
            log.error("what a sibling told (%s) is not understood: %r", told.kind, error)

    async def _reply(self, asked: Asked) -> None:
        payload = None
        with contextlib.suppress(KeyError):  # of another version: not known here
            answer = self._answers[asked.kind]
            try:
                payload = await answer(asked.payload)
            except Exception as error:
                log.error("what a sibling asked (%s) cannot be answered: %r", asked.kind, error)
        self._channel.send(Reply(asked.id, payload))
