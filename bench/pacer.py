"""A steady load from a process of its own: bench/pacer.c, compiled, run and read. Its words are explained there."""

from __future__ import annotations

import json
import os
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.pinned import compiled

Told = Mapping[str, Any]
"""One of its lines."""

SILENCE = 60.0
"""Seconds for a line, beyond which it is not waited for."""

NUMBERED = json.dumps({"model": "auto", "messages": [{"role": "user", "content": "hello 000000000000"}]}).encode()


@dataclass(frozen=True)
class Pace:
    """`rate` requests a second over `connections` (at `most` so many, where all are busy), for `seconds`, or until told
    to end. A line is told `every` so many seconds; who has no answer after `patience` seconds has failed."""

    port: int
    rate: float
    connections: int = 32
    most: int = 0
    seconds: float = 0.0
    every: float = 1.0
    patience: float = 15.0
    newest_first: bool = False

    def words(self) -> list[str]:
        """As the program is told it."""
        options = {"c": self.connections, "m": self.most, "d": self.seconds, "e": self.every, "t": self.patience}
        said = [word for name, value in options.items() for word in (f"-{name}", f"{value:g}")]
        return [*said, *(["-n"] if self.newest_first else []), str(self.port), f"{self.rate:g}"]


class Pacer:
    """One that runs. `line` and `end` raise RuntimeError where it says nothing."""

    def __init__(self, process: subprocess.Popen[bytes], said: Path) -> None:
        self._process, self._said = process, said

    def lines(self) -> list[Told]:
        """All so far."""
        return [json.loads(line) for line in self._said.read_text().splitlines(keepends=True) if line.endswith("\n")]

    def line(self, number: int) -> Told:
        """That one, once it is said."""
        end = time.monotonic() + SILENCE
        while len(self.lines()) <= number:
            if self._process.poll() is not None and len(self.lines()) <= number:
                raise RuntimeError(f"the load ended with {self._process.returncode}")
            if time.monotonic() > end:
                raise RuntimeError(f"the load has said nothing for {SILENCE:g} s")
            time.sleep(0.01)
        return self.lines()[number]

    def end(self) -> Told:
        """Nothing more is due from now on: what became of all."""
        self._process.terminate()
        return self.ended()

    def ended(self) -> Told:
        """What became of all, when it ends by itself. After its seconds it waits as long for answers as it may."""
        self._process.wait()
        last = self.lines()[-1:]
        if self._process.returncode or not last or not last[0]["whole"]:
            raise RuntimeError(f"the load ended with {self._process.returncode}")
        return last[0]


@contextmanager
def pacing(pace: Pace, folder: Path, cores: Sequence[int] = (), request: bytes = b"") -> Iterator[Pacer]:
    """It runs, on those cores if they are named; afterwards it does not. Without a `request` it asks for completions,
    no two alike. Raises RuntimeError where it cannot be compiled."""
    program = folder / "pacer"
    if not program.exists():
        compiled("pacer.c", folder)
    asked, said = folder / f"pacer-{pace.port}.http", folder / f"pacer-{pace.port}.jsonl"
    asked.write_bytes(request or posted(NUMBERED))
    with asked.open("rb") as given, said.open("wb") as out:
        process = subprocess.Popen(
            [program, *pace.words()],
            stdin=given,
            stdout=out,
            preexec_fn=lambda: os.sched_setaffinity(0, set(cores) or os.sched_getaffinity(0)),
        )
    try:
        yield Pacer(process, said)
    finally:
        process.kill()
        process.wait()


def posted(body: bytes, path: str = "/v1/chat/completions", *lines: str) -> bytes:
    """The bytes of a request, with more header lines."""
    head = f"POST {path} HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\n"
    head += "".join([f"{line}\r\n" for line in lines])
    return head.encode() + b"content-length: %d\r\n\r\n%b" % (len(body), body)


def answered(told: Told) -> int:
    """With 200."""
    return int(told["answered"].get("200", 0))


def failed(told: Told) -> dict[str, int]:
    """How often, by how: what was sent and not answered with 200, but for what crossed the end of its connection."""
    statuses = {status: count for status, count in told["answered"].items() if status != "200"}
    return statuses | {how: count for how, count in told["failed"].items() if count}
