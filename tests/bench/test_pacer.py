"""The steady load in C, before engines that do as they are told: how much it asks, and what it calls what it meets."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from bench.pacer import Pace, Told, answered, failed, pacing, posted
from bench.pinned import compiled
from wrp_router.fakes.engine import FakeEngine
from wrp_router.fakes.faultproxy import FaultProxy, black_hole, closed_port


@pytest.fixture(scope="session")
def program(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return compiled("pacer.c", tmp_path_factory.mktemp("pacer"))


@pytest.fixture
def folder(program: Path, tmp_path: Path) -> Path:
    (tmp_path / "pacer").symlink_to(program)
    return tmp_path


def asking(**more: Any) -> bytes:
    body = {"model": "fake", "messages": [{"role": "user", "content": "number 000000000000"}], "max_tokens": 8}
    return posted(json.dumps(body | more).encode())


@asynccontextmanager
async def faulty(fault: str, **more: Any) -> AsyncIterator[FakeEngine]:
    async with FakeEngine(["fake"], fault=fault, **more) as engine:
        yield engine


async def played(pace: Pace, folder: Path, request: bytes | None = None) -> Told:
    """To its end."""
    with pacing(pace, folder, request=request or asking()) as pacer:
        return await asyncio.to_thread(pacer.ended)


def balanced(told: Told) -> bool:
    """Every request that was due became one thing."""
    ends = sum(told["answered"].values()) + sum(told["failed"].values()) + told["raced"]
    return bool(told["due"] == told["sent"] + told["unsent"] and told["sent"] == ends)


@pytest.mark.parametrize("more", [{}, {"stream": True}])
async def test_as_many_as_are_due(more: dict[str, Any], folder: Path):
    """By length and in chunks; each is another, over so many connections, and no sooner than it is due."""
    async with FakeEngine(["fake"]) as engine:
        told = await played(Pace(engine.port, 100, 4, seconds=0.5), folder, asking(**more))
        texts = {seen.body for seen in engine.seen}
    assert (told["due"], answered(told), failed(told), told["unsent"]) == (50, 50, {}, 0)
    assert (told["opened"], len(texts)) == (4, 50)
    assert told["seconds"] >= 0.49
    assert 0 < told["first_us"][0] <= told["took_us"][0] <= told["since_due_us"][3]
    assert balanced(told)


async def test_lines_are_of_their_time(folder: Path):
    """Those of the parts add up to that of the whole; told to end, it ends when all are answered."""
    async with FakeEngine(["fake"]) as engine:
        with pacing(Pace(engine.port, 100, 2, every=0.1), folder, request=asking()) as pacer:
            await asyncio.to_thread(pacer.line, 2)
            whole = await asyncio.to_thread(pacer.end)
            parts = [line for line in pacer.lines() if not line["whole"]]
        assert whole["sent"] == len(engine.seen)
    assert sum(part["due"] for part in parts) <= whole["due"]
    assert parts[2]["due"] > 0
    assert balanced(whole)


@pytest.mark.parametrize(
    ("fault", "how"),
    [
        ("die_before_headers=fin", "eof"),
        ("die_in_headers=rst", "reset"),
        ("die_after_headers=fin", "eof"),
        ("die_after=2:rst", "reset"),
        ("short_body, close", "eof"),
        ("bad_status_line", "malformed"),
        ("dup_content_length", "malformed"),
        ("cl_and_te", "malformed"),
        ("status=503", "503"),
    ],
)
async def test_broken_answers(fault: str, how: str, folder: Path):
    """Each is counted by what ended it, and the next is asked on another connection."""
    async with faulty(fault) as engine:
        told = await played(Pace(engine.port, 50, 1, seconds=0.1), folder)
    assert (failed(told), answered(told), told["raced"]) == ({how: 5}, 0, 0)
    assert balanced(told)


@pytest.mark.parametrize("fault", ["die_after=2:fin", "bad_chunk=2", "short_body"])
async def test_broken_streams(fault: str, folder: Path):
    """One that is cut off is no answer."""
    async with faulty(fault) as engine:
        told = await played(Pace(engine.port, 50, 1, seconds=0.1, patience=0.3), folder, asking(stream=True))
    assert sum(failed(told).values()) == 5
    assert answered(told) == 0


@pytest.mark.parametrize("fault", ["no_length", "close", "slow_header=20ms", "long_header=6000", "many_headers=200"])
async def test_whole_answers(fault: str, folder: Path):
    """By the end of the connection, with one said beforehand, in pieces, and with long heads."""
    async with faulty(fault) as engine:
        told = await played(Pace(engine.port, 50, 1, most=8, seconds=0.1), folder)
    assert (answered(told), failed(told), told["closed_idle"]) == (5, {}, 0)
    assert told["said_close"] == (5 if fault in {"no_length", "close"} else 0)


async def test_silence_is_a_timeout(folder: Path):
    """Of the answer; and of a connection, which takes its request along."""
    async with faulty("ttft=60s") as engine, black_hole() as hole:
        told = await played(Pace(engine.port, 50, 4, seconds=0.08, patience=0.2), folder)
        assert (failed(told), told["unsent"]) == ({"timeout": 4}, 0)
        told = await played(Pace(hole, 50, 1, seconds=0.04, patience=0.2), folder)
    assert (told["unsent"], told["sent"]) == (2, 0)
    assert told["unreached"] >= 1


async def test_what_is_closed_while_idle_is_no_failure(folder: Path):
    """The next request has another connection, opened beforehand."""
    async with FakeEngine(["fake"], keep_alive=0.02) as engine:
        told = await played(Pace(engine.port, 4, 1, seconds=1), folder)
    assert (answered(told), failed(told), told["raced"]) == (4, {}, 0)
    assert told["closed_idle"] >= 3
    assert balanced(told)


@pytest.mark.parametrize("how", ["rst", "fin"])
async def test_a_used_connection_that_ends_unanswered(how: str, folder: Path):
    """Reset, as where the server closed it just then, it is a race, and counted by itself. An end of file says that the
    server took the request: that is a failure."""
    async with FakeEngine(["fake"]) as engine:
        with pacing(Pace(engine.port, 20, 1, every=0.05), folder, request=asking()) as pacer:
            while not engine.seen or not answered(pacer.line(0)):
                await asyncio.sleep(0.01)
            engine.fault = f"die_before_headers={how}, times=1"
            before = len(pacer.lines())
            while not any(line["raced"] or failed(line) for line in pacer.lines()[before:]):
                await asyncio.sleep(0.01)
            told = await asyncio.to_thread(pacer.end)
    assert (told["raced"], failed(told)) == ((1, {}) if how == "rst" else (0, {"eof": 1}))
    assert balanced(told)


async def test_who_refuses(folder: Path):
    """Whoever is due tries once; so do, at the beginning, those that are to be kept open."""
    async with closed_port() as port:
        told = await played(Pace(port, 50, 4, seconds=0.1), folder)
    assert 5 <= told["refused"] <= 4 + 5
    assert (told["unsent"], told["sent"], told["opened"]) == (5, 0, 0)
    assert (told["unreached"], failed(told)) == (0, {})


async def test_cut_off_connections(folder: Path):
    """All at once, while a request is under way on some: what was under way is one thing, what was idle another."""
    async with FakeEngine(["fake"]) as engine, FaultProxy(engine.port) as proxy:
        engine.fault = "ttft=60s"
        with pacing(Pace(proxy.port, 4, 3, every=0.05), folder, request=asking()) as pacer:
            while not engine.seen or proxy.open < 3:
                await asyncio.sleep(0.01)
            under_way = len(engine.seen)
            engine.fault = ""
            proxy.cut("rst")
            while not any(line["answered"] for line in pacer.lines()):
                await asyncio.sleep(0.01)
            told = await asyncio.to_thread(pacer.end)
    assert sum(failed(told).values()) >= under_way
    assert set(failed(told)) == {"reset"}
    assert told["closed_idle"] + sum(failed(told).values()) == 3
    assert balanced(told)


async def test_those_that_find_none_idle_wait(folder: Path):
    """At most so many connections; the others wait, and it is told."""
    async with faulty("ttft=50ms") as engine:
        told = await played(Pace(engine.port, 200, 1, most=2, seconds=0.1), folder)
    assert (answered(told), told["opened"]) == (20, 2)
    assert told["waited"] >= 10
    assert told["late_us"][3] > 50_000
    assert balanced(told)


async def test_the_newest_first(folder: Path):
    """One is enough, where each is answered before the next is due; in turn all are used."""
    used = []
    for newest_first in (True, False):
        async with FakeEngine(["fake"]) as engine:
            told = await played(Pace(engine.port, 20, 3, seconds=0.3, newest_first=newest_first), folder)
            used.append(len({seen.conn_id for seen in engine.seen}))
        assert answered(told) == 6
    assert used[0] <= used[1] == 3


def test_what_it_does_not_understand(folder: Path):
    """It says how it is used."""
    with pacing(Pace(0, 1), folder) as pacer, pytest.raises(RuntimeError, match="ended with 2"):
        pacer.ended()
