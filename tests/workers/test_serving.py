"""`wrp serve --workers` as real processes under load: replaced, killed, left alone, ended."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.serving import free_port
from tests.workers.scene import PATIENCE, configured, crew, loaded, polled, until
from wrp_router.live.listening import listen
from wrp_router.telemetry.decisions import read
from wrp_router.workers.supervisor import Supervisor


def gone(pid: int) -> bool:
    """Whether no such process is there, be it waited for or not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except FileNotFoundError:
        return True


async def come(fact: Callable[[], object]) -> None:
    """As `until`, for what happens on this loop."""
    async with asyncio.timeout(PATIENCE):
        while not fact():
            await asyncio.sleep(0.01)


@pytest.mark.fault("R17")
async def test_all_are_replaced_under_load(engine: str, tmp_path: Path):
    """Three times by SIGHUP, once by SIGUSR2: no request fails, none is refused, all are counted, logged once, and
    the end is clean."""
    with crew(tmp_path, engine, "--workers", "1") as made:
        async with loaded(made) as load:
            seen = 0.0
            for number, name in enumerate((signal.SIGHUP, signal.SIGHUP, signal.SIGUSR2), start=1):
                before = set(made.workers())
                made.signal(name)
                await until(lambda number=number: f'"done"}} {number}.0' in made.get("/metrics"))
                await until(lambda before=before: not before & set(made.workers()))
                now = made.counted("wrp_requests_total")
                assert now >= seen, made.said
                seen = now
        assert (load.failed, load.refused) == ({}, 0), made.said
        assert load.answered > 50
        assert made.counted("wrp_overhead_seconds_count") == load.answered
        made.signal(signal.SIGTERM)
        assert made.process.wait(PATIENCE) == 0, made.said
        assert "Traceback" not in made.said
    rows = list(read(tmp_path / "log.jsonl"))
    assert (len(rows), len({row.facts.id for row in rows})) == (load.answered, load.answered)


@pytest.mark.fault("R18")
async def test_one_is_killed_under_load(engine: str, tmp_path: Path):
    """What it had in flight fails, nothing else; nobody is refused; another takes its place; counters never fall."""
    with crew(tmp_path, engine, "--workers", "2") as made:
        await until(lambda: len(made.workers()) == 2)
        async with loaded(made, connections=8) as load:
            await until(lambda: load.answered > 50)
            before = made.counted("wrp_requests_total")
            victim = made.workers()[0]
            os.kill(victim, signal.SIGKILL)
            for _ in range(20):
                now = made.counted("wrp_requests_total")
                assert now >= before
                before = now
                await asyncio.sleep(0.02)
            await until(lambda: len(made.workers()) == 2 and victim not in made.workers())
            await until(lambda: made.counted("wrp_workers") == 2)
            answered = load.answered
            await until(lambda: load.answered > answered + 50)
        assert load.refused == 0
        assert sum(load.failed.values()) <= 8  # each of its connections had one request at most
        assert made.counted("wrp_worker_deaths_total") == 1
        assert f"(pid {victim}) ended with signal 9; another takes its place" in made.said


@pytest.mark.fault("R19")
async def test_it_says_where_it_stands(engine: str, tmp_path: Path):
    """Supervisor and worker, by files and lines; both go on."""
    with crew(tmp_path, engine, "--workers", "1") as made:
        before = made.workers()
        for number, pid in enumerate((made.process.pid, *before), start=1):
            os.kill(pid, signal.SIGUSR1)
            await until(lambda number=number: made.said.count("most recent call first") >= number)
        assert "wrp_router/workers/__main__.py" in made.said
        assert "wrp_router/cli/serve.py" in made.said
        assert made.workers() == before
        assert made.counted("wrp_workers") == 1


@pytest.mark.fault("R19")
async def test_one_that_hangs_is_replaced(engine: str, tmp_path: Path):
    """A real one, stopped; the other answers all the while."""
    file, _, admin = configured(tmp_path, engine, "workers: 2\n")
    command = [sys.executable, "-m", "wrp_router", "serve", "-c", str(file)]
    with listen("127.0.0.1", free_port()) as api, listen("127.0.0.1", admin) as desk:
        sockets = os.dup(api.fileno()), os.dup(desk.fileno())
        for number in sockets:
            os.set_inheritable(number, True)
        supervisor = Supervisor(command, *sockets, 2, silence=6.0)
    running = asyncio.create_task(supervisor.run())
    try:
        await come(lambda: len(supervisor._current) == 2)
        hangs = supervisor._current[1]
        os.kill(hangs.pid, signal.SIGSTOP)
        await come(lambda: supervisor._books.deaths == 1)
        assert hangs.ended.result() == -signal.SIGKILL
        await come(lambda: len(supervisor._current) == 2)
    finally:
        os.kill(os.getpid(), signal.SIGTERM)
        assert await asyncio.wait_for(running, PATIENCE) == 0


@pytest.mark.fault("K1")
async def test_a_broken_configuration_changes_nothing(engine: str, tmp_path: Path):
    """The workers go on with the old one, and the log says what is wrong, and where; mended, it is taken."""
    with crew(tmp_path, engine, more="workers: 1\n") as made:
        before, well = made.workers(), made.file.read_text()
        async with loaded(made) as load:
            made.file.write_text(well + "routs: []\n")
            made.signal(signal.SIGHUP)
            await until(lambda: "those before go on" in made.said)
            await until(lambda: made.workers() == before)
            assert f"{made.file}:{len(well.splitlines()) + 1}:1 E010" in made.said
            assert '"refused"} 1.0' in made.get("/metrics")
            made.file.write_text(well.replace("workers: 1", "workers: 2"))
            made.signal(signal.SIGHUP)
            await until(lambda: made.counted("wrp_workers") == 2)
            await until(lambda: len(made.workers()) == 2 and not set(before) & set(made.workers()))
        assert (load.failed, load.refused) == ({}, 0), made.said


async def test_the_supervisor_is_killed(engine: str, tmp_path: Path):
    """Its workers drain and end by themselves."""
    with crew(tmp_path, engine, "--workers", "2") as made:
        await until(lambda: len(made.workers()) == 2)
        workers = made.workers()
        async with loaded(made, connections=4) as load:
            await until(lambda: load.answered > 20)
            made.process.kill()
            await until(lambda: made.process.poll() is not None)
            load.stop.set()
        assert not load.failed, made.said
        assert await asyncio.to_thread(polled, lambda: all(map(gone, workers))), made.said


def test_who_cannot_start(engine: str, tmp_path: Path):
    """It ends with status 1 and says why: a worker that dies at its start is not tried again."""
    file, _, _ = configured(tmp_path, engine, "learned: {file: learned.json, redis: {url: nonsense}}\n")
    command = [sys.executable, "-m", "wrp_router", "serve", "-c", str(file), "--workers", "2"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE, check=False)
    assert done.returncode == 1
    assert "E042" in done.stderr
    command = [sys.executable, "-m", "wrp_router.workers", "--listen", "0", "--workers", "2", "--", "-c", "no.yaml"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE, check=False)
    assert done.returncode == 1
    assert "no.yaml:1:1 E007" in done.stderr
    assert "ended before it was ready" in done.stderr


async def test_the_second_signal_forces(engine: str, tmp_path: Path):
    """As with one process: the first asks for a drain."""
    with crew(tmp_path, engine, "--workers", "1", more="") as made:
        made.file.write_text(made.file.read_text().replace("500ms", "1h"))
        made.signal(signal.SIGHUP)
        await until(lambda: '"done"} 1.0' in made.get("/metrics"))
        await until(lambda: len(made.workers()) == 1)
        made.signal(signal.SIGTERM)
        await until(lambda: "draining" in made.said)
        made.signal(signal.SIGTERM)
        assert await asyncio.to_thread(made.process.wait, PATIENCE) == 0


async def test_what_reaches_one_reaches_all(engine: str, tmp_path: Path):
    """Feedback finds the worker that decided, a purge both caches, on whichever connections they come."""
    with crew(tmp_path, engine, "--workers", "2") as made:
        await until(lambda: made.counted("wrp_workers") == 2)
        for number in range(8):
            ask = {"model": "auto", "messages": [{"role": "user", "content": f"question {number}"}]}
            _, headers = await asyncio.to_thread(made.post, "/v1/chat/completions", ask)
            said = {"decision": headers["x-wrp-decision"], "score": 1.0}
            for counted in (True, False, False):
                answer, _ = await asyncio.to_thread(made.post, "/v1/feedback", said)
                assert answer["counted"] is counted
        assert made.counted("wrp_answer_quality_count") == 8
        workers = json.loads(made.get("/admin/cache"))["workers"]
        assert sum(one["cache"]["entries"] for one in workers) == 8
        assert {one["worker"] for one in json.loads(made.get("/admin/servers"))["workers"]} == {0, 1}
        purged, _ = await asyncio.to_thread(made.post, "/admin/cache/purge", {"all": True}, admin=True)
        assert purged == {"purged": 8}


async def streamed(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, name: str) -> tuple[bytes, bytes]:
    """Head and body of an answer that takes a second."""
    fields = {"stream": True, "x_fake": "chunks=40,gap=25ms", "messages": [{"role": "user", "content": name}]}
    body = json.dumps({"model": "auto", **fields}).encode()
    head = b"POST /v1/chat/completions HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n"
    writer.write(head + b"content-length: %d\r\n\r\n" % len(body) + body)
    return (await reader.readuntil(b"\r\n\r\n")).lower(), await reader.readuntil(b"\r\n0\r\n\r\n")


@pytest.mark.fault("R17", "K2")
async def test_streams_outlast_their_worker(engine: str, tmp_path: Path):
    """What runs while others take over ends as it should; the next request on that connection, sent at once, is
    answered, too, and told that it was the last there."""
    with crew(tmp_path, engine, "--workers", "1") as made:
        before = made.workers()
        made.signal(signal.SIGHUP)
        reader, writer = await asyncio.open_connection("127.0.0.1", made.port)
        for number in range(60):
            overtaken = "others took over" in made.said
            head, body = await streamed(reader, writer, f"tell me {number}")
            assert head.startswith(b"http/1.1 200")
            assert b"data: [DONE]" in body
            if b"\r\nconnection: close" in head:
                break
            assert not overtaken
        else:
            raise AssertionError(made.said)
        assert number > 0
        assert await reader.read() == b""
        writer.close()
        await until(lambda: not set(before) & set(made.workers()))
        assert "cut off" not in made.said


async def test_a_file_of_answers(engine: str, tmp_path: Path):
    """One worker may have it, and the next finds what is in it, though both have it open for a while."""
    store = f"{{kind: sqlite, path: {tmp_path}/answers.db, deadline: 5s}}"
    with crew(tmp_path, engine, more="workers: 1\nsecret: 0123456789abcdef\n", store=store) as made:
        ask = {"model": "auto", "messages": [{"role": "user", "content": "How do I sort a list?"}]}
        await asyncio.to_thread(made.post, "/v1/chat/completions", ask)
        await until(lambda: made.counted("wrp_cache_archive_backlog") == 0)
        before = made.workers()
        made.signal(signal.SIGHUP)
        await until(lambda: "others took over" in made.said)
        _, headers = await asyncio.to_thread(made.post, "/v1/chat/completions", ask)
        assert headers["x-wrp-cache"] == "hit-exact"
        await until(lambda: not set(before) & set(made.workers()))
        assert "Traceback" not in made.said
