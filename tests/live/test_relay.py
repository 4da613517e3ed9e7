"""Streams as what may pass, whether they are over, and whether they are whole."""

from __future__ import annotations

import pytest

from wrp_router.live.relay import HELD_BYTES, HELD_EVENTS, Recorder, StreamRelay
from wrp_router.wire.meter import StreamMeter

ROLE = b'data: {"choices":[{"index":0,"delta":{"role":"assistant"},"finish_reason":null}]}\n\n'
WORD = b'data: {"choices":[{"index":0,"delta":{"content":"hi"},"finish_reason":null}]}\n\n'
LAST = b'data: {"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}\n\n'
DONE = b"data: [DONE]\n\n"


def relay(done_marker: bool = True) -> StreamRelay:
    """A relay for one choice of a chat."""
    return StreamRelay(StreamMeter("chat", 1, done_marker=done_marker))


def test_a_whole_stream():
    """Committed with the first word, ended with the marker; whole events pass, as they came."""
    stream = relay()
    assert stream.feed(ROLE[:20]) == b""
    assert stream.feed(ROLE[20:] + WORD[:5]) == ROLE
    assert (stream.committed, stream.ended) == (False, False)
    assert stream.feed(WORD[5:]) == WORD
    assert (stream.committed, stream.ended) == (True, False)
    assert stream.feed(LAST + DONE + WORD) == LAST + DONE
    assert (stream.ended, stream.error, stream.finish()) == (True, "", b"")


def test_one_event_is_not_copied():
    """The usual case."""
    assert relay().feed(WORD) is WORD


@pytest.mark.parametrize("size", [1, 7, 10_000])
def test_a_key_that_the_engine_repeats(size: int):
    """Is in no event, in whatever pieces it comes; without one nothing is copied."""
    stream = StreamRelay(StreamMeter("chat", 1), b"a-key")
    said = ROLE + WORD.replace(b"hi", b"your key is a-key") + LAST + DONE
    passed = b"".join(stream.feed(said[at : at + size]) for at in range(0, len(said), size))
    assert passed == said.replace(b"a-key", b"[redacted]")
    assert stream.ended
    assert StreamRelay(StreamMeter("chat", 1), b"a-key").feed(WORD) == WORD
    unended = StreamRelay(StreamMeter("chat", 1, done_marker=False), b"a-key")
    assert (
        unended.feed(WORD + LAST) + unended.feed(b"data: a-key") + unended.finish() == WORD + LAST + b"data: [redacted]"
    )


def test_an_engines_words_are_for_the_caller():
    """What is written down of its errors is in ours: its own may quote the prompt. Ours are written as they are."""
    stream = relay()
    stream.feed(b'data: {"error":{"message":"I am ill: too long"}}\n\n')
    assert (stream.error, stream.reason) == ("I am ill: too long", "the engine reported an error")
    other = relay()
    other.feed(DONE)
    assert other.reason == other.error == "the engine ended its stream before its answer"


@pytest.mark.parametrize(
    "bad", [DONE, b'data: {"error":{"message":"no"}}\n\n', b'data: {"error":"no"}\n\n'], ids=["early", "error", "text"]
)
def test_a_broken_stream(bad: bytes):
    """What came before passes; the broken event and all behind it do not."""
    stream = relay()
    assert stream.feed(WORD + bad + LAST) == WORD
    assert stream.error
    assert not stream.ended
    assert stream.finish() == b""


def test_an_event_without_end():
    """The splitter's bound is an error of the stream."""
    stream = relay()
    stream.feed(WORD)
    while not stream.error:
        assert stream.feed(b"a" * (1 << 20)) == b""
    assert "over" in stream.error


def test_a_stream_that_is_cut_off():
    """However much of it came."""
    for sent in (b"", WORD, WORD + LAST, WORD + LAST + DONE[:-5]):
        stream = relay()
        stream.feed(sent)
        assert stream.finish() == b""
        assert "before it was complete" in stream.error


def test_a_last_event_without_its_blank_line():
    """It passes with the end."""
    stream = relay()
    stream.feed(WORD + LAST + DONE[:-2])
    assert stream.finish() == DONE[:-2]
    assert (stream.ended, stream.committed, stream.error) == (True, True, "")


def test_an_engine_without_marker():
    """The finish reasons suffice."""
    stream = relay(done_marker=False)
    stream.feed(WORD + LAST)
    assert stream.finish() == b""
    assert (stream.ended, stream.error) == (True, "")


def test_nothing_is_held_back_for_ever():
    """Beyond so many events or bytes without a word the stream is committed as it is."""
    events, bytes_ = relay(), relay()
    for _ in range(HELD_EVENTS - 1):
        events.feed(b": ping\n\n")
    assert not events.committed
    events.feed(b": ping\n\n")
    assert events.committed
    bytes_.feed(b":" + b" " * HELD_BYTES)
    assert bytes_.committed


def test_recorder():
    """All of it up to the limit; beyond, nothing of it, and no memory."""
    recorder = Recorder(5)
    recorder.add(b"ab")
    recorder.add(b"cde")
    assert recorder.body() == b"abcde"
    recorder.add(b"f")
    assert recorder.body() is None
    recorder.add(b"g" * 100)
    assert recorder.body() is None
    assert Recorder(0).body() == b""
