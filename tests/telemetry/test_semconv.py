"""What a Row says in OpenTelemetry's words."""

from __future__ import annotations

import re

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from wrp_policies.types import Ended, Outcome
from wrp_router.record import Row
from wrp_router.telemetry import semconv
from wrp_router.telemetry.semconv import DURATION, TIME_TO_FIRST_CHUNK, USAGE, Place, place_of, spans_of
from wrp_router.telemetry.traceparent import SERVER
from wrp_signals.facts import Facts

_PLACES = {("small", "a"): Place("vllm", "10.0.0.11", 8000)}


def test_an_answer_is_a_request_and_an_attempt(make_row):
    """The request's span has its HTTP and our own words, the attempt's the GenAI ones."""
    request, attempt = spans_of(make_row(max_tokens=50, response_format="json_schema", session="s1"), _PLACES)
    assert (request.name, request.attempt) == ("POST /v1/chat/completions", SERVER)
    assert request.attributes == {
        "http.request.method": "POST",
        "http.route": "/v1/chat/completions",
        "http.response.status_code": 200,
        "gen_ai.request.model": "auto",
        "wrp.decision.id": "d1",
        "wrp.request.id": "r1",
        "wrp.route": "rest",
        "wrp.policy": "static",
        "wrp.why": "because",
        "wrp.cache.result": "miss",
        "wrp.overhead": 0.0004,
    }
    assert (attempt.name, attempt.attempt) == ("chat qwen3-8b", 0)
    assert attempt.attributes == {
        "gen_ai.operation.name": "chat",
        "gen_ai.provider.name": "vllm",
        "gen_ai.request.model": "qwen3-8b",
        "gen_ai.request.max_tokens": 50,
        "gen_ai.request.stream": True,
        "gen_ai.output.type": "json",
        "gen_ai.response.model": "qwen3-8b",
        "gen_ai.response.finish_reasons": ("stop",),
        "gen_ai.response.time_to_first_chunk": 0.2,
        "gen_ai.usage.input_tokens": 100,
        "gen_ai.usage.output_tokens": 201,
        "gen_ai.usage.cache_read.input_tokens": 64,
        "gen_ai.conversation.id": "s1",
        "server.address": "10.0.0.11",
        "server.port": 8000,
        "wrp.pool": "small",
        "wrp.server": "a",
        "wrp.attempt": 0,
        "wrp.attempt.ended": "done",
    }


@pytest.mark.parametrize(
    ("operation", "path", "name"),
    [
        ("chat", "/v1/chat/completions", "chat"),
        ("completion", "/v1/completions", "text_completion"),
        ("embedding", "/v1/embeddings", "embeddings"),
        ("responses", "/v1/responses", "chat"),
        ("messages", "/v1/messages", "chat"),
    ],
)
def test_operations_have_their_names(make_row, operation, path, name):
    """Each API by its path, and by one of the convention's operations."""
    request, attempt = spans_of(make_row(operation=operation), {})
    assert request.name == f"POST {path}"
    assert attempt.attributes["gen_ai.operation.name"] == name


def test_a_cache_hit_has_no_attempt(make_row):
    """Nothing was sent, so there is nothing to show."""
    assert [told.attempt for told in spans_of(make_row(outcomes=(), plan=None), {})] == [SERVER]


@given(
    st.lists(st.floats(allow_nan=True, allow_infinity=True), max_size=5),
    st.floats(allow_nan=True, allow_infinity=True),
)
def test_attempts_lie_within_the_request_one_after_the_other(durations, duration):
    """In order, without overlap, the last ending with the request; times that make no sense are none."""
    outcomes = tuple(Outcome("p", "s", "m", Ended.DONE, duration=one) for one in durations)
    request, *attempts = spans_of(Row(1e9, Facts("d", "chat", "m"), outcomes=outcomes, duration=duration), {})
    times = [request.start, *(time for told in attempts for time in (told.start, told.end)), request.end]
    assert times == sorted(times)
    assert [told.attempt for told in attempts] == list(range(len(durations)))
    assert not attempts or attempts[-1].end == request.end


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({}, ""),
        ({"status": 404}, ""),
        ({"status": 502, "error": "upstream_failed"}, "upstream_failed"),
        ({"status": 502}, "502"),
        ({"midstream": True, "error": "cut"}, "cut"),
        ({"midstream": True, "gone": "stream"}, ""),
    ],
)
def test_a_request_is_an_error_if_it_was_not_the_clients(make_row, changes, error):
    """4xx and clients that leave are no errors of a server span."""
    assert spans_of(make_row(**changes), {})[0].attributes.get("error.type", "") == error


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"ended": Ended.DONE, "status": 500}, ""),
        ({"ended": Ended.CLIENT_GONE}, ""),
        ({"ended": Ended.FAILED, "status": 503}, "503"),
        ({"ended": Ended.FAILED, "status": 0, "reason": "connect"}, "connect"),
        ({"ended": Ended.TIMED_OUT, "status": 0}, "timed_out"),
        ({"ended": Ended.FAILED, "status": 200, "reason": "your prompt 'x' is bad"}, "failed"),
    ],
)
def test_an_attempt_is_an_error_by_few_names(make_row, outcome, changes, error):
    """The engine's status, one word of ours, or how it ended; never a sentence."""
    failed = msgspec.structs.replace(outcome, **changes)
    attributes = spans_of(make_row(outcomes=(failed,)), {})[1].attributes
    assert attributes.get("error.type", "") == error
    assert ("gen_ai.response.model" in attributes) == failed.ok


def test_what_others_send_is_cut_to_what_a_span_can_hold(make_row, outcome):
    """Long text is shortened, text that is not UTF-8 replaced, numbers beyond 64 bits left out."""
    odd = msgspec.structs.replace(outcome, tokens_in=1 << 70, estimated=True, finish_reason="")
    row = make_row(asked_model="x" * 999, session="\udc80", max_tokens=1 << 64, stream=False, outcomes=(odd,))
    request, attempt = spans_of(row, {})
    assert request.attributes["gen_ai.request.model"] == "x" * 256
    assert attempt.attributes["gen_ai.conversation.id"] == "?"
    assert attempt.attributes["wrp.usage.estimated"] is True
    absent = ("request.max_tokens", "usage.input_tokens", "response.time_to_first_chunk", "response.finish_reasons")
    assert not any(f"gen_ai.{name}" in attempt.attributes for name in absent)
    assert "server.address" not in attempt.attributes
    assert "server.port" not in attempt.attributes


@pytest.mark.parametrize(
    ("url", "place"),
    [
        ("http://10.0.0.11:8000", Place("openai", "10.0.0.11", 8000)),
        ("https://api.example.org/v1", Place("openai", "api.example.org", 443)),
        ("http://[::1]", Place("openai", "::1", 80)),
        ("nonsense", Place()),
    ],
)
def test_a_place_is_read_from_a_url(url, place):
    """Host and port, the scheme's where none is said."""
    assert place_of(url) == place


def test_buckets_are_the_conventions():
    """Powers of two from 10 ms, powers of four from one token (gen-ai-metrics.md, v1.41.1)."""
    assert DURATION.buckets == TIME_TO_FIRST_CHUNK.buckets == tuple(pytest.approx(0.01 * 2**n) for n in range(14))
    assert (USAGE.buckets[0], USAGE.buckets[-1], len(USAGE.buckets)) == (1, 67108864, 14)


def test_deprecated_names_are_not_used():
    """`gen_ai.system` became `gen_ai.provider.name`."""
    names = {name for name in vars(semconv).values() if isinstance(name, str) and re.match(r"(gen_ai|wrp)\.", name)}
    assert "gen_ai.provider.name" in names
    assert not names & {"gen_ai.system", "gen_ai.usage.prompt_tokens", "gen_ai.usage.completion_tokens"}
