"""The real Anthropic SDK talks to the fake engine directly: what it sees here, it must see through the router."""

import base64

import anthropic
import pytest

ASK = [{"role": "user", "content": "How do I sort a list?"}]
SCHEMA = {"type": "object", "properties": {"n": {"type": "integer"}}, "required": ["n"], "additionalProperties": False}
PIXEL = base64.b64encode(b"\x89PNG").decode()


async def test_whole_and_streamed_are_the_same(claude):
    """Text, stop reason, usage."""
    whole = await claude.messages.create(model="fake", max_tokens=200, messages=ASK)
    async with claude.messages.stream(model="fake", max_tokens=200, messages=ASK) as events:
        final = await events.get_final_message()
    assert final.content[0].text == whole.content[0].text
    assert (final.stop_reason, final.usage.output_tokens) == ("end_turn", whole.usage.output_tokens)
    counted = await claude.messages.count_tokens(model="fake", messages=ASK)
    assert counted.input_tokens == whole.usage.input_tokens


@pytest.mark.parametrize("stream", [False, True])
async def test_tools(claude, stream):
    """The input is put together from its fragments."""
    tools = [{"name": "add", "description": "adds", "input_schema": SCHEMA}]
    asked = {"model": "fake", "max_tokens": 200, "messages": ASK, "tools": tools, "tool_choice": {"type": "any"}}
    if stream:
        async with claude.messages.stream(**asked) as events:
            done = await events.get_final_message()
    else:
        done = await claude.messages.create(**asked)
    assert (done.stop_reason, done.content[0].name, done.content[0].input) == ("tool_use", "add", {"n": 0})


async def test_images_thinking_and_pings(claude, engine):
    """An image block, a thinking block with its signature, pings that the SDK passes over."""
    engine.fault = "ping, crlf"
    image = {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": PIXEL}}
    asked = [{"role": "user", "content": [image, {"type": "text", "text": "What is it?"}]}]
    thinking = {"type": "enabled", "budget_tokens": 1024}
    async with claude.messages.stream(model="fake", max_tokens=2000, messages=asked, thinking=thinking) as events:
        final = await events.get_final_message()
    assert final.content[0].signature
    assert "I see 1 image." in final.content[1].text


async def test_errors(claude, engine):
    """By status, and inside a stream by the event's name, which may be missing."""
    engine.fault = "status=529"
    with pytest.raises(anthropic.APIStatusError) as told:
        await claude.messages.create(model="fake", max_tokens=9, messages=ASK)
    assert told.value.body["error"]["type"] == "overloaded_error"
    assert told.value.request_id.startswith("req_")
    engine.fault = "error_in_stream=2"
    with pytest.raises(anthropic.APIStatusError):
        async with claude.messages.stream(model="fake", max_tokens=99, messages=ASK) as events:
            await events.until_done()
    engine.fault = "error_in_stream=2:bare"
    async with claude.messages.stream(model="fake", max_tokens=99, messages=ASK) as events:
        final = await events.get_final_message()
    assert final.stop_reason is None
