"""The decision log: one JSON line per request, written beside the event loop. It never makes a request wait or fail."""

from __future__ import annotations

import gzip
import logging
import os
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import msgspec

from wrp_router.record import (
    Feedback,
    Record,
    Row,
    feedback_of,
    from_line,
    is_feedback,
    to_line,
    without_text,
    without_vectors,
)

from .backlog import Backlog
from .log import Seldom
from .rotating import Rotating, rotated

_BLOCK = 4 << 20
_GZIP = b"\x1f\x8b"
_SMALLEST, _BIGGEST = -(1 << 63), (1 << 64) - 1


class DecisionLog:
    """A watcher that appends each Row, and what is said of it later, to `path`, rotated at `rotate_bytes` with `keep`
    old files kept.

    Rows become lines at once, when their client has its last byte: the writer's thread would need the interpreter for
    that, and whoever waits for its lock slows the loop down by more than the 5 us it takes. Lines wait at most
    `interval` seconds, at most `limit` of them; rows that find the queue full, or a disk that refuses them, are counted
    in `dropped` and warned of once a minute. `evidence` keeps what signals saw and why neighbours were refused, which
    quotes prompts; `vectors` the embeddings by which models were chosen. One process per path. Tests bring their
    `write`.
    """

    def __init__(
        self,
        path: str | Path,
        rotate_bytes: int = 64 << 20,
        keep: int = 5,
        *,
        evidence: bool = False,
        vectors: bool = False,
        limit: int = 16384,
        interval: float = 0.2,
        complain: Seldom | None = None,
        write: Callable[[int, bytes], int] = os.write,
    ) -> None:
        self._file = Rotating(Path(path), rotate_bytes, keep, write)
        self._unwritable = 0
        self._evidence, self._vectors = evidence, vectors
        self._complain = complain or Seldom(logging.getLogger(__name__))
        self._backlog: Backlog[bytes] = Backlog(
            "the decision log",
            self._append,
            limit=limit,
            interval=interval,
            chunk=limit,
            brim=limit // 2,
            complain=self._complain,
        )

    def __call__(self, record: Record) -> None:
        if isinstance(record, Row | Feedback):
            line = self._line(record)
            if line:
                self._backlog.put(line)

    @property
    def dropped(self) -> int:
        """How many rows never reached the file."""
        return self._backlog.dropped + self._unwritable

    def close(self, timeout: float = 5.0) -> bool:
        """Write all that waits and close the file. Blocks up to `timeout` seconds; says whether all was written."""
        if not self._backlog.close(timeout):
            self._complain.warn(
                "closing", "the decision log is not written after %g s: its last rows may be lost", timeout
            )
            return False
        self._file.close()
        return True

    def _append(self, lines: list[bytes]) -> None:
        self._file.append(b"".join(lines))

    def _line(self, row: Row | Feedback) -> bytes:
        try:
            if isinstance(row, Feedback):
                return _encode(row)
            kept = row if self._vectors else without_vectors(row)
            return _encode(kept if self._evidence else without_text(kept))
        except Exception as error:
            # one row with a value that JSON has no form for must not take its batch along
            self._unwritable += 1
            self._complain.warn("unwritable", "a row cannot be written: %r", error)
            return b""


def read(path: str | Path) -> Iterator[Row]:
    """The rows of one file, as `records` has them."""
    return (record for record in records(path) if isinstance(record, Row))


def records(path: str | Path) -> Iterator[Row | Feedback]:
    """The rows of one file, plain or gzipped, and what was said of them, as they were written: rows in the order in
    which requests ended. A torn last line is skipped.

    Raises OSError, and ValueError with file and line for a line that is neither, or an archive that is damaged.
    """
    number = 0
    try:
        with _opened(path) as file:
            for line in file:
                number += 1
                if not line.endswith(b"\n"):
                    return
                yield feedback_of(line) if is_feedback(line) else _decode(line)
    except (msgspec.DecodeError, EOFError, zlib.error) as error:
        raise ValueError(f"{path}:{number}: not a line of a decision log: {error}") from error


@contextmanager
def _opened(path: str | Path) -> Iterator[IO[bytes] | gzip.GzipFile]:
    """gzip is told by its first bytes, not by its name."""
    with open(path, "rb") as plain:
        if plain.peek(2)[:2] != _GZIP:
            yield plain
            return
        with gzip.GzipFile(fileobj=plain) as packed:
            yield packed


def find(path: str | Path, decision_id: str) -> Row | None:
    """The newest row of that decision in the log at `path` and its rotated files, or None."""
    # the JSON form as it stands in the file; the decoded row has the last word
    needle = msgspec.json.encode(_storable(decision_id))
    for file in rotated(Path(path)):
        for line in _lines_with(file, needle):
            try:
                row = _decode(line)
            except msgspec.DecodeError:
                continue
            if row.facts.id == decision_id:
                return row
    return None


def heard(path: str | Path, decision_id: str) -> tuple[Feedback, ...]:
    """What was said of that decision's answer in the log at `path` and its rotated files, the earliest first. All of
    them are read: it may have been said long after the answer, or before its end, when there was no row yet."""
    needle = msgspec.json.encode(_storable(decision_id))
    found = []
    for file in rotated(Path(path)):
        for line in _lines_with(file, needle):
            if is_feedback(line):
                try:
                    found.append(feedback_of(line))
                except msgspec.DecodeError:
                    continue
    return tuple(sorted([one for one in found if one.decision == decision_id], key=lambda one: one.time))


def _lines_with(path: Path, needle: bytes) -> Iterator[bytes]:
    """The whole lines that hold `needle`, last first. Read in blocks: a mapped file that shrinks kills its reader."""
    try:
        file = open(path, "rb")  # noqa: SIM115 - closed by the `with` below; it may have been rotated away meanwhile
    except FileNotFoundError:
        return
    with file:
        end, rest, torn = file.seek(0, os.SEEK_END), b"", True
        while end > 0:
            start = max(0, end - _BLOCK)
            file.seek(start)
            lines = (file.read(end - start) + rest).split(b"\n")
            if torn:
                torn = len(lines) == 1
                lines.pop()
            rest = lines.pop(0) if start and lines else b""
            yield from (line for line in reversed(lines) if needle in line)
            end = start


def _encode(row: Row | Feedback) -> bytes:
    try:
        return to_line(row)
    except (UnicodeEncodeError, OverflowError):
        # a header need not be UTF-8, a number may be of any length; who sends such must not thereby escape the log
        return msgspec.json.encode(_storable(msgspec.to_builtins(row))) + b"\n"


def _decode(line: bytes) -> Row:
    try:
        return from_line(line)
    except msgspec.ValidationError:
        # JSON has no NaN: it was written as null, and reads as if nothing had been said
        return msgspec.convert(_stated(msgspec.json.decode(line)), Row)


def _storable(value: object) -> object:
    """The same tree with what UTF-8 cannot hold replaced by `?`, and integers held to 64 bits."""
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode()
    if isinstance(value, int):
        return max(_SMALLEST, min(_BIGGEST, value)) if not isinstance(value, bool) else value
    if isinstance(value, dict):
        return {_storable(key): _storable(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_storable(one) for one in value]
    return value


def _stated(value: object) -> object:
    """The same tree without the keys whose value is null."""
    if isinstance(value, dict):
        return {key: _stated(one) for key, one in value.items() if one is not None}
    if isinstance(value, list):
        return [_stated(one) for one in value]
    return value
