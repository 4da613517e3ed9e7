"""The lines of a file, plain or gzipped, one by one, and what every format asks of its rows. No file is kept whole."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Annotated

import msgspec

from .arrival import Arrival, TraceUnusable

LONGEST = 4 << 20
"""Bytes of a line, unpacked. 100,000 blocks with ids of 20 digits take 2 MB."""

Tokens = Annotated[int, msgspec.Meta(ge=0, le=1_000_000_000)]
BlockId = Annotated[int, msgspec.Meta(ge=0, le=(1 << 63) - 1)]

Raw = tuple[int, float, int, int, tuple[int, ...]]
"""Number of the line, seconds from anywhere, prompt, output, blocks."""

BROKEN = (msgspec.DecodeError, RecursionError)
"""What decoding a line may raise."""

_GZIP = b"\x1f\x8b"
_KEYS = msgspec.json.Decoder(dict[str, msgspec.Raw])


def numbered(path: Path) -> Iterator[tuple[int, bytes]]:
    """The lines that are not blank, counted from 1 with the blank ones. gzip is told by its first bytes.

    Raises TraceUnusable for a file that cannot be read, a damaged archive, and a line over LONGEST bytes.
    """
    number = 0
    try:
        with _opened(path) as file:
            while line := file.readline(LONGEST + 1):
                number += 1
                if len(line) > LONGEST:
                    raise TraceUnusable(path, number, f"longer than {LONGEST} bytes")
                if not line.isspace():
                    yield number, line
    except (OSError, EOFError, zlib.error) as wrong:
        reason = wrong.strerror if isinstance(wrong, OSError) and wrong.strerror else str(wrong)
        raise TraceUnusable(path, number + 1 if number else 0, reason) from None


def keys(line: bytes) -> frozenset[str]:
    """The keys of a JSON object; none for anything else."""
    try:
        return frozenset(_KEYS.decode(line))
    except BROKEN:
        return frozenset()


def checked(path: Path, rows: Iterator[Raw], block_tokens: int) -> Iterator[Arrival]:
    """The rows as arrivals, the first at 0, without blocks that begin after the prompt's end: some recorders name one
    more. Raises TraceUnusable where time goes back by anything at all."""
    begin: float | None = None
    last = float("-inf")
    for number, at, prompt, output, blocks in rows:
        if at < last:
            raise TraceUnusable(path, number, f"goes back in time by {last - at:.6g} s")
        if begin is None:
            begin = at
        last = at
        most = -(-prompt // block_tokens)
        yield Arrival(at - begin, prompt, output, blocks if len(blocks) <= most else blocks[:most])


@contextmanager
def _opened(path: Path) -> Iterator[IO[bytes] | gzip.GzipFile]:
    with path.open("rb") as plain:
        if plain.peek(2)[:2] != _GZIP:
            yield plain
            return
        with gzip.GzipFile(fileobj=plain) as packed:
            yield packed
