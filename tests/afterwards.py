"""What must be as before when a test is over: sockets and children of this process; and what nobody may have said
meanwhile, here or in a log that a process of the test wrote.

Leases, reservations and tasks of a router in this process are held to account by `tests/live/scene.py`, which knows it.
"""

from __future__ import annotations

import gc
import logging
import os
import re
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

T = TypeVar("T")
PATIENCE = 5.0
BROKEN = re.compile(
    r"Traceback \(most recent call last\)|never retrieved|was never awaited|Unclosed (?:client|connection)"
)
LOGS = ("*.log", "said", "*.err", "stderr*")


class Complaints(logging.Handler):
    """What asyncio has to say of tasks and callbacks that failed and were looked after by nobody."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(record.getMessage())


def sockets() -> set[str]:
    """Those that this process holds, by their inodes; none where the system does not say."""
    found = set()
    try:
        for name in os.listdir("/proc/self/fd"):
            try:
                target = os.readlink(f"/proc/self/fd/{name}")
            except OSError:  # it was the listing's own
                continue
            if target.startswith("socket:"):
                found.add(target)
    except FileNotFoundError:
        pass
    return found


def children() -> set[int]:
    """The pids of processes that this one started and that are not over, or not waited for."""
    found: set[int] = set()
    for path in Path("/proc/self/task").glob("*/children"):
        try:
            found |= {int(pid) for pid in path.read_text().split()}
        except OSError:
            continue
    return found


def left(before: set[T], now: Callable[[], set[T]]) -> set[T]:
    """What is there now and was not before, after it had time to go."""
    end = time.monotonic() + PATIENCE
    while more := now() - before:
        if time.monotonic() > end:
            return more
        gc.collect()  # what hangs in a cycle holds its socket
        time.sleep(0.02)
    return set()


def said(folder: Path | None) -> list[str]:
    """Lines of the logs in a test's folder that tell of something broken."""
    if folder is None or not folder.is_dir():
        return []
    files = [path for pattern in LOGS for path in folder.rglob(pattern) if path.is_file()]
    lines = [line for path in files for line in path.read_text(errors="replace").splitlines()]
    return [line[:300] for line in lines if BROKEN.search(line)]
