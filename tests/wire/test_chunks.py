"""Chunks of chat and completion streams; what they come to is in test_meter.py."""

from __future__ import annotations

import pytest

from wrp_router.wire.chunks import json_of, read_chunk
from wrp_router.wire.progress import PATIENCE, Kind, Progress


def sse(text: str) -> bytes:
    return f"data: {text}\n\n".encode()


def delta(text: str, more: str = "") -> bytes:
    return sse('{"choices":[{"index":0,"delta":{"content":"' + text + '"}' + more + "}]}")


@pytest.mark.parametrize(
    ("event", "kind"),
    [
        (delta("a"), Kind.SUBSTANCE),
        (delta(""), Kind.HELD),
        (delta("", ',"finish_reason":"stop"'), Kind.SUBSTANCE),
        (delta("", ',"finish_reason":"error"'), Kind.BROKEN),
        (sse('{"choices":[{"text":"a"}]}'), Kind.SUBSTANCE),
        (sse('{"choices":[7]}'), Kind.HELD),
        (sse('{"choices":[]}'), Kind.HELD),
        (sse('{"new":1}'), Kind.SUBSTANCE),
        (sse("no json"), Kind.SUBSTANCE),
        (b": comment\n\n", Kind.HELD),
        (sse('{"error":{"message":"out of memory"}}'), Kind.BROKEN),
        (b"event: error\ndata: {}\n\n", Kind.BROKEN),
        (sse("[DONE]"), Kind.BROKEN),
    ],
)
def test_table(event: bytes, kind: Kind):
    """What each kind of event is at the beginning of a stream."""
    assert read_chunk(Progress(1, True), event) is kind


def test_words_of_an_answer_are_no_fields():
    """An answer about finish reasons and errors is an answer."""
    one = Progress(1, True)
    read_chunk(one, delta("x"))
    assert read_chunk(one, delta('\\"finish_reason\\":\\"stop\\", \\"error\\":{}')) is Kind.SUBSTANCE
    assert (one.finished, one.error, one.deltas) == ({}, None, 2)


def test_ordinary_deltas_teach_what_ordinary_is():
    """Until so many in a row are unlike each other."""
    one = Progress(1, True)
    read_chunk(one, delta("x"))
    read_chunk(one, delta("y"))
    assert one.around is not None
    assert one.around[0].endswith(b'"content":"')
    for number in range(PATIENCE):
        read_chunk(one, sse('{"n":' + str(number) + ',"choices":[{"delta":{"content":"a"}}]}'))
    assert one.around is None


def test_an_escape_at_the_end_is_no_surroundings():
    """Where the text ends cannot be told then."""
    one = Progress(1, True)
    read_chunk(one, delta("x"))
    read_chunk(one, delta('\\"'))
    assert one.around is None


def test_json_of():
    """None for what is none."""
    assert (json_of(b"[1]"), json_of(b"[")) == ([1], None)
