"""Which kind of trace a file is: told by its first line, never by its name."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from .arrival import Trace, TraceUnusable
from .azure import azure
from .decisions import WINDOW, decisions
from .hashed import mooncake, sized
from .lines import numbered

KNOWN = (
    "Mooncake's JSON lines (timestamp, input_length, output_length, hash_ids), the same with timestamp_ms and "
    "block_size, Azure's CSV (TIMESTAMP,ContextTokens,GeneratedTokens), a decision log (time, facts)"
)


def open_trace(path: Path, *, window: int = WINDOW) -> Trace:
    """The trace that a file holds, plain or gzipped. Only its first line is read here, the rest by iterations.

    `window` is how many rows of a decision log wait while they are put in order of arrival. Raises TraceUnusable, with
    file and line, for a file that cannot be read, is empty, or is of no kind that we know.
    """
    if window < 1:
        raise ValueError(f"a window of {window} rows: at least 1 must wait")
    for number, line in numbered(path):
        for kind in (mooncake, sized, azure, partial(decisions, window=window)):
            trace = kind(path, number, line)
            if trace is not None:
                return trace
        raise TraceUnusable(path, number, f"none of the traces that are read: {KNOWN}")
    raise TraceUnusable(path, 0, "empty")
