"""A worker as the supervisor sees it, whose process is this one: its end of the channel is in the test's hands."""

from __future__ import annotations

import socket
from collections.abc import Callable

from wrp_router.workers.channel import Channel
from wrp_router.workers.messages import (
    Answers,
    Ready,
    ToSupervisor,
    ToWorker,
    Welcome,
    framed,
    from_supervisor,
    from_worker,
)
from wrp_router.workers.post import Post
from wrp_router.workers.worker import Worker


class Near(Worker):
    """No process: a channel and what came through it."""

    def __init__(
        self, number: int, heard: Callable[[Worker, ToSupervisor], object] = lambda worker, said: None
    ) -> None:
        super().__init__(number, number, heard)
        self.told: list[ToWorker] = []
        self.deaf = False
        self.most: int | None = None
        """Replies that it takes in one message."""

    def send(self, message: ToWorker) -> bool:
        full = self.most is not None and isinstance(message, Answers) and len(message.replies) > self.most
        if not (sent := not self.deaf and not full):
            return False
        self.told.append(message)
        return sent

    def begin(self) -> Near:
        self.ready.set_result(Ready("127.0.0.1:0", None, 2, 1.0))
        return self


def welcome(number: int = 1) -> Welcome:
    return Welcome(number, 2, 3, None, 4, number, b"secret", speaks=False)


async def posted(heard: Callable[[ToSupervisor], object]) -> tuple[Post, Channel[ToSupervisor]]:
    """A worker's post, open, and the supervisor's end of its channel."""
    ours, theirs = socket.socketpair()
    ours.sendall(framed(welcome()))
    post = Post(theirs, next(iter(from_supervisor().feed(theirs.recv(4096)))))  # type: ignore[arg-type]
    await post.open()
    channel: Channel[ToSupervisor] = Channel(from_worker(), heard, lambda: None)
    await channel.open(ours)
    return post, channel
