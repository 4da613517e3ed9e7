"""All workers are replaced by others, whoever dies, hangs or does not start meanwhile."""

from __future__ import annotations

import asyncio
import os
import signal

import pytest

from tests.workers.pairs import Near
from tests.workers.puppets import Scene
from wrp_router.live.turns import PLACES


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


async def test_no_place_is_left(scene: Scene, caplog: pytest.LogCaptureFixture):
    """For those that take over: they do not start, and all stays as it was."""
    async with scene.open(2):
        await scene.until(lambda: len(scene.now()) == 2)
        before = scene.now()
        assert scene.supervisor is not None
        crowd = {Near(place) for place in range(2, PLACES)}
        scene.supervisor._all |= crowd
        os.kill(os.getpid(), signal.SIGHUP)
        await scene.until(lambda: "those before go on" in caplog.text)
        scene.supervisor._all -= crowd
        assert f"{PLACES} others have not ended yet" in caplog.text
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


async def test_addresses_stay(scene: Scene, caplog: pytest.LogCaptureFixture):
    """Whatever a configuration says later; it is said."""
    async with scene.open(1):
        await scene.until(lambda: len(scene.now()) == 1)
        before = scene.now()
        scene.put("listen", "elsewhere")
        os.kill(os.getpid(), signal.SIGHUP)
        await scene.until(lambda: len(scene.now()) == 1 and scene.now() != before)
    assert "listen and admin are as they were at the start" in caplog.text
