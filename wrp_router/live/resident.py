"""How much memory this process has, and how much its control group may have. Linux tells; elsewhere nobody knows."""

from __future__ import annotations

import ctypes
import os
from pathlib import Path

PROCESS, GROUPS = Path("/proc/self"), Path("/sys/fs/cgroup")
UNLIMITED = 1 << 60
"""What version 1 of control groups says where there is no limit is some number beyond this."""


def resident(process: Path = PROCESS) -> int:
    """Bytes; 0 where nobody says."""
    try:
        pages = int((process / "statm").read_bytes().split()[1])
    except (OSError, ValueError, IndexError):
        return 0
    return pages * os.sysconf("SC_PAGE_SIZE")


def limit(process: Path = PROCESS, groups: Path = GROUPS) -> int | None:
    """Bytes that all processes of its group may have: the least of the group's and of those above it, in either version
    of control groups; None where there is no limit."""
    try:
        lines = (process / "cgroup").read_text().splitlines()
    except OSError:
        return None
    found = []
    for line in lines:
        _, kinds, path = (*line.split(":", 2), "", "")[:3]
        root, name = (groups, "memory.max") if not kinds else (groups / "memory", "memory.limit_in_bytes")
        if not kinds or "memory" in kinds.split(","):
            group = root / path.lstrip("/")
            found += [_number(folder / name) for folder in (group, *group.parents) if folder.is_relative_to(root)]
    return min([one for one in found if one is not None and one < UNLIMITED], default=None)


def _number(path: Path) -> int | None:
    try:
        return int(path.read_text())
    except (OSError, ValueError):
        return None  # there is none, or it says `max`


def trim() -> bool:
    """Gives memory that was freed back to the system, where the C library can. May take milliseconds."""
    try:
        return bool(ctypes.CDLL(None).malloc_trim(0))
    except (OSError, AttributeError):
        return False
