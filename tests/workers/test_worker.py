"""A process, as its supervisor sees it."""

from __future__ import annotations

import asyncio
import signal
import socket
import sys

import pytest

from wrp_router.workers.messages import Leave, Ready, ToSupervisor
from wrp_router.workers.worker import Worker

from .pairs import welcome

BEGINS = """
import os, socket, sys
sys.path[:0] = {path!r}
from wrp_router.workers.post import enlisted
from wrp_router.workers.messages import Ready, framed
post = enlisted(os.environ)
post._sock.sendall(framed(Ready(str(post.welcome.number), None, None, 1.0)))
post._sock.recv(1)
sys.exit(3)
"""


async def test_from_start_to_end():
    """It says that it is ready, is told to leave, and its status is known."""
    heard = list[ToSupervisor]()
    worker = Worker(1, 1, lambda worker, message: heard.append(message))
    with socket.socket() as listening, socket.socket() as page:
        given = welcome()
        given = type(given)(1, 2, listening.fileno(), None, page.fileno(), 1, b"", speaks=False)
        await worker.start([sys.executable, "-c", BEGINS.format(path=sys.path)], given)
    async with asyncio.timeout(30):
        while not heard:
            await asyncio.sleep(0.01)
        assert heard == [Ready("1", None, None, 1.0)]
        assert str(worker.pid) in repr(worker)
        assert worker.lived > 0.0
        assert worker.send(Leave())
        assert await worker.ended == 3
    worker.signal(signal.SIGKILL)  # it is gone: nothing happens
    assert not worker.send(Leave())
    assert not worker.serving


async def test_a_command_that_is_none():
    """OSError, and nothing is left open."""
    worker = Worker(0, 0, lambda worker, message: None)
    with socket.socket() as listening:
        given = type(welcome())(0, 1, listening.fileno(), None, listening.fileno(), 0, b"", speaks=False)
        with pytest.raises(FileNotFoundError):
            await worker.start(["/no/such/program"], given)
