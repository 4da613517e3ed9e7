"""What disks, other programs and operators do to files."""

from __future__ import annotations

import random
import shutil
from collections.abc import Callable
from pathlib import Path

ENDS = ("", "-wal", "-shm")
_PAGE = 4096


def copy(path: Path, to: Path) -> Path:
    """The database as it stands, with what is beside it: as a process that is killed leaves it."""
    to.mkdir(parents=True, exist_ok=True)
    for end in ENDS:
        if Path(f"{path}{end}").exists():
            shutil.copyfile(f"{path}{end}", f"{to / path.name}{end}")
    return to / path.name


def corrupt(path: Path, rng: random.Random) -> str:
    """One random corruption of the database, or of what stands beside it: what it was."""
    beside = [Path(f"{path}{end}") for end in ENDS]
    file = rng.choice([path, *(each for each in beside if each.exists() and each.stat().st_size)])
    content = bytearray(file.read_bytes())
    how = rng.choice(_WAYS)
    how(content, rng)
    file.write_bytes(content)
    return f"{how.__name__} in {file.name}"


def some_bytes(content: bytearray, rng: random.Random) -> None:
    for _ in range(rng.choice([3, 30, 300])):
        content[rng.randrange(len(content))] = rng.randrange(256)


def one_bit(content: bytearray, rng: random.Random) -> None:
    content[rng.randrange(len(content))] ^= 1 << rng.randrange(8)


def a_run(content: bytearray, rng: random.Random) -> None:
    at = rng.randrange(len(content))
    content[at : at + 500] = rng.randbytes(500)


def the_head(content: bytearray, rng: random.Random) -> None:
    content[rng.randrange(min(120, len(content)))] = rng.randrange(256)


def cut_off(content: bytearray, rng: random.Random) -> None:
    del content[rng.randrange(len(content)) :]


def more(content: bytearray, rng: random.Random) -> None:
    content += rng.randbytes(rng.randrange(1, 10_000))


def zeros(content: bytearray, rng: random.Random) -> None:
    at = rng.randrange(len(content))
    content[at : at + _PAGE] = bytes(len(content[at : at + _PAGE]))


def pages_swapped(content: bytearray, rng: random.Random) -> None:
    one, other = (rng.randrange(max(1, len(content) // _PAGE)) * _PAGE for _ in range(2))
    first, second = content[one : one + _PAGE], content[other : other + _PAGE]
    content[one : one + _PAGE], content[other : other + _PAGE] = second, first


def page_heads(content: bytearray, rng: random.Random) -> None:
    at = rng.randrange(max(1, len(content) // _PAGE)) * _PAGE
    content[at + rng.randrange(16)] = rng.randrange(256)


def nothing(content: bytearray, rng: random.Random) -> None:
    content.clear()


_WAYS: list[Callable[[bytearray, random.Random], None]] = [
    some_bytes, one_bit, a_run, the_head, cut_off, more, zeros, pages_swapped, page_heads, nothing,
]  # fmt: skip
