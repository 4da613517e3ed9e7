"""The supervisor with workers that do nothing but say that they are ready: what it starts, keeps, replaces and ends."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from wrp_router.workers.pulse import SILENCE
from wrp_router.workers.supervisor import FAILURES, Supervisor

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


@pytest.fixture
def scene(tmp_path: Path) -> Scene:
    return Scene(tmp_path)


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


async def test_all_are_replaced(scene: Scene):
    """When the new ones are ready those before are told to leave; how many there are is read anew."""
    async with scene.open(1, fixed=False):
        await scene.until(lambda: len(scene.now()) == 1)
        before = scene.now()
        scene.put("workers", "2")
        os.kill(os.getpid(), signal.SIGHUP)
        await scene.until(lambda: len(scene.now()) == 2 and scene.now()[0] != before[0])
        await scene.until((scene.folder / f"left-{before[0]}").exists)
        before = scene.now()
        os.kill(os.getpid(), signal.SIGUSR2)
        await scene.until(lambda: len(scene.now()) == 2 and not {*scene.now().values()} & {*before.values()})
        assert scene.supervisor is not None
        assert (scene.supervisor._books.renewed, scene.supervisor._books.refused) == (2, 0)


@pytest.mark.parametrize(("how", "said"), [("broken", "ended before it was ready"), ("strange", "of another version")])
async def test_new_ones_that_do_not_start(scene: Scene, caplog: pytest.LogCaptureFixture, how: str, said: str):
    """Change nothing; when one dies meanwhile, its place is tried again until it is had."""
    async with scene.open():
        await scene.until(lambda: len(scene.now()) == 2)
        before = scene.now()
        scene.put(how)
        os.kill(os.getpid(), signal.SIGHUP)
        await scene.until(lambda: said in caplog.text and "those before go on" in caplog.text)
        assert scene.now() == before
        os.kill(before[0], signal.SIGKILL)
        await scene.until(lambda: caplog.text.count(said) >= 3)
        assert scene.now() == {1: before[1]}
        scene.drop(how)
        await scene.until(lambda: len(scene.now()) == 2)


async def test_a_new_one_dies_while_others_start(scene: Scene, caplog: pytest.LogCaptureFixture):
    """It had said that it was ready. No place is left empty for that."""
    async with scene.open(3):
        await scene.until(lambda: len(scene.now()) == 3)
        before = scene.begun()
        scene.put("slow-2")
        os.kill(os.getpid(), signal.SIGHUP)
        await scene.until(lambda: 1 in [number for pid, number in scene.begun().items() if pid not in before])
        (fresh,) = [pid for pid, number in scene.begun().items() if number == 1 and pid not in before]
        assert scene.supervisor is not None
        (worker,) = [one for one in scene.supervisor._all if one.pid == fresh]
        await scene.until(worker.ready.done)
        os.kill(fresh, signal.SIGKILL)
        await scene.until(worker.ended.done)
        scene.drop("slow-2")
        await scene.until(
            lambda: scene.supervisor and scene.supervisor._books.renewed + scene.supervisor._books.refused
        )
        await scene.until(lambda: len(scene.now()) == 3 and fresh not in scene.now().values())


async def test_who_dies_during_a_renewal_is_replaced(scene: Scene):
    """At once, however long the new ones take to start; and then all of them leave."""
    async with scene.open():
        await scene.until(lambda: len(scene.now()) == 2)
        before = scene.now()
        scene.put("slow-0")
        os.kill(os.getpid(), signal.SIGHUP)
        await scene.until(lambda: scene.supervisor and len(scene.supervisor._all) == 3)
        os.kill(before[1], signal.SIGKILL)
        await scene.until(lambda: scene.now().get(1, before[1]) != before[1])
        assert (scene.folder / "slow-0").exists()
        between = scene.now()
        assert between[0] == before[0]
        scene.drop("slow-0")
        await scene.until(lambda: len(scene.now()) == 2 and not {*scene.now().values()} & {*between.values()})
        await scene.until(lambda: scene.supervisor and len(scene.supervisor._all) == 2)


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


async def test_as_many_as_asked_for_whatever_comes(scene: Scene):
    """Signals one on top of the other while workers die: in the end there are so many, and no others."""
    async with scene.open(3):
        await scene.until(lambda: len(scene.now()) == 3)
        for round in range(6):
            for pid in list(scene.now().values())[: round % 3]:
                os.kill(pid, signal.SIGKILL)
            for _ in range(3):
                os.kill(os.getpid(), signal.SIGHUP)
                await asyncio.sleep(0.01 * round)
        supervisor = scene.supervisor
        assert supervisor is not None
        await scene.until(lambda: not supervisor._renewal and supervisor._renewing is None)
        await scene.until(lambda: len(scene.now()) == len(supervisor._all) == 3)
        assert {worker.pid for worker in supervisor._all} == {*scene.now().values()}


async def test_one_that_is_begun_while_it_is_no_more_wanted(scene: Scene):
    """At whatever moment: it ends, and is known until it has."""
    async with scene.open(1):
        await scene.until(lambda: len(scene.now()) == 1)
        supervisor = scene.supervisor
        assert supervisor is not None
        spawning = asyncio.create_task(supervisor._spawn(0))
        await asyncio.sleep(0)
        (fresh,) = [worker for worker in supervisor._all if worker.pid not in scene.now().values()]
        assert fresh.pid
        spawning.cancel()
        await asyncio.gather(spawning, return_exceptions=True)
        assert await asyncio.wait_for(fresh.ended, 60) is not None
        assert len(supervisor._all) == 1


async def test_no_place_is_left(scene: Scene, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch):
    """For those that take over: they do not start, and all stays as it was."""
    async with scene.open(2):
        await scene.until(lambda: len(scene.now()) == 2)
        before = scene.now()
        monkeypatch.setattr("wrp_router.workers.supervisor.PLACES", 2)
        os.kill(os.getpid(), signal.SIGHUP)
        await scene.until(lambda: "those before go on" in caplog.text)
        assert "2 others have not ended yet" in caplog.text
        assert scene.now() == before


async def test_a_new_one_that_serves_is_not_cut_off(scene: Scene):
    """Where another does not start: it has taken requests, and leaves to those before as they would have to it."""
    async with scene.open():
        await scene.until(lambda: len(scene.now()) == 2)
        before = scene.now()
        scene.put("broken-1")
        os.kill(os.getpid(), signal.SIGHUP)
        await scene.until(lambda: scene.supervisor and scene.supervisor._books.refused)
        (fresh,) = [pid for pid, number in scene.begun().items() if pid not in before.values()]
        await scene.until((scene.folder / f"left-{fresh}").exists)
        assert scene.now() == before


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


async def test_addresses_stay(scene: Scene, caplog: pytest.LogCaptureFixture):
    """Whatever a configuration says later; it is said."""
    async with scene.open(1):
        await scene.until(lambda: len(scene.now()) == 1)
        before = scene.now()
        scene.put("listen", "elsewhere")
        os.kill(os.getpid(), signal.SIGHUP)
        await scene.until(lambda: len(scene.now()) == 1 and scene.now() != before)
    assert "listen and admin are as they were at the start" in caplog.text


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
