"""A cached answer, given as it was given first: a stream as a stream, with the same events. It changes none."""

from __future__ import annotations

import asyncio
from math import ceil
from time import monotonic
from typing import Literal

from wrp_cache.types import Hit
from wrp_router.wire.sse import Splitter

from .downstream import SLOWEST, Downstream, Headers, Shared, unless_unread
from .relay import Streams

Pace = Literal["immediate", "paced"]

TICK = 0.005
"""Seconds from one event of a paced stream to the next: 200 events a second."""

TICKS = 400
"""Of the longest paced stream, which takes 2 s: one of more events than that gives several of them at each tick."""


async def give(
    client: Downstream,
    hit: Hit,
    headers: Headers,
    shared: Shared,
    streams: Streams,
    pace: Pace,
    until: float,
) -> None:
    """The answer of a hit. A stream that is `immediate` is given in one piece, which its reader takes apart as it would
    any; one that is `paced` goes on at a steady rate, and all at once from `until` on (seconds of the monotonic clock).

    Raises ConnectionError where the client left, or does not read what it was sent.
    """
    entry = hit.entry
    headers = [("content-type", entry.content_type), ("age", str(int(hit.age))), *headers]
    if pace == "immediate" or not entry.content_type.startswith("text/event-stream"):
        await client.respond(200, headers, entry.body, shared)
        return
    streams.active += 1
    try:
        await client.start(200, headers, shared)
        await _play(client, in_ticks(entry.body), until)
    finally:
        streams.active -= 1


def in_ticks(body: bytes) -> list[bytes]:
    """What goes out at each tick: whole events, as many as it takes to be through in time."""
    splitter = Splitter(limit=len(body) + 1)
    events = [*splitter.feed(body), splitter.finish()] if body else [b""]
    if not events[-1] and len(events) > 1:
        events.pop()
    each = ceil(len(events) / TICKS)
    return [b"".join(events[start : start + each]) for start in range(0, len(events), each)]


async def _play(client: Downstream, pieces: list[bytes], until: float) -> None:
    """Each in its time; one that comes late is not waited for any longer, so that the whole does not take longer."""
    begun = monotonic()
    last = pieces.pop()
    for number, piece in enumerate(pieces, 1):
        await unless_unread(client, client.write(piece), client.unread + len(piece) / SLOWEST)
        pause = min(begun + number * TICK, until) - monotonic()
        if pause > 0.0:
            await asyncio.sleep(pause)
    await unless_unread(client, client.end(last), client.unread + len(last) / SLOWEST)
