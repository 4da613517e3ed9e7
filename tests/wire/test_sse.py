"""Facts about cutting event streams."""

import re
from itertools import groupby
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wrp_router.wire.sse import BadEvent, Splitter, data_of, name_of

ENDS = (b"\n", b"\r", b"\r\n", b"\n\n", b"\r\r", b"\r\n\r\n")
WORDS = (
    b"data: x",
    b"data:y",
    b": ping",
    b"event: e",
    b"\xef\xbb\xbf",
    b"\xe2\x82",
    b"\xac",
    b"a",
    b":",
    b" ",
    b"\x00",
)
PIECES = st.lists(st.sampled_from(ENDS + WORDS), max_size=24).map(b"".join)


def fed(stream: bytes, cuts: list[int], **limits: Any) -> tuple[list[bytes], bytes]:
    splitter = Splitter(**limits)
    events: list[bytes] = []
    places = sorted(cut % (len(stream) + 1) for cut in cuts)
    for start, end in zip([0, *places], [*places, len(stream)], strict=True):
        events += splitter.feed(stream[start:end])
    return events, splitter.rest


def cut_by_the_book(stream: bytes) -> tuple[list[bytes], bytes]:
    """Lines first, then events: slow and obvious."""
    events, event = [], b""
    lines = re.findall(rb"[^\r\n]*(?:\r\n|\r|\n)", stream)
    for line in lines:
        event += line
        if not line.strip(b"\r\n"):
            events.append(event)
            event = b""
    rest = event + stream[sum(map(len, lines)) :]
    if events and not rest and stream.endswith(b"\r"):  # its LF may still come
        rest = events.pop()
    return events, rest


def merged(events: list[bytes]) -> list[bytes]:
    """Blank lines that end nothing are one event, or several, as they came."""
    runs = groupby(events, lambda event: not event.strip(b"\r\n"))
    return [event for blank, some in runs for event in ([b"".join(some)] if blank else some)]


@given(PIECES, st.lists(st.integers(0, 10_000), max_size=8))
def test_any_split_gives_the_same_events(stream: bytes, cuts: list[int]) -> None:
    """The ones the specification's definition of lines gives, byte for byte."""
    events, rest = fed(stream, cuts)
    wanted, waiting = cut_by_the_book(stream)
    assert (merged(events), rest) == (merged(wanted), waiting)
    assert b"".join(events) + rest == stream


@given(PIECES)
def test_byte_by_byte_is_no_different(stream: bytes) -> None:
    """Even inside CRLF or a character."""
    one, other = fed(stream, list(range(len(stream)))), fed(stream, [])
    assert (merged(one[0]), one[1]) == (merged(other[0]), other[1])


def test_one_event_is_not_copied() -> None:
    """The usual case costs nothing."""
    data = b'data: {"a":1}\n\n'
    (event,) = Splitter().feed(data)
    assert event is data


def test_several_events_at_once() -> None:
    """Fast when they are regular, and right when they are not."""
    assert Splitter().feed(b"data: a\n\ndata: b\n\n") == [b"data: a\n\n", b"data: b\n\n"]
    assert Splitter().feed(b"data: a\n\n\ndata: b\n\n") == [b"data: a\n\n", b"\n", b"data: b\n\n"]
    assert Splitter().feed(b"\n\n") == [b"\n\n"]
    assert Splitter().feed(b"\n" * 10_000 + b"a\n\n" + b"\r\n\r") == [b"\n" * 10_000, b"a\n\n", b"\r\n"]
    assert Splitter().feed(b"") == []


@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\r"])
def test_every_line_end(end: bytes) -> None:
    """LF, CRLF and CR; with CR the last event waits for what follows, or for the end."""
    stream = b"event: e" + end + b"data: a" + end * 2 + b"data: b" + end * 2
    splitter = Splitter()
    events = splitter.feed(stream)
    last = splitter.finish()
    assert b"".join(events) + last == stream
    assert [data_of(event) for event in (*events, last) if event] == [b"a", b"b"]
    assert name_of(events[0]) == b"e"


def test_finish_hands_over_what_is_left() -> None:
    """Once; then the splitter is as new."""
    splitter = Splitter()
    assert splitter.feed(b"data: [DONE]\r") == []
    assert splitter.rest == b"data: [DONE]\r"
    assert splitter.finish() == b"data: [DONE]\r"
    assert splitter.finish() == splitter.rest == b""
    assert splitter.feed(b"\n") == [b"\n"]


def test_a_long_line_in_many_pieces() -> None:
    """Is looked through once: ten megabytes in small chunks are one event."""
    chunk = b"x" * 1000
    splitter = Splitter()
    splitter.feed(b"data: ")
    assert not any(splitter.feed(chunk) for _ in range(10_000))
    (event,) = splitter.feed(b"\n\n")
    assert len(event) == 10_000_008


@pytest.mark.parametrize(
    "stream", [b"x" * 101, b"x" * 99 + b"\n\n", b"x" * 99 + b"\r\n\r\n", b"a\n\n" + b"x" * 99 + b"\n\n"]
)
@pytest.mark.parametrize("cuts", [[], [50]])
def test_events_are_bounded(stream: bytes, cuts: list[int]) -> None:
    """Complete or not, in one piece or several."""
    with pytest.raises(BadEvent) as caught:
        fed(stream, cuts, limit=100)
    assert (caught.value.code, caught.value.status) == ("upstream_event_too_large", 502)


def test_many_events_may_exceed_the_limit_together() -> None:
    """It holds for each of them."""
    assert len(fed(b"data: abc\n\n" * 100, [], limit=20)[0]) == 100


@pytest.mark.parametrize(
    ("event", "data", "name"),
    [
        (b"data: a\n\n", b"a", b""),
        (b"data:a\n\n", b"a", b""),
        (b"data:  a\n\n", b" a", b""),
        (b"data: a\ndata: b\n\n", b"a\nb", b""),
        (b"data\n\n", b"", b""),
        (b"event: e\ndata: a\n\n", b"a", b"e"),
        (b"event:e\r\ndata: a\r\n\r\n", b"a", b"e"),
        (b"event: d\nevent: e\n\n", b"", b"e"),
        (b"\xef\xbb\xbfdata: a\n\n", b"a", b""),
        (b"\xef\xbb\xbfevent: e\rdata: a\r\r", b"a", b"e"),
        (b": event: data: x\n\n", b"", b""),
        (b"id: 5\nretry: 10\nother: x\n\n", b"", b""),
        (b"data: a\x0bb\x85\n\n", b"a\x0bb\x85", b""),
        (b"data: \xe2\x80\xa8\n\n", b"\xe2\x80\xa8", b""),
        (b"data: a", b"a", b""),
        (b"data: a\r\n", b"a", b""),
        (b"\n", b"", b""),
        (b"", b"", b""),
    ],
)
def test_fields_of_an_event(event: bytes, data: bytes, name: bytes) -> None:
    """As the specification reads them; no other character ends a line."""
    assert (data_of(event), name_of(event)) == (data, name)
