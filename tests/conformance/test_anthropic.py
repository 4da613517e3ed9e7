"""The Anthropic SDK sees through the gateway what it sees of the engine itself."""

from __future__ import annotations

import anthropic
import pytest

from tests.conformance.anthropic_calls import ASK, ASKED, CALLS, STATUSES, Call, failing, message, message_stream
from tests.conformance.openai_calls import SHAPES
from tests.conformance.pairs import Pair

Claudes = Pair[anthropic.AsyncAnthropic]

KNOWN = {
    "invalid_request_error",
    "authentication_error",
    "permission_error",
    "not_found_error",
    "request_too_large",
    "rate_limit_error",
    "api_error",
    "overloaded_error",
}


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
async def test_the_same_answer(claudes: Claudes, call: Call):
    """Equal in all fields, ids and signatures included; streams event by event."""
    direct, routed = await claudes.both(call)
    assert routed == direct


@pytest.mark.parametrize("stream", [False, True], ids=["whole", "stream"])
@pytest.mark.parametrize("status", STATUSES)
async def test_the_same_error(claudes: Claudes, status: int, stream: bool):
    """Class, status, message, body and type."""
    direct, routed = await claudes.both(lambda client: failing(client, status, "anthropic", stream))
    assert direct["status"] == status
    assert routed == direct


@pytest.mark.parametrize("stream", [False, True], ids=["whole", "stream"])
@pytest.mark.parametrize("shape", SHAPES)
async def test_errors_of_any_shape_come_as_anthropic_has_them(claudes: Claudes, shape: str, stream: bool):
    """The same class and status; the engine's own words, if it had any, in Anthropic's body with a request id."""
    for status in STATUSES:
        direct, routed = await claudes.both(lambda client, status=status: failing(client, status, shape, stream))
        assert (routed["class"], routed["status"]) == (direct["class"], direct["status"])
        body = routed["body"]
        assert (body["type"], set(body)) == ("error", {"type", "error", "request_id"})
        assert body["error"]["type"] in KNOWN
        own_words = shape not in ("html", "empty")
        assert body["error"]["message"] == "the engine was told to fail" or not own_words


async def test_a_model_that_nobody_has(claudes: Claudes):
    """404 in Anthropic's shape, with our request id in header and body."""
    with pytest.raises(anthropic.NotFoundError) as told:
        await claudes.routed.messages.create(model="other", max_tokens=9, messages=ASK)
    body = told.value.body
    assert isinstance(body, dict)
    assert body["error"]["type"] == "not_found_error"
    assert body["request_id"] == told.value.request_id


@pytest.mark.parametrize("stream", [False, True], ids=["whole", "stream"])
async def test_a_model_chosen_here_changes_nothing(claudes: Claudes, stream: bool):
    """`auto` gives what its engine gives to whoever names the model."""
    call = message_stream if stream else message
    assert await call({"model": "auto"})(claudes.routed) == await call({})(claudes.direct)


async def test_both_ways_to_send_a_key_reach_the_engine(claudes: Claudes):
    """`x-api-key` and `Authorization: Bearer`, as older and newer SDKs send it."""
    for headers in ({"x-api-key": "sk-test", "authorization": anthropic.omit}, {"authorization": "Bearer sk-test"}):
        answer = await claudes.routed.messages.create(**ASKED, extra_headers=headers)
        assert answer.stop_reason == "end_turn"
