"""What was refused and what whoever runs the router did, as lines of JSON: who from where, by public ids. It holds no
key, no prompt and no header, and nobody can fill it.
"""

from __future__ import annotations

import errno
import logging
import os
import stat
from collections.abc import Callable
from datetime import UTC, datetime
from time import time
from typing import Any

import msgspec

from wrp_router.record import Record, Row

log = logging.getLogger(__name__)

MINUTE = 60.0
EACH, ALL, SOURCES = 10, 600, 1024
"""Lines of refusals in a minute: of a source, of all together; and of how many sources they are counted apart."""

FORBIDDEN = 403

LONGEST = 128
"""Characters of a path: callers choose it."""


class Audit:
    """Each line is appended by itself, so that other processes may write to the same file, and somebody else may move
    it away. A file that cannot be written to stops nobody; how many lines are missing is the first thing that it is
    told when it can be again. What was cut off in the middle of a line stays as it is, on a line of its own."""

    def __init__(self, path: str, *, wall: Callable[[], float] = time) -> None:
        self._path, self._wall = path, wall
        self._minute = 0
        self._lines = self._kept_back = 0
        self._sources: dict[str, int] = {}
        self._lost = 0

    def refused(self, source: str, method: str, path: str, code: str) -> None:
        """Somebody without the right to it. Of one source no more than EACH in a minute are written."""
        if self._counted(source):
            self.tell("refused", source=source, method=method, path=path[:LONGEST], code=code)

    def heard(self, record: Record) -> None:
        """A request with a good key for what its tenant may not have. Of one tenant no more than EACH in a minute."""
        if isinstance(record, Row) and record.status == FORBIDDEN and self._counted(record.facts.tenant):
            self.tell("forbidden", tenant=record.facts.tenant, key=record.key, code=record.error, id=record.facts.id)

    def done(self, source: str, method: str, path: str, tenant: str, key: str, code: str) -> None:
        """By somebody who runs the router; `code` says why not, where it was not."""
        self.tell("admin", source=source, method=method, path=path[:LONGEST], tenant=tenant, key=key, code=code)

    def tell(self, event: str, **fields: Any) -> None:
        """One line."""
        line = self._line(event, fields)
        try:
            self._append(self._line("lost", {"count": self._lost}) + line if self._lost else line)
        except OSError as error:
            if not self._lost:
                log.error("the audit log cannot be written to: %s", error)
            self._lost += 1
        else:
            if self._lost:
                log.warning("the audit log can be written to again; %d lines were lost", self._lost)
            self._lost = 0

    def _line(self, event: str, fields: dict[str, Any]) -> bytes:
        at = datetime.fromtimestamp(self._wall(), UTC).isoformat(timespec="milliseconds")
        return msgspec.json.encode({"time": at, "event": event, **fields}) + b"\n"

    def _append(self, lines: bytes) -> None:
        descriptor = os.open(self._path, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o600)
        try:
            whole = b"\n" + lines if _torn(descriptor) else lines
            if os.write(descriptor, whole) < len(whole):
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        finally:
            os.close(descriptor)

    def _counted(self, source: str) -> bool:
        minute = int(self._wall() // MINUTE)
        if minute != self._minute:
            kept_back, self._kept_back = self._kept_back, 0
            self._minute, self._lines = minute, 0
            self._sources.clear()
            if kept_back:
                self.tell("kept_back", count=kept_back)
        if len(self._sources) >= SOURCES and source not in self._sources:
            source = ""
        count = self._sources[source] = self._sources.get(source, 0) + 1
        if count > EACH or self._lines >= ALL:
            self._kept_back += 1
            return False
        self._lines += 1
        return True


def _torn(descriptor: int) -> bool:
    """Whether somebody was cut off in the middle of the last line: killed, or by a full disk. Nobody waits for whoever
    writes just now; at worst that is an empty line."""
    found = os.fstat(descriptor)
    return stat.S_ISREG(found.st_mode) and found.st_size > 0 and os.pread(descriptor, 1, found.st_size - 1) != b"\n"
