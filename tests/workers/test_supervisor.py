"""The supervisor with workers that do nothing but say that they are ready: what it starts, keeps and ends."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import sys

import pytest

from tests.workers.puppets import Scene
from wrp_router.workers.supervisor import FAILURES, Supervisor


async def test_from_start_to_end(scene: Scene):
    """One in each place; after SIGTERM none is left, and the status is 0."""
    async with scene.open(3):
        await scene.until(lambda: len(scene.now()) == 3)
        assert scene.begun() == {pid: number for number, pid in scene.now().items()}
    assert scene.running is not None
    assert scene.running.result() == 0
    assert scene.supervisor is not None
    assert not scene.supervisor._all


async def test_who_dies_is_replaced(scene: Scene, caplog: pytest.LogCaptureFixture):
    """By another in the same place; the others stay."""
    async with scene.open():
        await scene.until(lambda: len(scene.now()) == 2)
        before = scene.now()
        os.kill(before[1], signal.SIGKILL)
        await scene.until(lambda: scene.now().get(1, before[1]) != before[1])
        assert scene.now()[0] == before[0]
        assert scene.supervisor is not None
        assert scene.supervisor._books.deaths == 1
    assert "ended with signal 9; another takes its place" in caplog.text


async def test_who_says_nothing_is_replaced(scene: Scene, caplog: pytest.LogCaptureFixture):
    """It hangs, and would for ever: it says where, is killed, and another takes its place."""
    async with scene.open(silence=3.0):
        await scene.until(lambda: len(scene.now()) == 2)
        before = scene.now()
        scene.put("stuck-1")
        await scene.until(lambda: "was not heard of" in caplog.text)
        scene.drop("stuck-1")
        await scene.until(lambda: len(scene.now()) == 2 and scene.now()[1] != before[1])
        assert scene.now()[0] == before[0]
        assert scene.supervisor is not None
        assert scene.supervisor._books.deaths == 1
    assert "most recent call first" in (scene.folder / "stands-1").read_text()


async def test_the_end_while_others_start(scene: Scene):
    """One that is ready is asked once: the second signal would cut its requests off. The status is 0."""
    scene.put("busy")
    scene.put("slow-1")
    async with scene.open():
        await scene.until(lambda: 0 in scene.begun().values())
        assert scene.supervisor is not None
        await scene.until(lambda: scene.supervisor and any(one.ready.done() for one in scene.supervisor._all))
        os.kill(os.getpid(), signal.SIGTERM)
        await scene.until((scene.folder / "told-0-1").exists)
        await scene.until(lambda: scene.supervisor and len(scene.supervisor._all) == 1)
        scene.drop("busy")
        assert scene.running is not None
        assert await scene.running == 0
        assert not (scene.folder / "told-0-2").exists()


async def test_nobody_starts(scene: Scene):
    """At the start that is the end, at once, with status 1."""
    scene.put("broken")
    supervisor = Supervisor([sys.executable, "-c", scene.script], socket.socket().detach(), None, 2)
    assert await asyncio.wait_for(supervisor.run(), 60) == 1
    missing = Supervisor(["/no/such/program"], socket.socket().detach(), None, 2)
    assert await asyncio.wait_for(missing.run(), 60) == 1


async def test_nobody_is_left(scene: Scene, caplog: pytest.LogCaptureFixture):
    """After some tries there is nothing to hope for: status 1, loudly."""
    scene.supervisor = Supervisor([sys.executable, "-c", scene.script], socket.socket().detach(), None, 1)
    running = asyncio.create_task(scene.supervisor.run())
    await scene.until(lambda: len(scene.now()) == 1)
    scene.put("broken")
    os.kill(scene.now()[0], signal.SIGKILL)
    assert await asyncio.wait_for(running, 60) == 1
    assert caplog.text.count("ended before it was ready") == FAILURES
    assert "giving up" in caplog.text


async def test_what_failed_while_others_served_is_not_held_against_them(scene: Scene, caplog: pytest.LogCaptureFixture):
    """One place cannot be filled for long; then the last that serves dies, and has its tries."""
    async with scene.open():
        await scene.until(lambda: len(scene.now()) == 2)
        before = scene.now()
        scene.put("broken-1")
        os.kill(before[1], signal.SIGKILL)
        await scene.until(lambda: caplog.text.count("ended before it was ready") >= FAILURES)
        scene.put("slow-0")
        os.kill(before[0], signal.SIGKILL)
        await scene.until(lambda: caplog.text.count("ended before it was ready") > FAILURES)
        scene.drop("slow-0")
        scene.drop("broken-1")
        await scene.until(lambda: len(scene.now()) == 2)


async def test_who_does_not_end_is_killed(scene: Scene):
    """By the second signal nobody is: that one is passed on. What its drain may take, and some more, is the bound."""
    scene.put("deaf")
    async with scene.open(1):
        await scene.until(lambda: len(scene.now()) == 1)
        assert scene.supervisor is not None
        (worker,) = scene.supervisor._all
        worker.kill_after(0.0)
        await scene.until(worker.ended.done)
        assert worker.ended.result() == -signal.SIGKILL
        scene.drop("deaf")
        await scene.until(lambda: len(scene.now()) == 1)
