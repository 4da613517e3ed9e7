"""What a process says of mistakes that nobody expected: of which kind, and where; never in the words of the error,
which may quote a prompt or a key. And what it leaves behind when it dies: no image of its memory.
"""

from __future__ import annotations

import asyncio
import logging
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

log = logging.getLogger(__name__)

DEEPEST = 8
"""Causes of causes that are told."""


def wordless(error: BaseException, deepest: int = DEEPEST) -> Exception:
    """A stand-in for a traceback: the same name, place and causes, and nothing of what it says."""
    made: Exception = type(type(error).__name__, (Exception,), {"__module__": type(error).__module__})()
    made.__traceback__ = error.__traceback__
    if deepest:
        if error.__cause__ is not None:
            made.__cause__ = wordless(error.__cause__, deepest - 1)
        elif error.__context__ is not None and not error.__suppress_context__:
            made.__context__ = wordless(error.__context__, deepest - 1)
    return made


def unheard(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    """For a loop's `set_exception_handler`: the loop's own would show a task with the words of its error."""
    error = context.get("exception")
    log.error("%s", context.get("message"), exc_info=wordless(error) if error is not None else None)


@contextmanager
def discreet() -> Iterator[None]:
    """In the block, whatever ends the process or a thread, or fails where nobody can hear it, is told by `wordless`;
    and a crash leaves no core, where the system can be told so."""
    told = sys.excepthook, threading.excepthook, sys.unraisablehook
    sys.excepthook = lambda kind, error, trace: _tell("the process ends", error)
    threading.excepthook = lambda args: _tell("a thread ends", args.exc_value)
    sys.unraisablehook = lambda args: _tell(f"a {type(args.object).__name__} failed", args.exc_value)
    try:
        with _no_core():
            yield
    finally:
        sys.excepthook, threading.excepthook, sys.unraisablehook = told


def _tell(what: str, error: BaseException | None) -> None:
    log.error("%s by a mistake", what, exc_info=wordless(error) if error is not None else None)


@contextmanager
def _no_core() -> Iterator[None]:
    """What this process begins inherits it. Whoever wants one all the same says so from outside (`prlimit --core`)."""
    try:
        import resource
    except ImportError:  # there are none elsewhere
        yield
        return
    soft, hard = resource.getrlimit(resource.RLIMIT_CORE)
    resource.setrlimit(resource.RLIMIT_CORE, (0, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_CORE, (soft, hard))
