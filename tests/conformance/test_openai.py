"""The OpenAI SDK sees through the gateway what it sees of the engine itself."""

from __future__ import annotations

import openai
import pytest

from tests.conformance.openai_calls import ASK, CALLS, MODEL, SHAPES, STATUSES, Call, chat, chat_stream, failing
from tests.conformance.pairs import ERROR_FIELDS, Pair

Gpts = Pair[openai.AsyncOpenAI]


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
async def test_the_same_answer(gpts: Gpts, call: Call):
    """Equal in all fields, ids and counts of cached tokens included; streams chunk by chunk."""
    direct, routed = await gpts.both(call)
    assert routed == direct


@pytest.mark.parametrize("stream", [False, True], ids=["whole", "stream"])
@pytest.mark.parametrize("status", STATUSES)
async def test_the_same_error(gpts: Gpts, status: int, stream: bool):
    """Class, status, message, body, code, type and param."""
    direct, routed = await gpts.both(lambda client: failing(client, status, "openai", stream))
    assert direct["status"] == status
    assert routed == direct


@pytest.mark.parametrize("stream", [False, True], ids=["whole", "stream"])
@pytest.mark.parametrize("shape", SHAPES)
async def test_errors_of_any_shape_come_as_openai_has_them(gpts: Gpts, shape: str, stream: bool):
    """The same class and status; the engine's own words, if it had any, in a body with OpenAI's fields."""
    for status in STATUSES:
        direct, routed = await gpts.both(lambda client, status=status: failing(client, status, shape, stream))
        assert (routed["class"], routed["status"]) == (direct["class"], direct["status"])
        assert set(routed["body"]) == ERROR_FIELDS
        assert routed["body"]["message"] in routed["message"]
        own_words = shape not in ("html", "empty")
        assert routed["body"]["message"] == "the engine was told to fail" or not own_words
        assert all(value is None or isinstance(value, str) for value in routed["body"].values())


async def test_a_model_that_nobody_has(gpts: Gpts):
    """404, as a NotFoundError with the code that applications look for, and our request id."""
    with pytest.raises(openai.NotFoundError) as told:
        await gpts.routed.chat.completions.create(model="other", messages=ASK)
    assert (told.value.code, told.value.param) == ("model_not_found", "model")
    assert told.value.request_id is not None
    assert told.value.request_id.startswith("req_")


async def test_the_helpers_of_the_sdk(gpts: Gpts):
    """`stream` helpers, `parse`, and what they put together."""

    async def streamed(client: openai.AsyncOpenAI) -> object:
        async with client.chat.completions.stream(model=MODEL, messages=ASK) as events:
            return (await events.get_final_completion()).to_dict()

    async def responded(client: openai.AsyncOpenAI) -> object:
        async with client.responses.stream(model=MODEL, input="Hello") as events:
            return (await events.get_final_response()).to_dict()

    for call in (streamed, responded):
        direct, routed = await gpts.both(call)
        assert routed == direct


@pytest.mark.parametrize("stream", [False, True], ids=["whole", "stream"])
async def test_a_model_chosen_here_changes_nothing(gpts: Gpts, stream: bool):
    """`auto` gives what its engine gives to whoever names the model: the rest of the body is left as it was sent."""
    named = chat_stream({}) if stream else chat({})
    automatic = chat_stream({"model": "auto"}) if stream else chat({"model": "auto"})
    assert await automatic(gpts.routed) == await named(gpts.direct)
