"""What goes to stderr: lines for people or for machines, never a credential, and no warning a thousand times over."""

from __future__ import annotations

import json
import logging
import re
import threading
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from types import MappingProxyType
from typing import IO, Literal

Format = Literal["human", "json"]

HIDDEN = "[hidden]"

# aiohttp quotes malformed header lines, values included, in its own log records. A logger's filters do not see its
# children's records, so each one that writes is named.
_LOGGERS = (
    "",
    "aiohttp",
    *(f"aiohttp.{part}" for part in ("access", "client", "internal", "server", "web", "websocket")),
)

_KEY = r"(?:proxy-)?authorization|(?:x-)?api[-_]?key|(?:set-)?cookie|password|client[-_]secret|access[-_]token"
# Atomic groups and bounded repeats: linear on hostile text, and what is hidden already is not found again.
_CREDENTIALS = re.compile(
    rf"""
      (?P<key>(?>\b(?:{_KEY})\b (?:\\?["']\s?,\s?b?\\?["'] | \\?["']?\s{{0,9}}[:=]\s{{0,9}}b?\\?["']?)))
        (?!\[hidden\]) [^\r\n"']+
    | (?P<scheme>(?>\b(?:bearer|basic(?=\s{{1,9}}[\w+/=]{{16}}))\s{{1,9}})) [\w.~+/=-]{{8,}}
    | (?P<user>://[^/\s:@]{{0,99}}:) (?!\[hidden\]@) [^/\s@]{{1,999}} (?=@)
    | \b(?-i:
          sk-[\w-]{{8,}}
        | wrp_ (?=[a-z_-]{{0,64}}[A-Z0-9]) [\w-]{{12,}}
        | (?:hf|gsk|ghp|gho|pat|xai)[_-][A-Za-z0-9]{{16,}}
        | AKIA[0-9A-Z]{{16}}
        | eyJ[\w-]{{8,400}}\.[\w-]+ (?:\.[\w-]*)?
      )
    """,
    re.IGNORECASE | re.VERBOSE | re.ASCII,
)
_CONTROL: Mapping[int, str] = MappingProxyType(
    {code: f"\\x{code:02x}" for code in (*range(32), *range(127, 160)) if chr(code) not in "\t"}
    | {10: "\\n", 13: "\\r", 0x2028: "\\u2028", 0x2029: "\\u2029"}
)


def hide(text: str) -> str:
    """The text with everything that looks like a credential replaced. Doing it twice changes nothing more."""
    return _CREDENTIALS.sub(_hidden, text)


def _hidden(match: re.Match[str]) -> str:
    return (match["key"] or match["scheme"] or match["user"] or "") + HIDDEN


class Redacting(logging.Filter):
    """Takes credentials out of a record's message and traceback before any handler sees them. Lets all records pass."""

    def filter(self, record: logging.LogRecord) -> bool:
        try:
            text = record.getMessage()
        except Exception:
            # logging would print message and arguments as they are, past every filter
            text = record.msg = f"{record.msg!r} {record.args!r}"
            record.args = ()
        clean = hide(text)
        if clean != text:
            record.msg, record.args = clean, ()
        # another handler may have formatted the traceback already, and left its text in the record
        trace = record.exc_text or (_FORMATTER.formatException(record.exc_info) if record.exc_info else "")
        if trace:
            record.exc_text = hide(trace)
            if record.exc_text != trace:
                record.exc_info = None
        if record.stack_info:
            record.stack_info = hide(record.stack_info)
        return True


class HumanLines(logging.Formatter):
    """`2026-11-21T10:00:00.123Z WARNING wrp_router.live message`, then the traceback if there is one. Control
    characters of the message are escaped: nobody forges a line by what he sends."""

    def format(self, record: logging.LogRecord) -> str:
        message = record.getMessage().translate(_CONTROL)
        return "\n".join((f"{_stamp(record)} {record.levelname} {record.name} {message}", *_traces(record)))


class JsonLines(logging.Formatter):
    """One JSON object per record: `time`, `level`, `logger`, `message` and, if there is one, `trace`."""

    def format(self, record: logging.LogRecord) -> str:
        line = {
            "time": _stamp(record),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        trace = "\n".join(_traces(record))
        return json.dumps(line | {"trace": trace} if trace else line)


def set_up(level: str = "info", form: Format = "human", stream: IO[str] | None = None) -> logging.Handler:
    """Log to `stream` (stderr). Replaces what an earlier call set up, and leaves other handlers alone.

    Raises ValueError for a level that logging does not know.
    """
    handler = logging.StreamHandler(stream)
    handler.name = "wrp"
    handler.setFormatter(JsonLines() if form == "json" else HumanLines())
    root = logging.getLogger()
    root.setLevel(level.upper())
    for old in [one for one in root.handlers if one.name == handler.name]:
        root.removeHandler(old)
    root.addHandler(handler)
    for filtered in (handler, *map(logging.getLogger, _LOGGERS)):
        if not any(isinstance(one, Redacting) for one in filtered.filters):
            filtered.addFilter(Redacting())
    return handler


class Seldom:
    """Says each kind of warning at most once in `interval` seconds, and then how many of it were kept back.

    `kind`s come from the code, so there are few. Safe to call from several threads.
    """

    def __init__(
        self, logger: logging.Logger, interval: float = 60.0, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._logger, self._interval, self._clock = logger, interval, clock
        self._said: dict[str, tuple[float, int]] = {}
        self._lock = threading.Lock()

    def warn(self, kind: str, message: str, *args: object, error: BaseException | None = None) -> bool:
        """Log it, with the traceback of `error`, unless its kind was logged a short while ago. Says whether it did."""
        now = self._clock()
        with self._lock:
            last, kept = self._said.get(kind, (-self._interval, 0))
            due = now - last >= self._interval
            self._said[kind] = (now, 0) if due else (last, kept + 1)
        if due:
            more = f" ({kept} more since the last time)" if kept else ""
            self._logger.warning(message + more, *args, exc_info=error)
        return due


def _stamp(record: logging.LogRecord) -> str:
    return datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _traces(record: logging.LogRecord) -> list[str]:
    # the filter of our handler has put the clean traceback there
    return [trace for trace in (record.exc_text, record.stack_info) if trace]


_FORMATTER = logging.Formatter()
