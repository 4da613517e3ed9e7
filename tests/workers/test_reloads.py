"""Configurations that change under load: broken ones again and again, and one without a server that is streaming."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.workers.scene import Crew, crew, loaded, until
from tests.workers.test_ending import streaming
from wrp_router.fakes.engine import FakeEngine

ENDS = 20
"""How often each way is tried where there is time: a hundred reloads."""


def half(file: Path, well: str) -> None:
    """Somebody is still writing."""
    file.write_text(well[: well.index("routes:") + 9])


def unknown(file: Path, well: str) -> None:
    """A word that is none."""
    file.write_text(well + "routs: []\n")


def garbage(file: Path, well: str) -> None:
    """Not even text."""
    file.write_bytes(b"\x00\xff" * 1000)


def gone(file: Path, well: str) -> None:
    """No file at all."""
    file.unlink()


def elsewhere(file: Path, well: str) -> None:
    """A link, as Kubernetes mounts them, that is swapped for one to a broken file."""
    broken, link = file.with_suffix(".broken"), file.with_suffix(".link")
    broken.write_text(well.replace("version: 1", "version: 2"))
    link.symlink_to(broken)
    link.replace(file)


BROKEN: list[Callable[[Path, str], None]] = [half, unknown, garbage, gone, elsewhere]


async def refused(made: Crew, times: int) -> None:
    """Until so many were refused in all, and those before are alone again."""
    made.signal(signal.SIGHUP)
    await until(lambda: made.said.count("those before go on") == times)


@pytest.mark.fault("K1")
@pytest.mark.timeout(1500)
@pytest.mark.parametrize("ends", [1, pytest.param(ENDS, marks=pytest.mark.long)])
async def test_broken_again_and_again(engine: str, tmp_path: Path, ends: int):
    """In whichever way: no request fails, nobody is refused, each is counted, and where something is wrong is said.
    What is mended is taken."""
    with crew(tmp_path, engine, more="workers: 1\n") as made:
        before, well = made.workers(), made.file.read_text()
        async with loaded(made, rate=50.0) as load:
            for number in range(ends * len(BROKEN)):
                BROKEN[number % len(BROKEN)](made.file, well)
                await refused(made, number + 1)
                await until(lambda: made.workers() == before)
                made.file.unlink(missing_ok=True)
                made.file.write_text(well)
            assert f'"refused"}} {ends * len(BROKEN)}.0' in made.get("/metrics")
            made.signal(signal.SIGHUP)
            await until(lambda: '"done"} 1.0' in made.get("/metrics"))
            await until(lambda: made.workers() and not set(before) & set(made.workers()))
        assert (load.failed, load.refused) == ({}, 0), made.said
        assert made.said.count(f"{made.file}:") >= ends * len(BROKEN)
        assert "Traceback" not in made.said


@pytest.mark.fault("K2")
async def test_a_server_goes_while_it_streams(engine: str, tmp_path: Path):
    """Its streams come to their end, all of them; from then on it is asked nothing any more."""
    async with FakeEngine(["fake-8b"]) as leaving:
        with crew(tmp_path, f"{engine}, {leaving.url}", more="workers: 1\n") as made:
            before = made.workers()
            async with streaming(made.port, "chunks=40,gap=100ms") as streams:
                assert [seen for seen in leaving.seen if seen.path.endswith("/chat/completions")]
                made.file.write_text(made.file.read_text().replace(f", {leaving.url}", ""))
                made.signal(signal.SIGHUP)
                texts = await asyncio.gather(*streams)
            assert [text.count(b"data: [DONE]") for text in texts] == [1] * len(texts)
            await until(lambda: not set(before) & set(made.workers()))
            asked = len(leaving.seen)
            async with loaded(made) as load:
                await until(lambda: load.answered > 50)
            assert (load.failed, load.refused, len(leaving.seen)) == ({}, 0, asked), made.said
