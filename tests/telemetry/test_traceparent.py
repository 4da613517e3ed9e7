"""W3C trace context: strict in, valid out, and the same decision wherever it is asked for."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wrp_router.telemetry.traceparent import SERVER, Sampling, TraceContext, accept, child, enter, parse, span_id

_TRACE, _SPAN = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"
_GOOD = f"00-{_TRACE}-{_SPAN}-01"

_hex = st.characters(codec="ascii", categories=(), include_characters="0123456789abcdef")
_traces = st.text(_hex, min_size=32, max_size=32).filter(lambda text: set(text) != {"0"})
_spans = st.text(_hex, min_size=16, max_size=16).filter(lambda text: set(text) != {"0"})
_headers = st.builds(lambda trace, span, flags: f"00-{trace}-{span}-{flags:02x}", _traces, _spans, st.integers(0, 255))
_ids = st.text(min_size=1)
_samplings = st.builds(Sampling, ratio=st.floats(0, 1), follow_caller=st.booleans())


def test_a_valid_header_is_read():
    """Trace, parent and the flags that are defined."""
    assert parse(_GOOD) == TraceContext(_TRACE, _SPAN, 1)
    assert parse(f"00-{_TRACE}-{_SPAN}-ff") == TraceContext(_TRACE, _SPAN, 3)


@pytest.mark.parametrize("header", [f"cc-{_TRACE}-{_SPAN}-01", f"cc-{_TRACE}-{_SPAN}-01-what-the-future-will-be-like"])
def test_later_versions_are_read_as_far_as_known(header):
    """A higher version may go on after a dash."""
    assert parse(header) == TraceContext(_TRACE, _SPAN, 1)


@pytest.mark.parametrize(
    "header",
    [
        "",
        "00",
        f"ff-{_TRACE}-{_SPAN}-01",
        f"00-{'0' * 32}-{_SPAN}-01",
        f"00-{_TRACE}-{'0' * 16}-01",
        f"00-{_TRACE.upper()}-{_SPAN}-01",
        f"0x-{_TRACE}-{_SPAN}-01",
        f"00-{_TRACE}-{_SPAN}-1",
        f"00-{_TRACE}-{_SPAN}-0x",
        f"00-{_TRACE}-{_SPAN}-01-more",
        f"00-{_TRACE}-{_SPAN}-01-",
        f"cc-{_TRACE}-{_SPAN}-01.more",
        f"00-{_TRACE}-{_SPAN}-01\n",
        f" 00-{_TRACE}-{_SPAN}-01",
        f"00-{_TRACE[:-1]}-{_SPAN}-01",
        f"00_{_TRACE}-{_SPAN}-01",
        f"00-{'٣' * 32}-{_SPAN}-01",
    ],
)
def test_anything_else_is_no_context(header):
    """Strict as the recommendation's own test suite: no other case, length, separator or digits."""
    assert parse(header) is None
    assert accept(header) == ""


def test_a_row_keeps_only_valid_headers():
    """None and nonsense become the empty string."""
    assert accept(_GOOD) == _GOOD
    assert accept(None) == ""


@given(st.one_of(st.text(), st.text(st.sampled_from("0f-"), max_size=60), _headers))
def test_no_header_makes_it_raise(header):
    """Hostile bytes are at worst no context, and what is accepted can be sent on."""
    context = parse(header)
    assert context is None or parse(child(context, "d", 0)) is not None


@given(_headers, _ids, _samplings, st.integers(0, 9))
def test_what_goes_upstream_is_the_same_trace_under_our_span(header, decision, sampling, attempt):
    """A child is valid, keeps the trace, says our decision, and its parent is the span of the attempt."""
    context = enter(header, decision, sampling)
    sent = parse(child(context, decision, attempt))
    assert sent is not None
    assert sent.trace_id == header[3:35]
    assert sent.parent_id == span_id(context, decision, attempt)
    assert sent.sampled == context.sampled == sampling.keeps(header, decision)
    assert sent.flags & 2 == int(header[-2:], 16) & 2


@given(_ids, _samplings)
def test_a_request_without_a_context_begins_a_trace(decision, sampling):
    """The same decision id begins the same trace wherever it is asked for; nonsense counts as no context."""
    context = enter("", decision, sampling)
    assert context == enter("nonsense", decision, sampling)
    assert context.parent_id == ""
    assert context.sampled == sampling.keeps("", decision)
    assert parse(child(context, decision, 0)) is not None


@given(_headers, st.lists(_ids, min_size=2, max_size=2, unique=True))
def test_spans_of_a_request_and_of_two_requests_differ(header, decisions):
    """No two spans share an id, also when a client sends the same context twice."""
    context = enter(header, decisions[0], Sampling())
    ids = [span_id(context, decision, attempt) for decision in decisions for attempt in (SERVER, 0, 1, 11)]
    assert len(set(ids)) == len(ids)


@pytest.mark.parametrize("flags", ["00", "01", "02", "03"])
def test_the_caller_decides_where_he_is_followed(flags):
    """His flag beats the ratio; without `follow_caller` the ratio beats his flag."""
    header = f"00-{_TRACE}-{_SPAN}-{flags}"
    asked = flags in ("01", "03")
    for ratio in (0.0, 1.0):
        assert Sampling(ratio).keeps(header, "d") == asked
        assert Sampling(ratio, follow_caller=False).keeps(header, "d") == bool(ratio)


@pytest.mark.parametrize("share", [0.01, 0.25, 0.9])
def test_the_ratio_is_kept(share):
    """About that share of numbered decisions and of random traces is sampled."""
    sampling = Sampling(share, follow_caller=False)
    traces = [f"00-{enter('', str(number), sampling).trace_id}-{_SPAN}-01" for number in range(4000)]
    assert sum(sampling.keeps("", f"d-{number:08d}") for number in range(4000)) / 4000 == pytest.approx(share, abs=0.03)
    assert sum(sampling.keeps(trace, "") for trace in traces) / 4000 == pytest.approx(share, abs=0.03)
