"""One line of the decision log, and the one hook through which everybody hears of it.

A `Row` is what metrics, traces, the log, the simulator and replay all read. It holds no prompt text.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

import msgspec

from wrp_policies.learning.verdicts import Source
from wrp_policies.types import Outcome, Plan
from wrp_signals.facts import Facts

CacheResult = Literal["hit-exact", "hit-semantic", "hit-shared", "miss", "bypass", "off"]
Shed = Literal["", "full", "long", "displaced", "late", "busy", "pressure"]
"""Why there was no room for a request: as many waited as may of its class; its turn would have come too late; a higher
class, or a tenant that had fewer, took its place; its turn did not come in time; every server that its plan named had
become full; or this process had as much to do as it can bear, so that it was not even read."""

Spared = Literal["", "lag", "memory"]
"""What pressed this process so that work was left out that an answer can do without: similar answers were neither
looked for nor kept, nothing was compared or judged."""

Cascaded = Literal["", "accepted", "escalated", "aborted", "unverified", "returned"]
"""What a cascade came to: a verifier accepted the answer; the next pool's was asked for and served; it would have come
too late, so that the one that was not good enough was served; nobody could say how good it was; or the next pool
failed, and the one set aside was served after all."""

Phase = Literal["", "headers", "body", "queue", "ttft", "stream"]


class Row(msgspec.Struct, frozen=True, omit_defaults=True):
    """What became of one request.

    `time` is seconds since the epoch at arrival; the durations are seconds from arrival: `ttft` to the first byte the
    client got, `duration` to the last. `overhead` is the part of it that was ours. `gone` names the phase in which the
    client left, if it did. `why` is the sentence of the route, `vetoes` the evidence of refused cache neighbours.
    `shed` says why it was turned away, where there was no room for it. `spared`: optional work was left out.
    `cascade` says what became of verifying, where there was any. `inquiries` are how questions of our own ended, whose
    answers no client got; `cost` has them in it.
    `key` is the public id of the key that it came with, if that has one.
    `trace` is the W3C `traceparent` that came with the request, empty when none or no valid one did.
    """

    time: float
    facts: Facts
    request_id: str = ""
    route: str = ""
    why: str = ""
    plan: Plan | None = None
    outcomes: tuple[Outcome, ...] = ()
    cache: CacheResult = "off"
    similarity: float = 0.0
    vetoes: tuple[str, ...] = ()
    status: int = 200
    error: str = ""
    ttft: float = 0.0
    duration: float = 0.0
    overhead: float = 0.0
    cost: float = 0.0
    saved: float = 0.0
    gone: Phase = ""
    midstream: bool = False
    trace: str = ""
    shed: Shed = ""
    cascade: Cascaded = ""
    inquiries: tuple[Outcome, ...] = ()
    key: str = ""
    spared: Spared = ""


class ServerChanged(msgspec.Struct, frozen=True):
    """A server's breaker moved from one state to another. `event` is the one of the breaker's table that moved it."""

    time: float
    pool: str
    server: str
    before: str
    after: str
    why: str
    event: str = ""


class Feedback(msgspec.Struct, frozen=True, omit_defaults=True, tag_field="line", tag="feedback"):
    """How good the answer to a decision was, in [0, 1], as its `source` says in `word`, or by a score. `time` is
    seconds since the epoch. A line of the log of its own: most of it comes long after the row."""

    time: float
    decision: str
    quality: float
    source: Source
    word: str = ""
    route: str = ""
    pool: str = ""


class Refused(msgspec.Struct, frozen=True):
    """A request that was refused before there was anything to decide, so that there is no Row of it: a head or body
    that cannot be read, a key or path that is not known here. `time` is seconds since the epoch."""

    time: float
    status: int


Record = Row | ServerChanged | Feedback | Refused
Watcher = Callable[[Record], None]


def without_vectors(row: Row) -> Row:
    """The row without the embedding of what was asked, from which a text can be guessed."""
    if not row.facts.vectors:
        return row
    return msgspec.structs.replace(row, facts=msgspec.structs.replace(row.facts, vectors={}))


def without_text(row: Row) -> Row:
    """The row without the fragments of prompts that evidence holds: what a signal saw, why a neighbour was refused.

    Values, scores and kinds of veto (`number`, `negation`, …) stay."""
    readings = row.facts.readings
    if not readings and not row.vetoes:
        return row
    if any(reading.evidence for reading in readings.values()):
        bare = {name: msgspec.structs.replace(reading, evidence=()) for name, reading in readings.items()}
        row = msgspec.structs.replace(row, facts=msgspec.structs.replace(row.facts, readings=bare))
    if row.vetoes:
        row = msgspec.structs.replace(row, vetoes=tuple([veto.partition(":")[0] for veto in row.vetoes]))
    return row


def to_line(record: Row | Feedback) -> bytes:
    """The record as one JSON line, newline included."""
    return _ENCODER.encode(record) + b"\n"


def is_feedback(line: bytes) -> bool:
    """Whether a line of the log is no row, but says how good an answer was."""
    return line.startswith(b'{"line":"feedback"')


def feedback_of(line: bytes) -> Feedback:
    """What such a line holds. Raises msgspec.ValidationError."""
    return _FEEDBACK.decode(line)


def from_line(line: bytes) -> Row:
    """The row that a line of the log holds. Raises msgspec.ValidationError naming the field that does not fit."""
    return _DECODER.decode(line)


_ENCODER = msgspec.json.Encoder()
_DECODER = msgspec.json.Decoder(Row)
_FEEDBACK = msgspec.json.Decoder(Feedback)
