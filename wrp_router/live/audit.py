"""What was refused and what whoever runs the router did, as lines of JSON: who from where, by public ids. It holds no
key, no prompt and no header, and nobody can fill it.
"""

from __future__ import annotations

import logging
import os
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
    it away. A file that cannot be written to stops nobody."""

    def __init__(self, path: str, *, wall: Callable[[], float] = time) -> None:
        self._path, self._wall = path, wall
        self._minute = 0
        self._lines = self._kept_back = 0
        self._sources: dict[str, int] = {}
        self._failing = False

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
        at = datetime.fromtimestamp(self._wall(), UTC).isoformat(timespec="milliseconds")
        line = msgspec.json.encode({"time": at, "event": event, **fields}) + b"\n"
        try:
            descriptor = os.open(self._path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
            try:
                os.write(descriptor, line)
            finally:
                os.close(descriptor)
        except OSError as error:
            if not self._failing:
                log.error("the audit log cannot be written to: %s", error)
            self._failing = True
        else:
            self._failing = False

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
