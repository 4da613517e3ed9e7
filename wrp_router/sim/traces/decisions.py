"""Our own decision log as a trace: yesterday's traffic. It looks at arrivals and lengths, not at what was decided."""

from __future__ import annotations

from collections.abc import Iterator
from heapq import heappop, heappush, heappushpop
from pathlib import Path
from typing import Annotated

import msgspec

from wrp_policies.types import Ended
from wrp_router.record import is_feedback
from wrp_signals.prefix import LADDER, UNIT_TOKENS

from .arrival import Arrival, Skipped, Trace, TraceUnusable
from .lines import BROKEN, BlockId, Tokens, keys, numbered

WINDOW = 32_768
"""Rows that wait for earlier ones: 125 MB if each has 64 blocks that no other has, 10 MB if none has any."""

_ODD, _POSITIVE = 0x9E3779B97F4A7C15, (1 << 63) - 1
"""Steps by the golden ratio, so that parts of different blocks do not meet."""

_Line = tuple[float, int, Arrival]


class _Facts(msgspec.Struct, gc=False):
    asked_model: str = ""
    prompt_tokens: Tokens = 0
    session: str = ""
    tenant: str = "local"
    prefix: tuple[BlockId, ...] = ()


class _Outcome(msgspec.Struct, gc=False):
    ended: str
    tokens_in: Tokens = 0
    tokens_out: Tokens = 0


class _Row(msgspec.Struct, gc=False):
    """What is asked of a `wrp_router.record.Row`; defaults are left out of the log, so they are stated here too."""

    time: Annotated[float, msgspec.Meta(ge=0, le=1e12)]
    facts: _Facts
    outcomes: tuple[_Outcome, ...] = ()
    cache: str = "off"


_DECODER = msgspec.json.Decoder(_Row)


def decisions(path: Path, number: int, line: bytes, window: int = WINDOW) -> Trace | None:
    """None if the first line is not a row.

    Rows stand in the log in the order in which requests ended. They are put in order of arrival while `window` of them
    wait; one that arrived before a request that has left the window by then is refused (TraceUnusable), never moved.
    A torn last line is passed over. Rows that no engine worked on are left out and counted in `Trace.skipped`.
    """
    if not keys(line) >= {"time", "facts"} and not is_feedback(line):
        return None
    skipped = Skipped()
    return Trace(path.name, UNIT_TOKENS, lambda: _arrivals(path, window, skipped), skipped)


def _arrivals(path: Path, window: int, skipped: Skipped) -> Iterator[Arrival]:
    begin: float | None = None
    for time, _, arrival in _ordered(path, _worked(path, skipped), window):
        if begin is None:
            begin = time
        yield msgspec.structs.replace(arrival.moved(time - begin), blocks=_evened(arrival.blocks, arrival.prompt))


def _ordered(path: Path, lines: Iterator[_Line], window: int) -> Iterator[_Line]:
    """In order of time, ties as they stand in the log."""
    waiting: list[_Line] = []
    last = 0.0
    for line in lines:
        if line[0] < last:
            raise TraceUnusable(path, line[1], _late(last - line[0], window))
        if len(waiting) < window:
            heappush(waiting, line)
            continue
        first = heappushpop(waiting, line)
        last = first[0]
        yield first
    while waiting:
        yield heappop(waiting)


def _late(seconds: float, window: int) -> str:
    return (
        f"arrived {seconds:.6g} s before a request that ended more than {window} rows earlier: "
        "sort the log by time, or let more rows wait"
    )


def _worked(path: Path, skipped: Skipped) -> Iterator[_Line]:
    """Time, number of the line, and the request, of rows that an engine worked on."""
    skipped.cached = skipped.failed = 0
    for number, line in numbered(path):
        if not line.endswith(b"\n"):
            return  # torn: the router was stopped while it wrote
        if is_feedback(line):
            continue
        try:
            row = _DECODER.decode(line)
        except BROKEN as wrong:
            raise TraceUnusable(path, number, str(wrong)) from None
        if row.cache.startswith("hit"):
            skipped.cached += 1
        elif not row.outcomes or not _engaged(row.outcomes[-1]):
            skipped.failed += 1
        else:
            yield row.time, number, _request(row.facts, row.outcomes[-1])


def _engaged(outcome: _Outcome) -> bool:
    """Whether an engine worked on it: to the end, or for so many tokens."""
    return outcome.ended == Ended.DONE or outcome.tokens_out > 0


def _request(facts: _Facts, outcome: _Outcome) -> Arrival:
    prompt = facts.prompt_tokens or outcome.tokens_in
    return Arrival(0.0, prompt, outcome.tokens_out, facts.prefix, facts.session, facts.tenant, facts.asked_model)


def _evened(hashes: tuple[int, ...], prompt: int) -> tuple[int, ...]:
    """Blocks of one size: the first of a larger one is named by its hash, the others by what follows from that. Hashes
    are of bytes: where a token has more than four they cover more than the prompt's tokens, which end them."""
    blocks: list[int] = []
    for block, end in zip(hashes, LADDER, strict=False):
        blocks += [(block + part * _ODD) & _POSITIVE for part in range(end - len(blocks))]
    return tuple(blocks[: -(-prompt // UNIT_TOKENS)])
