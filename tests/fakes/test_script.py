"""Answers with faults, as acts: no socket needed to see what would happen."""

import itertools
import json
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wrp_router.fakes.acts import Die, Pause, Stall, Streamed, Token, Whole, Write
from wrp_router.fakes.faults import NO_FAULTS, TRUNCATIONS, Faults, parse
from wrp_router.fakes.script import dressed, perform
from wrp_router.fakes.sse import Event, Kind, event

LEAD = event(Kind.LEAD, {"role": 1})
TEXTS = [event(Kind.TEXT, {"t": f"word{at}"}) for at in range(8)]
FINISH = event(Kind.FINISH, {"finish": 1})
DONE = Event(Kind.DONE, b"[DONE]")
EVENTS = (LEAD, *TEXTS, FINISH, DONE)


def acts(faults: str = "", events=EVENTS, **more) -> list:
    return list(itertools.islice(perform(Streamed(events, **more), parse(faults)), 10_000))


def body_of(acts: list) -> bytes:
    """What a client reads of a chunked answer: its whole chunks."""
    sent = b"".join(act.data for act in acts if isinstance(act, Write)).partition(b"\r\n\r\n")[2]
    body = b""
    while sent and not sent.startswith(b"zz"):
        size, _, sent = sent.partition(b"\r\n")
        body += sent[: int(size, 16)]
        sent = sent[int(size, 16) + 2 :]
    return body


def datas(acts: list) -> list[bytes]:
    return [line[6:] for line in body_of(acts).split(b"\n") if line.startswith(b"data: ")]


def test_a_healthy_stream_is_all_its_events_in_time():
    """Head, a wait for each token, the events, the last chunk; the connection stays."""
    told = acts()
    assert b"content-type: text/event-stream" in told[0].data
    assert datas(told) == [e.data for e in EVENTS]
    assert [act.serial for act in told if isinstance(act, Token)] == [0, *range(8)]
    assert not [act for act in told if isinstance(act, Die | Stall)]
    assert told[-1] == Write(b"0\r\n\r\n")


@pytest.mark.parametrize(
    ("line", "texts", "ends"),
    [
        ("die_after=3:fin", 3, Die("fin")),
        ("die_after=3:rst", 3, Die("rst")),
        ("die_after=3:clean", 3, Die("clean")),
        ("die_after_role", 0, Die("fin")),
        ("stall_after=2", 2, Stall()),
        ("bad_chunk=2", 2, Die("fin")),
    ],
)
def test_strikes_after_so_many_events(line, texts, ends):
    """Neither earlier nor later."""
    told = acts(line)
    struck = next(act for act in told if isinstance(act, Die | Stall))
    assert struck == ends
    assert len(datas(told[: told.index(struck)])) == 1 + texts


def test_a_broken_chunk_is_no_chunk():
    """The size line cannot be read."""
    assert b"zz\r\n" in b"".join(act.data for act in acts("bad_chunk=2") if isinstance(act, Write))


def test_cuts_inside_an_event_and_inside_a_character():
    """Half an event has no end of line; half a character no end of its own."""
    half = body_of(acts("die_after=2:clean, cut=event"))
    assert not half.endswith(b"\n")
    assert TEXTS[2].data.startswith(half.rpartition(b"data: ")[2])
    cut = body_of(acts("die_after=2:clean, cut=utf8"))
    with pytest.raises(UnicodeDecodeError, match="unexpected end of data"):
        cut.decode()
    events = [event(Kind.TEXT, {"t": piece}) for piece in dressed(["a"], parse("die_after=2:clean, cut=utf8"))]
    with pytest.raises(UnicodeDecodeError, match="unexpected end of data"):
        body_of(acts("die_after=2:clean, cut=utf8", events)).decode()


@pytest.mark.parametrize(
    ("how", "last", "shape"),
    [("named", b'{"error"', "vllm"), ("bare", b'{"object":"error"', "vllm"), ("done", b"[DONE]", "vllm")],
)
def test_errors_in_the_stream(how, last, shape):
    """After them the body ends properly, with or without [DONE]."""
    told = acts(f"error_in_stream=2:{how}", shape=shape)
    assert datas(told)[-1].startswith(last)
    assert told[-1] == Die("clean")


def test_errors_in_the_stream_take_status_code_and_shape():
    """From the knobs."""
    told = acts("error_in_stream=1, error_shape=anthropic, error_code=overloaded_error")
    assert b"event: error\n" in body_of(told)
    assert json.loads(datas(told)[-1])["error"]["type"] == "overloaded_error"
    told = acts("error_in_stream=1, status=503")
    assert json.loads(datas(told)[-1])["error"]["type"] == "server_error"


def test_events_left_out():
    """`no_done` leaves out the terminal event, `no_finish` the reason."""
    assert datas(acts("no_done"))[-1] == FINISH.data
    assert datas(acts("no_finish"))[-2:] == [TEXTS[-1].data, b"[DONE]"]
    named = (LEAD, *TEXTS, FINISH, event(Kind.STOP, {"stop": 1}, "stop"))
    assert datas(acts("no_done", named))[-1] == FINISH.data
    assert datas(acts("no_finish", named))[-1] == TEXTS[-1].data


@pytest.mark.parametrize(("how", "byte"), [("json", b""), ("utf8", b"\xff"), ("nul", b"\0")])
def test_one_malformed_event_among_others(how, byte):
    """The stream goes on after it."""
    told = datas(acts(f"malformed_sse=2:{how}"))
    assert len(told) == len(EVENTS) + 1
    with pytest.raises((UnicodeDecodeError, json.JSONDecodeError)):
        json.loads(told[3].decode())
    assert byte in told[3]
    assert told[4:] == [e.data for e in EVENTS[3:]]


def test_framing_of_lines():
    """CRLF, comments, pings of both kinds."""
    assert b"data: [DONE]\r\n\r\n" in body_of(acts("crlf"))
    assert body_of(acts("comments")).count(b": a comment\n\n") == len(EVENTS)
    assert body_of(acts("ping")).startswith(b": ping\n\n")
    assert body_of(acts("ping", shape="anthropic")).startswith(b"event: ping\n")


def test_lead_events_may_come_before_the_first_token():
    """As from engines that say the role at once and think afterwards."""
    told = acts("lead")
    assert body_of(told[: told.index(Token(0))]).startswith(b"data: " + LEAD.data)


def test_writes_of_one_byte():
    """Each its own chunk, with a turn of the loop between."""
    told = acts("split=1")
    assert datas(told) == [e.data for e in EVENTS]
    assert told.count(Pause(0)) == len(body_of(told))


def test_huge_and_endless_streams_are_lazy():
    """Nothing is built before it is asked for."""
    assert sum(len(act.data) for act in acts("huge=50000") if isinstance(act, Write)) > 50_000
    assert len(acts("endless")) == 10_000
    endless = perform(Whole(b"{}"), parse("endless"))
    assert sum(len(act.data) for act in itertools.islice(endless, 50) if isinstance(act, Write)) > 1_000_000


def test_streams_may_be_compressed():
    """Every event can be read as soon as it is there."""
    told = acts("gzip")
    head = b"".join(act.data for act in told if isinstance(act, Write)).partition(b"\r\n\r\n")[0]
    assert b"content-encoding: gzip" in head
    assert zlib.decompress(body_of(told), 31).count(b"data: ") == len(EVENTS)


def test_choices_side_by_side_share_a_token_time():
    """Two lanes take no longer than one."""
    told = [act.serial for act in acts(lanes=2) if isinstance(act, Token)]
    assert told == [0, 0, 0, 1, 1, 2, 2, 3, 3]


def test_tokens_are_dressed():
    """As many as asked, as long as asked, and enough for the faults to strike."""
    assert dressed(["a", "b"], NO_FAULTS) == ("a", "b")
    assert dressed(["a", "b"], Faults(chunks=5)) == ("a", "b", "a", "b", "a")
    assert dressed(["a", "b"], Faults(chunks=1)) == ("a",)
    assert dressed([], Faults(stall_after=1)) == (" word",) * 3
    assert len(dressed(["a"], parse("die_after=3"))) == 5
    assert len(dressed(["a"], parse("big_line=600000"))[0]) == 600_000
    assert dressed(["a", "b"], parse("huge=5000"))[0] == "x" * 1024


def test_a_truncation_never_looks_complete():
    """None of the thirteen has both the finish and the terminal event."""
    for line in TRUNCATIONS.values():
        told = acts(line)
        end = next((at for at, act in enumerate(told) if isinstance(act, Die | Stall)), len(told))
        sent = b"".join(act.data for act in told[:end] if isinstance(act, Write))
        assert TEXTS[0].data in sent
        assert not (FINISH.data in sent and b"[DONE]" in sent)


@given(st.lists(st.sampled_from(["gzip", "split=7", "crlf", "comments", "ping", "lead", "no_length"]), unique=True))
def test_harmless_knobs_never_change_what_is_said(knobs):
    """However they are combined."""
    told = acts(", ".join(knobs))
    sent = b"".join(act.data for act in told if isinstance(act, Write)).partition(b"\r\n\r\n")[2]
    body = sent if "no_length" in knobs else body_of(told)
    body = zlib.decompressobj(31).decompress(body) if "gzip" in knobs else body
    lines = [line[6:].strip() for line in body.split(b"\n") if line.startswith(b"data: ")]
    assert lines == [e.data for e in EVENTS]
