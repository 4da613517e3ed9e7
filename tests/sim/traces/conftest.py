"""Traces in small files, arrivals at given times, and the development data where there is any."""

from __future__ import annotations

import gzip
import os
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest

from wrp_router.sim.traces import Arrival, Trace

Written = Callable[..., Path]


@pytest.fixture
def written(tmp_path: Path) -> Written:
    """A file of these lines, gzipped if `packed`."""

    def write(*lines: str, packed: bool = False, name: str = "trace") -> Path:
        path, content = tmp_path / name, "".join(f"{line}\n" for line in lines).encode()
        path.write_bytes(gzip.compress(content) if packed else content)
        return path

    return write


@pytest.fixture
def at() -> Callable[[Iterable[float]], Trace]:
    """A trace with arrivals at these times; the n-th has n + 1 blocks of 10 tokens that are its own, and a session."""

    def made(times: Iterable[float]) -> Trace:
        arrivals = [
            Arrival(time, 10 * n + 5, n, tuple(range(100 * n, 100 * n + n + 1)), f"s{n}", "t", "lora")
            for n, time in enumerate(times)
        ]
        return Trace("made", 10, lambda: iter(arrivals))

    return made


@pytest.fixture
def data() -> Path:
    """The folder of development data that WRP_DATA names."""
    folder = os.environ.get("WRP_DATA")
    if not folder or not (Path(folder) / "trace_mooncake").is_dir():
        pytest.skip("NOT TESTED ON REAL TRACES: WRP_DATA names no folder with trace_mooncake")
    return Path(folder)
